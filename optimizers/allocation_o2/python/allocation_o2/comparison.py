"""Several allocators over the same prices and dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from allocation_o2 import _prices, evaluation
from allocation_o2.allocator import Allocator
from allocation_o2.result import Comparison
from hft_py import checks

__all__ = ["compare"]


def compare(
    allocators: Sequence[Allocator] | Mapping[str, Allocator],
    prices: Any,
    *,
    cost: Any = 0.0,
    window: int | None = None,
    step: int = 1,
    capital: float = 1.0,
    periods_per_year: float = 252.0,
    threads: int = 1,
    progress: Any = False,
) -> Comparison:
    """Evaluate allocators over the same dates: a table by ``repr``, a picture by ``plot()``.

    All start at the first date at which each of them has its observations.

    Parameters
    ----------
    allocators
        A list, or a mapping of names. Default names: how each is written.
    prices, cost, window, step, capital, periods_per_year, threads, progress
        As in :meth:`Allocator.evaluate`.

    Raises
    ------
    TypeError, ValueError
        No allocator, one that is none, the same twice; else as :meth:`Allocator.evaluate`.

    Examples
    --------
    >>> import numpy as np
    >>> from allocation_o2 import EqualWeight, Momentum
    >>> prices = np.exp(np.cumsum(np.random.default_rng(0).normal(size=(3, 100)), axis=1) / 100)
    >>> found = compare([EqualWeight(), Momentum()], prices, cost=0.001, step=5)
    >>> found.names, found.backtests["EqualWeight()"].equity.shape
    (('EqualWeight()', 'Momentum()'), (39,))
    """
    given = _by_name(allocators)
    found = _prices.read(prices)
    schedules = [one._schedule(found, window, step) for one in given.values()]
    first = max(when.first for when in schedules)
    backtests = {}
    for name, one in given.items():
        when = one._schedule(found, window, step, first)
        weights = one._weights(found, when, threads, progress)
        backtests[name] = evaluation.backtest(
            found, weights, when.rows, cost, capital=capital, periods_per_year=periods_per_year
        )
    return Comparison(tuple(given), backtests)


def _by_name(allocators: Any) -> dict[str, Allocator]:
    if isinstance(allocators, Mapping):
        given = {str(name): one for name, one in allocators.items()}
    elif isinstance(allocators, Sequence) and not isinstance(allocators, str):
        given = {}
        for one in allocators:
            if repr(one) in given:
                raise ValueError(f"allocators has {one!r} twice: pass a mapping of names")
            given[repr(one)] = one
    else:
        raise TypeError(f"allocators={checks.short(allocators)}, expected a list of allocators")
    if not given:
        raise ValueError("allocators is empty, expected one or more")
    for name, one in given.items():
        if not isinstance(one, Allocator):
            raise TypeError(f"allocators has {checks.short(one)} as {name}, expected an allocator")
    return given
