"""Particle swarm, genetic algorithm and annealing with their arguments checked."""

from __future__ import annotations

from typing import Any

from hft_py import checks
from hft_py.mle._population_plan import PopulationPlan, dimension, population_plan
from hft_py.mle._validation import MAX_ITERATIONS, MAX_POINTS


class SwarmPlan(PopulationPlan):
    """A search by a particle swarm."""

    method = "particle swarm"
    maker = "ParticleSwarm"


class GeneticPlan(PopulationPlan):
    """A search by a genetic algorithm."""

    method = "genetic algorithm"
    maker = "GeneticAlgorithm"


class AnnealingPlan(PopulationPlan):
    """A search by dual annealing."""

    method = "dual annealing"
    maker = "DualAnnealing"

    @property
    def run_evaluations(self) -> int:
        """The evaluations of one run, local searches not counted: how many is not known."""
        visits = 2 * len(self.problem.lower) * self.max_iterations
        return min(self.problem.max_evaluations, self.population_size + visits)


def swarm_plan(
    bounds_lower: Any,
    bounds_upper: Any,
    *,
    phi: Any,
    neighbours: Any,
    **common: Any,
) -> SwarmPlan:
    """The plan of checked arguments; ``common`` are those of :func:`population_plan`."""
    settings = {
        "phi": checks.real_number("phi", phi, above=4.0, most=10.0),
        "neighbours": checks.whole_number("neighbours", neighbours, least=1, most=MAX_POINTS),
    }
    return population_plan(SwarmPlan, settings, 4, 40, bounds_lower, bounds_upper, **common)


def genetic_plan(
    bounds_lower: Any,
    bounds_upper: Any,
    *,
    crossover: Any,
    crossover_index: Any,
    mutation: Any,
    mutation_index: Any,
    **common: Any,
) -> GeneticPlan:
    """The plan of checked arguments; ``common`` are those of :func:`population_plan`."""
    d = dimension(bounds_lower, bounds_upper)
    rate = 1.0 / d if mutation is None else mutation
    settings = {
        "crossover": checks.real_number("crossover", crossover, least=0.0, most=1.0),
        "crossover_index": checks.real_number(
            "crossover_index", crossover_index, least=0.0, most=1_000.0
        ),
        "mutation": checks.real_number("mutation", rate, least=0.0, most=1.0),
        "mutation_index": checks.real_number(
            "mutation_index", mutation_index, least=0.0, most=1_000.0
        ),
    }
    size = min(max(100, 20 * d), 1_000)
    return population_plan(GeneticPlan, settings, 4, size, bounds_lower, bounds_upper, **common)


def annealing_plan(
    bounds_lower: Any,
    bounds_upper: Any,
    *,
    initial_temperature: Any,
    restart_temperature_ratio: Any,
    visit: Any,
    accept: Any,
    local_search: Any,
    patience: Any,
    **common: Any,
) -> AnnealingPlan:
    """The plan of checked arguments; ``common`` are those of :func:`population_plan`."""
    settings = {
        "initial_temperature": checks.real_number(
            "initial_temperature", initial_temperature, least=0.01, most=5e4
        ),
        "restart_temperature_ratio": checks.real_number(
            "restart_temperature_ratio", restart_temperature_ratio, above=0.0, below=1.0
        ),
        "visit": checks.real_number("visit", visit, above=1.0, most=2.9),
        "accept": checks.real_number("accept", accept, least=-1e4, below=1.0),
        "local_search": checks.flag("local_search", local_search),
        "patience": checks.whole_number("patience", patience, least=1, most=MAX_ITERATIONS),
    }
    return population_plan(AnnealingPlan, settings, 4, 20, bounds_lower, bounds_upper, **common)
