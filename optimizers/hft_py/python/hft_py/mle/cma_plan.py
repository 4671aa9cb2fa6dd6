"""What a run of CMA-ES is told, checked, and the kernel it makes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from hft_py import checks
from hft_py.mle.arguments import MOST_ITERATIONS, Common, size_of
from hft_py.mle.engine import Kernel
from hft_py.mle.kernels.loop import Array
from hft_py.mle.restarts import Start

BOUNDARIES = ("fold", "reflect", "resample", "clip")
LARGE = 500  # dimensions from which the diagonal alone is learnt by default
SHORTEST, WIDEST = 1e-15, 10.0  # first steps, in widths of the box


@dataclass(frozen=True)
class Plan:
    """Everything a run of CMA-ES is told, checked."""

    common: Common
    mean: Array
    sigma: float
    max_iterations: int | None
    population_size: int
    active: bool
    separable: bool
    boundary: str
    tolerance: float
    parameter_tolerance: float
    offset: Array
    scale: Array

    def kernel(
        self,
        kernels: Any,
        stream: int = 0,
        mean: Array | None = None,
        start: Start | None = None,
        max_evaluations: int | None = None,
    ) -> Kernel:
        """The method in a kernel set; ``stream`` numbers retry and restart."""
        c = self.common
        start = start or Start(self.population_size)
        made: Kernel = kernels.CMAES(
            mean=self.mean if mean is None else mean,
            sigma=self.sigma * start.step,
            lower=c.lower,
            upper=c.upper,
            offset=self.offset,
            scale=self.scale,
            population_size=start.population_size,
            active=self.active,
            separable=self.separable,
            boundary=self.boundary,
            seed=c.seed,
            stream=stream,
            max_iterations=self.iterations(start.population_size),
            max_evaluations=c.max_evaluations if max_evaluations is None else max_evaluations,
            target=c.target,
            tolerance=self.tolerance,
            parameter_tolerance=self.parameter_tolerance,
        )
        return made

    def iterations(self, size: int) -> int:
        """The most generations of one run of a population size."""
        if self.max_iterations is not None:
            return self.max_iterations
        return int(100 + 150 * (len(self.mean) + 3) ** 2 / math.sqrt(size))

    @property
    def total(self) -> int:
        """The most evaluations of the first run."""
        generations = self.iterations(self.population_size)
        return min(self.common.max_evaluations, self.population_size * generations)


def plan_of(
    checked: Common,
    initial_params: Any,
    sigma: Any,
    max_iterations: Any,
    population_size: Any,
    active: Any,
    separable: Any,
    boundary: Any,
    tolerance: Any,
    parameter_tolerance: Any,
) -> Plan:
    """The checked arguments of CMA-ES."""
    lower, upper = checked.lower, checked.upper
    d = len(lower)
    finite = np.isfinite(lower) & np.isfinite(upper)
    if initial_params is None:
        if not finite.all():
            index = int(np.flatnonzero(~finite)[0])
            raise ValueError(
                f"initial_params is needed: parameter {index} is bounded by "
                f"[{lower[index]}, {upper[index]}]"
            )
        mean = 0.5 * lower + 0.5 * upper
    else:
        mean = checks.inside("initial_params", initial_params, lower, upper)
    if max_iterations is not None:
        max_iterations = checks.whole_number(
            "max_iterations", max_iterations, least=1, most=MOST_ITERATIONS
        )
    default = 4 + int(3 * math.log(d))
    with np.errstate(invalid="ignore"):
        scale = np.where(finite, upper - lower, 1.0)
    # As a share of the box; elsewhere in units of which nothing is known.
    least, most = (SHORTEST, WIDEST) if finite.all() else (1e-100, 1e100)
    return Plan(
        common=checked,
        mean=mean,
        sigma=checks.real_number("sigma", sigma, least=least, most=most),
        max_iterations=max_iterations,
        population_size=size_of(
            "population_size", population_size, default, 2, checked.max_evaluations
        ),
        active=checks.flag("active", active),
        separable=d >= LARGE if separable is None else checks.flag("separable", separable),
        boundary=checks.choice("boundary", boundary, BOUNDARIES),
        tolerance=checks.real_number("tolerance", tolerance, least=0.0),
        parameter_tolerance=checks.real_number(
            "parameter_tolerance", parameter_tolerance, least=0.0
        ),
        offset=np.where(finite, lower, 0.0),
        scale=scale,
    )
