"""Arguments that both methods take, checked once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from hft_py import checks
from hft_py.mle.constraints import Constraints
from hft_py.mle.kernels.loop import Array
from hft_py.mle.polish import method_of
from hft_py.objectives import Objective, resolve

UNLIMITED = 2**62
MOST_ITERATIONS = 2**40
MOST_POINTS = 10**6  # of a generation


@dataclass(frozen=True)
class Common:
    """What is the same for both methods."""

    lower: Array
    upper: Array
    seed: int
    max_evaluations: int
    target: float
    threads: int
    retries: int
    polish: str | None
    constraints: Constraints


def common(
    bounds_lower: Any,
    bounds_upper: Any,
    *,
    infinite: bool,
    seed: Any,
    max_evaluations: Any,
    target: Any,
    constraints: Any,
    threads: Any = 1,
    retries: Any = 1,
    polish: Any = False,
) -> Common:
    """The checked arguments."""
    lower, upper = checks.bounds(bounds_lower, bounds_upper, infinite=infinite)
    with np.errstate(over="ignore", invalid="ignore"):
        wide = np.isinf(upper - lower) & np.isfinite(lower) & np.isfinite(upper)
    if wide.any():
        raise ValueError("bounds_upper - bounds_lower overflows, expected narrower bounds")
    budget = UNLIMITED
    if max_evaluations is not None:
        budget = checks.whole_number(
            "max_evaluations", max_evaluations, least=1, most=MOST_ITERATIONS
        )
    return Common(
        lower=lower,
        upper=upper,
        seed=checks.seed_number(seed),
        max_evaluations=budget,
        target=-math.inf if target is None else checks.real_number("target", target),
        threads=checks.thread_count(threads),
        retries=checks.whole_number("retries", retries, least=1, most=10**6),
        polish=method_of(polish),
        constraints=Constraints(constraints, len(lower)),
    )


def size_of(name: str, value: Any, default: int, least: int, budget: int) -> int:
    """The points of a generation; one generation must fit the budget."""
    size = default
    if value is not None:
        size = checks.whole_number(name, value, least=least, most=MOST_POINTS)
    if size > budget:
        raise ValueError(f"max_evaluations={budget}, expected at least {name}={size}")
    return size


def workers(common: Common, objective: Objective) -> tuple[int, int]:
    """Threads for retries and for the evaluations of each: never more than asked for in all."""
    if common.retries == 1:
        return 1, common.threads
    return (common.threads if objective.parallel else 1), 1


def objective_of(
    objective_fn: Any,
    n_params: int,
    vectorized: Any,
    executor: Any,
    data: Any,
    name: str = "objective_fn",
) -> Objective:
    """The objective as the kernels take it."""
    return resolve(objective_fn, n_params, vectorized, executor, data, name=name)
