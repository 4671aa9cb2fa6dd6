"""Differential evolution with its arguments checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py import checks
from hft_py.mle._population_plan import PopulationPlan, dimension, population_plan
from hft_py.mle._starts import first_population
from hft_py.mle.baseline import STRATEGIES
from hft_py.mle.baseline.bounds import RULES
from hft_py.mle.baseline.classic import PARTNERS

ALIASES = {
    "rand/1/bin": "rand1bin",
    "rand/2/bin": "rand2bin",
    "best/1/bin": "best1bin",
    "best/2/bin": "best2bin",
    "rand-to-best/1": "rand_to_best1",
    "rand-to-best/1/bin": "rand_to_best1",
    "current-to-best/1": "current_to_best1",
    "current-to-best/1/bin": "current_to_best1",
    "jDE": "jde",
    "L-SHADE": "lshade",
    "LSHADE": "lshade",
}
"""Strategies as the papers write them."""


class EvolutionPlan(PopulationPlan):
    """A search by differential evolution."""

    method = "differential evolution"
    maker = "DifferentialEvolution"


def evolution_plan(
    bounds_lower: Any,
    bounds_upper: Any,
    *,
    strategy: Any,
    mutation: Any,
    crossover: Any,
    boundary: Any,
    **common: Any,
) -> EvolutionPlan:
    """The plan of checked arguments; ``common`` are those of :func:`population_plan`."""
    rule = checks.choice("strategy", ALIASES.get(str(strategy), strategy), STRATEGIES)
    size = (10 if rule == "lshade" else 5) * dimension(bounds_lower, bounds_upper)
    settings = {
        "strategy": rule,
        "mutation": _mutation_range(mutation),
        "crossover": checks.real_number("crossover", crossover, least=0.0, most=1.0),
        "boundary": checks.choice("boundary", boundary, RULES),
    }
    plan = population_plan(
        EvolutionPlan,
        settings,
        max(4, PARTNERS.get(rule, 3) + 1),
        min(max(20, size), 1_000),
        bounds_lower,
        bounds_upper,
        **common,
    )
    if not isinstance(plan.init, str):
        _check_differences(plan)
    return plan


def _check_differences(plan: EvolutionPlan) -> None:
    """An error where all individuals given agree in a parameter: no step would ever change it."""
    p = plan.problem
    first = first_population(
        plan.init, plan.population_size, p.lower, p.upper, plan.integral, plan.x0, p.seed, 0
    )
    several = np.where(plan.integral, np.floor(p.upper) > np.ceil(p.lower), p.lower < p.upper)
    for j in np.flatnonzero(several & (first == first[0]).all(axis=0)):
        place = int(np.flatnonzero(p.box.free)[j])
        raise ValueError(
            f"init[:, {place}] is {first[0, j]} in every row, expected values that differ: steps "
            "are differences of individuals, and would never change this parameter"
        )


def _mutation_range(mutation: Any) -> tuple[float, float]:
    if not isinstance(mutation, tuple | list):
        value = checks.real_number("mutation", mutation, least=0.0, most=2.0)
        return value, value
    if len(mutation) != 2:
        raise ValueError(f"mutation={mutation!r}, expected one number or two")
    low, high = (
        checks.real_number(f"mutation[{i}]", value, least=0.0, most=2.0)
        for i, value in enumerate(mutation)
    )
    if low > high:
        raise ValueError(f"mutation={mutation!r}, expected the smaller number first")
    return low, high
