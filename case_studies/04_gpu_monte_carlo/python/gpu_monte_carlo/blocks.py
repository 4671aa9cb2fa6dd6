"""Blocks of samples: how a run is cut, shared out, and added up.

A block is 16,384 samples and has an address: its first path's number. Its sums depend on the
seed and that address only. The last addition is exact (``math.fsum``) and in the order of the
blocks, so neither threads, nor chunks, nor machines change a bit of the result.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
BLOCK = 16_384
# A variance smaller than this share of the mean square is rounding: sums of equal numbers round
# alike. So an error below a millionth of the payoff is shown as 0.
RESOLUTION = 1e-12

BlockSums = Callable[..., Any]


@dataclass(frozen=True)
class Run:
    """What a kernel is asked for, but for the range of blocks."""

    kernel: BlockSums
    options: Doubles
    seed: int
    observations: int
    antithetic: bool
    control: bool
    greeks: bool
    precision: str
    threads: int

    def __call__(self, first: int, blocks: int) -> Any:
        """Sums of a range of blocks, ``[blocks, options, moments]``."""
        return self.kernel(
            self.options,
            self.seed,
            first,
            blocks,
            self.observations,
            self.antithetic,
            self.control,
            self.greeks,
            self.precision,
            self.threads,
        )


def split(first: int, blocks: int, parts: int) -> list[tuple[int, int]]:
    """A range of blocks in at most ``parts`` ranges ``(first, count)`` of nearly equal size.

    Examples
    --------
    >>> split(10, 7, 3)
    [(10, 3), (13, 2), (15, 2)]
    """
    parts = max(1, min(parts, blocks))
    size, more = divmod(blocks, parts)
    ranges = []
    for part in range(parts):
        count = size + (part < more)
        ranges.append((first, count))
        first += count
    return ranges


def compute(
    run: Run, first: int, blocks: int, executor: Executor | None = None, parts: int = 1
) -> Any:
    """Sums of a range, here or split over an executor, in the order of the blocks."""
    if executor is None:
        return run(first, blocks)
    futures = [executor.submit(run, *piece) for piece in split(first, blocks, parts)]
    return np.concatenate([future.result() for future in futures])


def totals(sums: Any) -> Doubles:
    """Sums over blocks, exactly rounded, ``[options, moments]``."""
    host = np.asarray(sums, dtype=np.float64)
    blocks, options, moments = host.shape
    columns = host.reshape(blocks, options * moments).T
    return np.array([math.fsum(column) for column in columns]).reshape(options, moments)


def finish(xp: Any, total: Any, exact: Any, *, control: bool) -> dict[str, Any]:
    """Price, standard error and greeks from pooled sums.

    With a control, ``price = mean Y - beta (mean C - E C)``, ``beta = cov(Y, C) / var C`` from
    the same samples (a bias of order 1/n, below the error by its root), and the variance is
    that of the residual.

    Parameters
    ----------
    total
        ``[options, moments]``.
    exact
        ``[options]``, prices of the geometric twins; of no effect without a control.
    """
    n, y, yy, c, cc, yc = (total[:, k] for k in range(6))
    mean = y / n
    variance = _variance(xp, n, y, yy)
    price = mean
    if control:
        spread = _variance(xp, n, c, cc)
        together = yc / n - mean * (c / n)
        known = spread > 0
        beta = xp.where(known, together / xp.where(known, spread, 1.0), 0.0)
        price = mean - beta * (c / n - exact)
        left = variance - beta * together
        scale = RESOLUTION * (yy / n)
        variance = xp.where(known & (left > scale), left, xp.where(known, 0.0, left))
    found = {"price": price, "standard_error": xp.sqrt(xp.maximum(variance, 0.0) / (n - 1))}
    for k, name in enumerate(("delta", "vega", "gamma")):
        if total.shape[1] > 6:
            s, ss = total[:, 6 + 2 * k], total[:, 7 + 2 * k]
            found[name] = s / n
            found[f"{name}_standard_error"] = xp.sqrt(_variance(xp, n, s, ss) / (n - 1))
    return found


def _variance(xp: Any, n: Any, s: Any, ss: Any) -> Any:
    """Mean of squares less square of the mean; 0 where the difference is rounding."""
    square = ss / n
    variance = square - (s / n) ** 2
    return xp.where(variance > RESOLUTION * square, variance, 0.0)
