"""A grid of rules on shared work.

Complexity: the rolling deviation is computed once per window and batch (in Rust, once
for sixteen rules at least), not once per rule; what is left per rule is a comparison
and a product per cell. Memory: two curves per rule of a batch, whatever the size of the
grid. Choose it to see a surface, not to pick its maximum: the best of many rules on one
history is biased upwards (Bailey and Lopez de Prado, The Deflated Sharpe Ratio, Journal
of Portfolio Management 2014).
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import polars as pl

from polars_vs_pandas import _kernels as kernels
from polars_vs_pandas import _validation as validation
from polars_vs_pandas import metrics
from polars_vs_pandas._arrays import Floats, Rule, daily_returns
from polars_vs_pandas._panel import Frame

BATCH_VALUES = 2_000_000
"""Equity values (rules times days) of one batch: some 32 MB of curves, and
Ctrl-C is noticed between batches."""


class SweepInterrupted(KeyboardInterrupt):
    """Ctrl-C during a sweep; ``finished`` is the frame of the rules done by then.

    Examples
    --------
    >>> str(SweepInterrupted(pl.DataFrame({"window": [20, 50]})))
    'sweep interrupted after 2 rules (see .finished)'
    """

    def __init__(self, finished: pl.DataFrame) -> None:
        super().__init__(f"sweep interrupted after {finished.height} rules (see .finished)")
        self.finished = finished


def sweep(
    signal: Frame,
    returns: Frame,
    *,
    windows: int | Sequence[int] = 100,
    k: Any = 1.0,
    cost: float | Sequence[float] = 1e-4,
    capital: float = 1e6,
    threads: int = 0,
    periods_per_year: float | None = None,
    progress: bool = True,
) -> pl.DataFrame:
    """Evaluate every combination of windows, thresholds and costs.

    Each row equals what :func:`run_backtest` finds for its rule. Inputs, NaN policy and
    errors are those of :func:`run_backtest`. Note that a longer window starts later: to
    compare windows on the same days, start all from the same date.

    Parameters
    ----------
    windows, k, cost
        One value or several. An entry of ``k`` is a number for both sides, or a pair
        ``(k_long, k_short)``.
    threads
        0 (default) for all cores: a sweep is usually the only thing running.
    periods_per_year
        As for :func:`run_backtest`: from the dates by default.
    progress
        A progress bar on the terminal; nothing where stderr is none.

    Returns
    -------
    polars.DataFrame
        One row per rule, in the order windows, k, cost: columns ``window``, ``k_long``,
        ``k_short``, ``cost``, then the figures of :func:`polars_vs_pandas.metrics.summary`.

    Raises
    ------
    SweepInterrupted
        On Ctrl-C (a KeyboardInterrupt), with the rules that were finished.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> signal, returns = rng.standard_normal((2, 400, 3))
    >>> found = sweep(signal, 0.01 * returns, windows=[20, 50], k=[0.5, (1.0, 2.0)])
    >>> found.select("window", "k_long", "k_short").rows()
    [(20, 0.5, 0.5), (20, 1.0, 2.0), (50, 0.5, 0.5), (50, 1.0, 2.0)]
    """
    market = validation.market(signal, returns)
    rows = market.signal.shape[0]
    lengths = [
        validation.window(w, rows, "windows") for w in validation.several("windows", windows)
    ]
    costs = [validation.not_negative("cost", c) for c in validation.several("cost", cost)]
    rules = [(*pair, c) for pair, c in itertools.product(_thresholds(k), costs)]
    capital = validation.positive("capital", capital)
    threads = validation.threads(threads)
    yearly = validation.periods_per_year(periods_per_year, market.dates)
    engine = kernels.resolve("auto")
    tables = [kernels.KERNELS[engine].native(side) for side in (market.signal, market.returns)]
    curves = kernels.module(engine).sweep

    finished: list[dict[str, Any]] = []
    try:
        with _bar(len(lengths) * len(rules), progress) as advance:
            for window in lengths:
                days = rows - window - 1
                for batch in _batches(rules, days):
                    with np.errstate(over="ignore", invalid="ignore"):
                        equity, traded = curves(*tables, window, batch, capital, threads)
                    for rule, curve, moved in zip(batch, equity, traded, strict=True):
                        finished.append(_row(window, rule, curve, moved, capital, yearly))
                        advance()
    except KeyboardInterrupt:
        raise SweepInterrupted(pl.DataFrame(finished)) from None
    return pl.DataFrame(finished)


def _thresholds(k: Any) -> list[tuple[float, float]]:
    # A pair on its own could mean two thresholds or one rule: it means two thresholds.
    pairs = []
    for entry in validation.several("k", k):
        both = validation.several("k", entry)
        if len(both) > 2:
            raise ValueError(f"k={entry!r}: expected a number or a pair (k_long, k_short)")
        pairs.append(
            (validation.not_negative("k", both[0]), validation.not_negative("k", both[-1]))
        )
    return pairs


def _batches(rules: list[Rule], days: int) -> Iterator[list[Rule]]:
    size = max(16, BATCH_VALUES // days)
    for first in range(0, len(rules), size):
        yield rules[first : first + size]


def _row(
    window: int, rule: Rule, equity: Floats, traded: Floats, capital: float, yearly: float
) -> dict[str, Any]:
    k_long, k_short, cost = rule
    validation.outcome(equity, traded, capital)
    daily = daily_returns(equity, capital)
    return {
        "window": window,
        "k_long": k_long,
        "k_short": k_short,
        "cost": cost,
        **metrics.summary(equity, daily, traded, capital, cost, yearly),
    }


@contextmanager
def _bar(total: int, wanted: bool) -> Iterator[Any]:
    if not wanted or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("rules", total=total)
        yield lambda: bar.advance(task)
