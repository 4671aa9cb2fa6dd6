"""Blocks of samples: how a simulation is split, distributed and summed.

A block is 16,384 samples, numbered by its first path. Its sums depend on the seed and that number
only. Sums over blocks are exact, so threads, chunks and machines change no bit of the result, and
only a few numbers are kept per sum.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from gpu_monte_carlo._simulation import GREEKS, Simulation

Doubles = npt.NDArray[np.float64]
BLOCK = 16_384
# A variance below this share of the mean square is rounding and counts as 0.
RESOLUTION = 1e-12
# Path-steps of one call of a kernel, a fraction of a second: Ctrl-C takes effect between calls.
PIECE_STEPS = 1 << 27
# Effective payoffs below which neither the error of a sample nor a fitted coefficient is reliable.
ENOUGH = 256.0

BlockSums = Callable[..., Any]


class Run(NamedTuple):
    """A simulation of options by one kernel, for any range of blocks."""

    kernel: BlockSums
    options: Doubles
    simulation: Simulation

    def __call__(self, first: int, blocks: int) -> Any:
        """Sums of a range of blocks, ``[blocks, options, moments]``."""
        return self.kernel(self.options, self.simulation, first, blocks)


def split(first: int, blocks: int, parts: int) -> list[tuple[int, int]]:
    """A range of blocks in at most ``parts`` ranges ``(first, count)`` of nearly equal size."""
    parts = max(1, min(parts, blocks))
    size, more = divmod(blocks, parts)
    ranges = []
    for part in range(parts):
        count = size + (part < more)
        ranges.append((first, count))
        first += count
    return ranges


@dataclass
class Totals:
    """Sums over blocks, exact in any order and for any split: see ``_expansion``."""

    columns: list[list[float]] = field(default_factory=list)
    shape: tuple[int, ...] = ()

    def add(self, sums: Any) -> None:
        """More blocks, ``[blocks, options, moments]``."""
        host = np.asarray(sums, dtype=np.float64)
        self.join(host.reshape(len(host), -1).T.tolist(), host.shape[1:])

    def join(self, columns: list[list[float]], shape: tuple[int, ...]) -> None:
        """Add columns of numbers."""
        if not self.columns:
            self.columns, self.shape = [[] for _ in columns], shape
        self.columns = [
            _expansion(mine + more) for mine, more in zip(self.columns, columns, strict=True)
        ]

    def value(self) -> Doubles:
        """The sums, each rounded once, ``[options, moments]``."""
        return np.array([_sum(column) for column in self.columns]).reshape(self.shape)


def _expansion(column: list[float]) -> list[float]:
    """A few numbers with exactly the same sum: the rounded sum, the rounded residual, and so on."""
    parts: list[float] = []
    while part := _sum(column + [-p for p in parts]):
        parts.append(part)
        if not math.isfinite(part):
            return [part]
    return parts


def _sum(column: list[float]) -> float:
    """Rounded once; NaN where it is not a number or too large to be one."""
    try:
        return math.fsum(column)
    except (OverflowError, ValueError):
        return math.nan


def pieces(run: Run, first: int, blocks: int) -> Iterator[tuple[int, int]]:
    """A range of blocks in ranges ``(first, count)`` of about ``PIECE_STEPS`` path-steps."""
    paths = BLOCK * (1 + run.simulation.antithetic)
    steps = paths * run.simulation.observations * max(len(run.options), 1)
    size = max(PIECE_STEPS // steps, 1)
    for at in range(first, first + blocks, size):
        yield at, min(size, first + blocks - at)


def partial(run: Run, first: int, blocks: int) -> Totals:
    """Sums of a range, piece by piece: Python handles interrupts between two of them."""
    total = Totals()
    for piece in pieces(run, first, blocks):
        total.add(run(*piece))
    return total


def compute(
    run: Run, first: int, blocks: int, executor: Executor | None = None, parts: int = 1
) -> Totals:
    """Sums of a range, here or split over an executor."""
    if executor is None:
        return partial(run, first, blocks)
    total = Totals()
    for found in gather(
        executor, partial, [(run, *piece) for piece in split(first, blocks, parts)]
    ):
        total.join(found.columns, found.shape)
    return total


def gather(executor: Executor, task: Callable[..., Any], arguments: list[Any]) -> list[Any]:
    """Results in order; where one fails, the tasks not yet started are cancelled."""
    futures = [executor.submit(task, *one) for one in arguments]
    try:
        return [future.result() for future in futures]
    except BaseException:
        for future in futures:
            future.cancel()
        raise


def finish(xp: Any, total: Any, exact: Any, *, control: bool) -> dict[str, Any]:
    """Price, standard error and greeks from pooled sums ``[options, moments]``.

    With a control, ``price = mean Y - beta (mean C - E C)`` and the variance is that of
    ``Y - beta C``; see ``coefficient``. ``exact`` is ``E C``, ``[options]``. ``effective`` is
    ``(sum Y)^2 / sum Y^2`` (Kish 1965): how many equal payoffs would be as uncertain.
    """
    n, y, yy, c, cc, yc = (total[:, k] for k in range(6))
    price = y / n
    variance = _variance(xp, n, y, yy)
    if control:
        beta = coefficient(xp, n, y, c, cc, yc)
        price = price - beta * (c / n - exact)
        spread, together = _variance(xp, n, c, cc), yc / n - (y / n) * (c / n)
        left = variance - beta * (2.0 * together - beta * spread)
        variance = xp.where(left <= RESOLUTION * (yy / n), 0.0, left)
    found = {"price": price, "standard_error": xp.sqrt(variance / (n - 1))}
    found["effective"] = effective(xp, y, yy)
    for k, name in enumerate(GREEKS):
        if total.shape[1] > 6:
            s, ss = total[:, 6 + 2 * k], total[:, 7 + 2 * k]
            found[name] = s / n
            found[f"{name}_standard_error"] = xp.sqrt(_variance(xp, n, s, ss) / (n - 1))
    return found


def coefficient(xp: Any, n: Any, y: Any, c: Any, cc: Any, yc: Any) -> Any:
    """The control's coefficient: ``cov(Y, C) / var C`` of the same samples where many pay.

    A coefficient fitted to few payoffs would leave no error at all. So it is shrunk towards 1 (both
    averages pay nearly the same, and a fixed coefficient has no bias) by the number of effective
    payoffs, and is 1 where there are none.
    """
    spread = _variance(xp, n, c, cc)
    known = spread > 0
    fitted = xp.where(known, (yc / n - (y / n) * (c / n)) / xp.where(known, spread, 1.0), 0.0)
    count = effective(xp, c, cc)
    shrunk = 1.0 + count / (count + ENOUGH) * (fitted - 1.0)
    return xp.where(known, shrunk, xp.where(cc > 0, 0.0, 1.0))


def effective(xp: Any, s: Any, ss: Any) -> Any:
    """The number of effective payoffs; 0 where there are none."""
    return xp.where(ss > 0, s * s / xp.where(ss > 0, ss, 1.0), 0.0)


def _variance(xp: Any, n: Any, s: Any, ss: Any) -> Any:
    """Mean of squares less square of the mean; 0 where the difference is rounding."""
    square = ss / n
    variance = square - (s / n) ** 2
    return xp.where(variance <= RESOLUTION * square, 0.0, variance)


def to_host(values: Any) -> Doubles:
    """As a NumPy array, from wherever it is."""
    return np.asarray(values.get() if hasattr(values, "get") else values)
