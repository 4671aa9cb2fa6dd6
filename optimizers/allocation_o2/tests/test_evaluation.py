"""Backtests of allocators, comparisons and pictures."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from allocation_o2 import (
    Comparison,
    compare,
    create_allocator_class,
    plot_performance,
    plot_weights,
)
from hft_py.portfolio import backtest_weights

Floats = npt.NDArray[np.float64]


class Fall:
    """In proportion to the inverse of the growth."""

    def __init__(self, days: int) -> None:
        self.days, self.min_observations = days, days + 1

    def predict(self, prices: Floats) -> Floats:
        inverse = prices[:, -1 - self.days] / prices[:, -1]
        return np.asarray(inverse / inverse.sum())


FallAllocator = create_allocator_class(Fall, {"days": (int, 5, (1, 100))})
PRICES = 100 * np.exp(np.cumsum(np.random.default_rng(2).normal(size=(4, 120)), axis=1) / 60)


def frame(kind: str) -> Any:
    package = pytest.importorskip(kind, reason=f"{kind} is not installed")
    if kind == "pandas":
        dates = package.bdate_range("2020-01-01", periods=120)
        return package.DataFrame(PRICES.T, index=dates, columns=list("ABCD"))
    dates = package.date_range(date(2020, 1, 1), date(2020, 4, 29), eager=True)
    return package.DataFrame({"date": dates, **dict(zip("ABCD", PRICES, strict=True))})


def test_weights_of_a_close_earn_from_the_next_one_on() -> None:
    """By hand, in fractions: equal weights of two assets, traded once at one per cent."""
    prices = [
        [Fraction(10), Fraction(11), Fraction(11)],
        [Fraction(20), Fraction(20), Fraction(30)],
    ]
    made = create_allocator_class(type("Half", (), {"predict": lambda self, p: [0.5, 0.5]}))
    found = made().evaluate(np.array(prices, dtype=float), cost=0.01, step=2, capital=1_000)
    # Decided at the second close; what the first date earned is not the portfolio's.
    second = (
        Fraction(1, 2) * prices[0][2] / prices[0][1] + Fraction(1, 2) * prices[1][2] / prices[1][1]
    )
    assert found.equity.tolist() == [pytest.approx(float(1_000 * (second - Fraction(1, 100))))]
    assert found.turnover.tolist() == [1.0] and found.costs.tolist() == [pytest.approx(10.0)]


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_the_backtest_is_that_of_the_library(kind: str) -> None:
    prices = frame(kind)
    options: dict[str, Any] = {"cost": 0.002, "capital": 500.0, "periods_per_year": 252.0}
    one = FallAllocator(days=9)
    found = one.evaluate(prices, window=20, step=7, **options)
    expected = backtest_weights(one.predict_rolling(prices, window=20, step=7), prices, **options)
    assert found == expected
    assert found == FallAllocator(days=9).evaluate(prices, window=20, step=7, **options)
    plain = one.evaluate(PRICES, window=20, step=7, **options)
    assert plain.metrics == found.metrics


def test_the_last_date_alone_earns_nothing() -> None:
    with pytest.raises(ValueError, match="prices has 6 observations, expected one more"):
        FallAllocator().evaluate(PRICES[:, :6])


@pytest.mark.parametrize("kind", ["numpy", "pandas", "polars"])
def test_compared_allocators_start_together(kind: str) -> None:
    prices = PRICES if kind == "numpy" else frame(kind)
    found = compare([FallAllocator(), FallAllocator(days=50)], prices, cost=0.001, step=10)
    assert found.names == ("Fall()", "Fall(days=50)")
    assert {len(one.equity) for one in found.backtests.values()} == {120 - 51}
    late = FallAllocator(days=50).evaluate(prices, cost=0.001, step=10)
    assert found.backtests["Fall(days=50)"] == late
    lines = repr(found).splitlines()
    assert len(lines) == 3 and f"{late.metrics['sharpe']:.2f}" in lines[2]
    assert list(found.metrics) == list(found.names)


def test_a_comparison_is_a_table() -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    found = compare({"a": FallAllocator(), "b": FallAllocator(days=9)}, PRICES)
    table = found.to_frame()
    assert list(table.index) == ["a", "b"]
    assert table.loc["b", "sharpe"] == found.metrics["b"]["sharpe"]
    assert found == compare({"a": FallAllocator(), "b": FallAllocator(days=9)}, PRICES)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ([], ValueError, "allocators is empty"),
        ([FallAllocator(), FallAllocator()], ValueError, r"has Fall\(\) twice: pass a mapping"),
        ([Fall(3)], TypeError, "expected an allocator"),
        (FallAllocator(), TypeError, r"allocators=Fall\(\), expected a list"),
        ("Fall", TypeError, "allocators='Fall', expected a list"),
    ],
)
def test_what_cannot_be_compared(given: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        compare(given, PRICES)


def comparison(prices: Any) -> Comparison:
    return compare({f"{n} days": FallAllocator(days=n) for n in (3, 5, 20)}, prices, step=5)


@pytest.mark.parametrize("kind", ["numpy", "pandas", "polars"])
def test_pictures(kind: str) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot", reason="matplotlib is not installed")
    pyplot.switch_backend("agg")
    prices = PRICES if kind == "numpy" else frame(kind)
    found = comparison(prices)
    one = found.backtests["5 days"]
    weights = FallAllocator().predict_rolling(prices)
    pictures = [found.plot(), plot_performance(one), plot_performance(found.backtests)]
    pictures += [plot_weights(found, largest=2), plot_weights(one), plot_weights(weights)]
    pictures[3].canvas.draw()
    panels = pictures[3].axes
    assert [axes.get_title() for axes in panels if axes.get_visible()] == list(found.names)
    assert panels[0].get_legend_handles_labels()[1][-1] == "2 others"
    drawdown = pictures[1].axes[1].lines[0].get_ydata()
    assert drawdown.min() == pytest.approx(100 * one.metrics["max_drawdown"])
    pyplot.close("all")
    for wrong in (None, 3, [one], {"a": 1}):
        with pytest.raises(TypeError, match="expected backtests or a comparison"):
            plot_performance(wrong)
