"""The inputs of the study: an option with a reference price, in several sizes."""

from __future__ import annotations

from typing import Any

from gpu_monte_carlo._blocks import BLOCK
from gpu_monte_carlo.option import AsianOption

# Whole blocks, so that all simulate the same number: the published size is 500,000.
HEADLINE = (31 * BLOCK, 252)
QUICK = (4 * BLOCK, 252)
SIZES = [QUICK, HEADLINE, (128 * BLOCK, 252), (128 * BLOCK, 12)]
ERRORS = (1e-2, 1e-3, 1e-4)
WHOLE = 1e-2  # to smaller errors plain paths take hours: a part of them is run
STRIKES = tuple(range(85, 117))
BATCH = (8 * BLOCK, 252)


def name(paths: int, observations: int) -> str:
    """Name of a workload of this size in tables."""
    return f"{paths:,} x {observations:,}"


def error_name(target: float) -> str:
    """Name of a workload to this error in tables."""
    return f"to an error of {target:g}"


# Of the reference option's discounted payoff: what plain paths to an error are counted by.
DEVIATION = 7.95


def plain_paths(target: float) -> float:
    """Paths that plain simulation of the reference option takes to a standard error."""
    return (DEVIATION / target) ** 2


EQUAL = tuple(name(*size) for size in SIZES)
WITH_PEERS = (EQUAL[0], EQUAL[1], EQUAL[3])  # the third only takes longer
TO_ERROR = tuple(error_name(target) for target in ERRORS)
PARTS = 1000  # of 6.3 billion paths, at an error of 1e-4
BATCH_NAME = f"{len(STRIKES)} strikes, {name(*BATCH)}"


def at_the_money(observations: int, strike: float = 100.0) -> AsianOption:
    """The reference option: spot 100, rate 5 %, volatility 20 %, one year."""
    return AsianOption(100.0, strike, 0.05, 0.0, 0.2, 1.0, observations)


def equal_paths(paths: int, observations: int) -> dict[str, Any]:
    """A number of paths of one option."""
    return {"option": at_the_money(observations), "paths": paths, "target": None}


def to_error(target: float, observations: int) -> dict[str, Any]:
    """As many paths as a standard error of ``target``, in currency, takes."""
    return {"option": at_the_money(observations), "paths": None, "target": target}


def strikes(paths: int, observations: int) -> dict[str, Any]:
    """A batch of strikes on the same paths."""
    batch = [at_the_money(observations, float(k)) for k in STRIKES]
    return {"option": batch, "paths": paths, "target": None}
