"""The arguments that all methods take, checked once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from hft_py import checks
from hft_py.mle.baseline.loop import Array
from hft_py.mle.constraints import Constraints
from hft_py.objectives.transformed import Box

UNLIMITED = 2**62
MAX_ITERATIONS = 2**40
MAX_POINTS = 10**6  # of a generation
POLISHERS = ("L-BFGS-B", "Nelder-Mead")


@dataclass(frozen=True)
class Problem:
    """The box, the budget and the rules of one search.

    ``lower`` and ``upper`` are those of the parameters that are searched; ``box`` has all.
    """

    box: Box
    lower: Array
    upper: Array
    seed: int
    max_evaluations: int
    target: float
    threads: int
    retries: int
    polish: str | None
    constraints: Constraints
    maximize: bool = False

    def population_size(self, value: Any, default: int, least: int) -> int:
        """The points of a generation; one generation must fit the budget."""
        size = default
        if value is not None:
            size = checks.whole_number("population_size", value, least=least, most=MAX_POINTS)
        if size > self.max_evaluations:
            raise ValueError(
                f"max_evaluations={self.max_evaluations}, expected at least population_size={size}"
            )
        return size


def check_problem(
    bounds_lower: Any,
    bounds_upper: Any,
    *,
    infinite: bool,
    seed: Any,
    max_evaluations: Any,
    target: Any,
    constraints: Any = (),
    threads: Any = 1,
    retries: Any = 1,
    polish: Any = False,
    maximize: Any = False,
) -> Problem:
    """The checked arguments; ``infinite`` bounds are allowed or not.

    A search to be maximised is one of the negative objective: ``target`` changes its sign here.
    """
    lower, upper = checks.bounds(bounds_lower, bounds_upper, infinite=infinite)
    with np.errstate(over="ignore", invalid="ignore"):
        wide = np.isinf(upper - lower) & np.isfinite(lower) & np.isfinite(upper)
    if wide.any():
        raise ValueError("bounds_upper - bounds_lower overflows, expected narrower bounds")
    budget = UNLIMITED
    if max_evaluations is not None:
        budget = checks.whole_number(
            "max_evaluations", max_evaluations, least=1, most=MAX_ITERATIONS
        )
    polisher = None
    if polish is not False and polish is not None:
        polisher = POLISHERS[0] if polish is True else checks.choice("polish", polish, POLISHERS)
    upwards = checks.flag("maximize", maximize)
    least = -math.inf
    if target is not None:
        least = checks.real_number("target", target) * (-1.0 if upwards else 1.0)
    box = Box(lower, upper)
    return Problem(
        box=box,
        lower=box.reduced(lower),
        upper=box.reduced(upper),
        seed=checks.seed_number(seed),
        max_evaluations=budget,
        target=least,
        threads=checks.thread_count(threads),
        retries=checks.whole_number("retries", retries, least=1, most=10**6),
        polish=polisher,
        constraints=Constraints(constraints, box),
        maximize=upwards,
    )
