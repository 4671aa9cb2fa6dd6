"""What a run of differential evolution is told, checked, and the kernel it makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hft_py import checks
from hft_py.mle.arguments import MOST_ITERATIONS, Common, size_of
from hft_py.mle.baseline import STRATEGIES
from hft_py.mle.engine import Kernel
from hft_py.mle.kernels.bounds import RULES
from hft_py.mle.kernels.classic import PARTNERS
from hft_py.mle.kernels.loop import Array
from hft_py.mle.starts import first_population, integrality


@dataclass(frozen=True)
class Plan:
    """Everything a run of differential evolution is told, checked."""

    common: Common
    population_size: int
    max_iterations: int
    strategy: str
    mutation: tuple[float, float]
    crossover: float
    boundary: str
    integral: Any
    init: Any
    first: list[Array]
    tolerance: float
    absolute_tolerance: float

    def kernel(self, kernels: Any, stream: int = 0) -> Kernel:
        """The method in a kernel set; ``stream`` numbers the retry."""
        c = self.common
        population = first_population(
            self.init,
            self.population_size,
            c.lower,
            c.upper,
            self.integral,
            self.first,
            c.seed,
            stream,
        )
        made: Kernel = kernels.DifferentialEvolution(
            strategy=self.strategy,
            mutation=self.mutation,
            crossover=self.crossover,
            population=population,
            lower=c.lower,
            upper=c.upper,
            integral=self.integral,
            boundary=self.boundary,
            seed=c.seed,
            stream=stream,
            max_iterations=self.max_iterations,
            max_evaluations=c.max_evaluations,
            target=c.target,
            tolerance=self.tolerance,
            absolute_tolerance=self.absolute_tolerance,
        )
        return made

    @property
    def total(self) -> int:
        """The most evaluations of one run."""
        return min(self.common.max_evaluations, self.population_size * (self.max_iterations + 1))


def plan_of(
    checked: Common,
    population_size: Any,
    max_iterations: Any,
    strategy: Any,
    mutation: Any,
    crossover: Any,
    boundary: Any,
    integral: Any,
    init: Any,
    x0: Any,
    tolerance: Any,
    absolute_tolerance: Any,
) -> Plan:
    """The checked arguments of differential evolution."""
    d = len(checked.lower)
    rule = checks.choice("strategy", strategy, STRATEGIES)
    least = max(4, PARTNERS.get(rule, 3) + 1)
    default = min(max(20, (10 if rule == "lshade" else 5) * d), 1_000)
    if not isinstance(init, str):
        rows = len(checks.array("init", init, ndim=2, least=least))
        if population_size is not None and population_size != rows:
            raise ValueError(f"population_size={population_size}, and init has {rows} rows")
        population_size = rows
    low, high = _pair(mutation)
    return Plan(
        common=checked,
        population_size=size_of(
            "population_size", population_size, default, least, checked.max_evaluations
        ),
        max_iterations=checks.whole_number(
            "max_iterations", max_iterations, least=0, most=MOST_ITERATIONS
        ),
        strategy=rule,
        mutation=(low, high),
        crossover=checks.real_number("crossover", crossover, least=0.0, most=1.0),
        boundary=checks.choice("boundary", boundary, RULES),
        integral=integrality(integral, checked.lower, checked.upper),
        init=init,
        first=[] if x0 is None else [checks.inside("x0", x0, checked.lower, checked.upper)],
        tolerance=checks.real_number("tolerance", tolerance, least=0.0),
        absolute_tolerance=checks.real_number("absolute_tolerance", absolute_tolerance, least=0.0),
    )


def _pair(mutation: Any) -> tuple[float, float]:
    if isinstance(mutation, tuple | list):
        if len(mutation) != 2:
            raise ValueError(f"mutation={mutation!r}, expected one number or two")
        low = checks.real_number("mutation[0]", mutation[0], least=0.0, most=2.0)
        high = checks.real_number("mutation[1]", mutation[1], least=0.0, most=2.0)
        if low > high:
            raise ValueError(f"mutation={mutation!r}, expected the smaller number first")
        return low, high
    value = checks.real_number("mutation", mutation, least=0.0, most=2.0)
    return value, value
