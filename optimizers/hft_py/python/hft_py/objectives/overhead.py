"""What a kernel adds to the time of a callback: ``python -m hft_py.objectives.overhead``.

Each objective does next to nothing, so what is measured is the call: from Rust, one point after
the other as a chain evaluates them, and in batches of a hundred as a population does. Beside it
stands the same function called from a Python loop. Best of many rounds, one thread.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from hft_py.objectives.base import Floats
from hft_py.objectives.decorator import compiled_objective
from hft_py.objectives.resolve import resolve

POINTS = 20_000
ROUNDS = 15
DIMENSION = 4


def constant(x: Floats) -> float:
    """The cheapest callback there is."""
    return 1.0


def constants(points: Floats) -> Floats:
    """The same for a batch."""
    return np.ones(len(points))


def first(x: Any) -> Any:
    """The same for numba."""
    return x[0]


def nanoseconds(work: Callable[[], object], evaluations: int = POINTS) -> float:
    """The best time of one evaluation."""
    best = np.inf
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best / evaluations * 1e9


def measure() -> dict[str, tuple[float, float]]:
    """Nanoseconds an evaluation, alone and in batches, for every kind of objective."""
    points = np.random.default_rng(0).normal(size=(POINTS, DIMENSION))
    batches = np.split(points, POINTS // 100)
    row = points[0]

    def loop() -> None:
        for _ in range(POINTS):
            constant(row)

    def both(native: Any) -> tuple[float, float]:
        return (
            nanoseconds(lambda: native.evaluate_singly(points)),
            nanoseconds(lambda: [native.evaluate(batch) for batch in batches]),
        )

    own = nanoseconds(loop)
    measured = {"Python loop, no kernel": (own, own)}
    measured["Python"] = both(resolve(constant, DIMENSION).native)
    measured["vectorized"] = both(resolve(constants, DIMENSION, vectorized=True).native)
    with contextlib.suppress(ImportError):
        measured["compiled"] = both(resolve(compiled_objective(first), DIMENSION).native)
    measured["built-in (sphere)"] = both(resolve("sphere", DIMENSION).native)
    return measured


if __name__ == "__main__":
    print(f"{'ns an evaluation':<24}{'batch of one':>14}{'batch of 100':>14}")
    for kind, (alone, batched) in measure().items():
        print(f"{kind:<24}{alone:>14.1f}{batched:>14.1f}")
