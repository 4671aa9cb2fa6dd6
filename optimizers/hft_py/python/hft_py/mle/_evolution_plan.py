"""Differential evolution with its arguments checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hft_py import checks
from hft_py.mle._aggregate import RestartSequence
from hft_py.mle._plan import Plan
from hft_py.mle._runner import Kernel, Runner
from hft_py.mle._starts import first_population, integrality_flags
from hft_py.mle._validation import MAX_ITERATIONS, check_problem
from hft_py.mle.baseline import STRATEGIES
from hft_py.mle.baseline.bounds import RULES
from hft_py.mle.baseline.classic import PARTNERS
from hft_py.mle.baseline.loop import Array
from hft_py.progress import Reporter

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


@dataclass(frozen=True)
class EvolutionPlan(Plan):
    """A search by differential evolution."""

    method = "differential evolution"

    max_iterations: int
    init: Any
    x0: list[Array]

    @property
    def run_evaluations(self) -> int:
        """The most evaluations of one run."""
        generations = self.max_iterations + 1
        return min(self.problem.max_evaluations, self.population_size * generations)

    def kernel(self, kernels: Any, stream: int = 0, known: list[Array] | None = None) -> Kernel:
        """The method in a kernel set; ``stream`` numbers the retry."""
        p = self.problem
        made: Kernel = kernels.DifferentialEvolution(
            population=first_population(
                self.init,
                self.population_size,
                p.lower,
                p.upper,
                self.integral,
                [*self.x0, *(known or [])],
                p.seed,
                stream,
            ),
            integral=self.integral,
            stream=stream,
            max_iterations=self.max_iterations,
            max_evaluations=p.max_evaluations,
            **self._shared(),
        )
        return made

    def attempt(
        self, runner: Runner, number: int, known: list[Array], reporter: Reporter | None
    ) -> RestartSequence:
        """One run."""
        run = runner.run_kernel(lambda kernels: self.kernel(kernels, number, known), reporter)
        return RestartSequence([run], [self.population_size], run.reason)


def evolution_plan(
    bounds_lower: Any,
    bounds_upper: Any,
    *,
    population_size: Any,
    max_iterations: Any,
    strategy: Any,
    mutation: Any,
    crossover: Any,
    boundary: Any,
    integrality: Any,
    init: Any,
    x0: Any,
    tolerance: Any,
    absolute_tolerance: Any,
    **common: Any,
) -> EvolutionPlan:
    """The plan of checked arguments; ``common`` are those of :func:`check_problem`."""
    problem = check_problem(bounds_lower, bounds_upper, infinite=False, **common)
    lower, upper = problem.lower, problem.upper
    rule = checks.choice("strategy", ALIASES.get(str(strategy), strategy), STRATEGIES)
    least = max(4, PARTNERS.get(rule, 3) + 1)
    default = min(max(20, (10 if rule == "lshade" else 5) * len(lower)), 1_000)
    if not isinstance(init, str):
        rows = len(checks.array("init", init, ndim=2, least=least))
        if population_size is not None and population_size != rows:
            raise ValueError(f"population_size={population_size}, and init has {rows} rows")
        population_size = rows
    settings = {
        "strategy": rule,
        "mutation": _mutation_range(mutation),
        "crossover": checks.real_number("crossover", crossover, least=0.0, most=1.0),
        "boundary": checks.choice("boundary", boundary, RULES),
        "tolerance": checks.real_number("tolerance", tolerance, least=0.0),
        "absolute_tolerance": checks.real_number(
            "absolute_tolerance", absolute_tolerance, least=0.0
        ),
    }
    return EvolutionPlan(
        problem=problem,
        population_size=problem.population_size(population_size, default, least),
        max_iterations=checks.whole_number(
            "max_iterations", max_iterations, least=0, most=MAX_ITERATIONS
        ),
        integral=integrality_flags(integrality, lower, upper),
        settings=settings,
        init=init,
        x0=[] if x0 is None else [checks.inside("x0", x0, lower, upper)],
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
