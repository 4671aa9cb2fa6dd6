"""Searches with a first population: what their plans share, and the arguments of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from hft_py import checks
from hft_py.mle._aggregate import RestartSequence
from hft_py.mle._plan import Plan
from hft_py.mle._runner import Kernel, Runner
from hft_py.mle._starts import first_population, given_population, integrality_flags
from hft_py.mle._validation import MAX_ITERATIONS, check_problem
from hft_py.mle.baseline.loop import Array
from hft_py.progress import Reporter


@dataclass(frozen=True)
class PopulationPlan(Plan):
    """A search that starts from a sample of the box; ``maker`` is its name in a kernel set."""

    maker: ClassVar[str]

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
        made: Kernel = getattr(kernels, self.maker)(
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


P = TypeVar("P", bound=PopulationPlan)


def population_plan(
    plan: type[P],
    settings: dict[str, Any],
    least: int,
    default: int,
    bounds_lower: Any,
    bounds_upper: Any,
    *,
    population_size: Any,
    max_iterations: Any,
    integrality: Any,
    init: Any,
    x0: Any,
    tolerance: Any,
    absolute_tolerance: Any,
    **common: Any,
) -> P:
    """The plan of checked arguments; ``common`` are those of :func:`check_problem`.

    ``settings`` are the method's own, checked; ``least`` and ``default`` are sizes of a population.
    """
    problem = check_problem(bounds_lower, bounds_upper, infinite=False, **common)
    box = problem.box
    if not isinstance(init, str):
        init = given_population(init, box, least)
        if population_size is not None and population_size != len(init):
            raise ValueError(f"population_size={population_size}, and init has {len(init)} rows")
        population_size = len(init)
    settings = settings | {
        "tolerance": checks.real_number("tolerance", tolerance, least=0.0),
        "absolute_tolerance": checks.real_number(
            "absolute_tolerance", absolute_tolerance, least=0.0
        ),
    }
    return plan(
        problem=problem,
        population_size=problem.population_size(population_size, default, least),
        max_iterations=checks.whole_number(
            "max_iterations", max_iterations, least=0, most=MAX_ITERATIONS
        ),
        integral=box.reduced(integrality_flags(integrality, box.lower, box.upper)),
        settings=settings,
        init=init,
        x0=[] if x0 is None else [box.reduced(checks.inside("x0", x0, box.lower, box.upper))],
    )


def dimension(bounds_lower: Any, bounds_upper: Any) -> int:
    """How many parameters are searched, for a default."""
    lower, upper = checks.bounds(bounds_lower, bounds_upper, infinite=True)
    return int((lower < upper).sum())
