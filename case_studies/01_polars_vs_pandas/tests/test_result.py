"""The result: frozen, readable as a mapping, as a frame, as a picture and as text."""

from __future__ import annotations

import dataclasses

import matplotlib
import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib.colors import to_hex

from polars_vs_pandas import BacktestResult, metrics, plotting, run_backtest

DATES = pd.bdate_range("2020-01-01", periods=400)


def made(**changes: object) -> BacktestResult:
    rng = np.random.default_rng(6)
    returns = pd.DataFrame(0.01 * rng.standard_normal((400, 3)), DATES, ["X", "Y", "Z"])
    signal = pd.DataFrame(rng.standard_normal((400, 3)), DATES, ["X", "Y", "Z"])
    signal += 30 * returns.shift(-1).fillna(0)
    return run_backtest(signal, returns, window=40, benchmark=returns["X"], **changes)  # type: ignore[arg-type]


def test_reads_like_a_mapping() -> None:
    result = made()
    assert result["equity"] is result.equity
    assert result["sharpe"] == result.metrics["sharpe"]
    assert {"beta", "equity", "assets", "max_drawdown_peak"} <= set(result)
    assert dict(result).keys() == set(result.keys())
    assert len(result) == len(list(result))
    assert "sortino" in result
    assert "nonsense" not in result
    with pytest.raises(KeyError, match="nonsense.*expected one of equity"):
        result["nonsense"]


def test_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        made().equity = np.zeros(1)  # type: ignore[misc]


def test_fields_hang_together() -> None:
    result = made(capital=5e5, cost=2e-3)
    days = 400 - 40 - 1
    assert result.equity.shape == result.returns.shape == result.turnover.shape == (days,)
    assert result.positions.shape == (days, 3)
    assert result.positions.dtype == np.int8
    np.testing.assert_allclose(5e5 * np.cumprod(1 + result.returns), result.equity, rtol=1e-12)
    before = np.concatenate([[5e5], result.equity[:-1]])
    np.testing.assert_allclose(result.turnover * before, result.traded, rtol=1e-13)
    assert 0 <= result.turnover.min() <= result.turnover.max() <= 2
    assert result.metrics["costs_paid"] == pytest.approx(2e-3 * result.traded.sum())
    assert (result.window, result.cost, result.capital) == (40, 2e-3, 5e5)


def test_drawdown_dates_are_dates() -> None:
    m = made().metrics
    assert m["max_drawdown_peak"] < m["max_drawdown_trough"]
    assert m["max_drawdown_trough"] in DATES
    assert m["max_drawdown_recovery"] is None or m["max_drawdown_recovery"] in DATES


def test_a_fall_from_the_start_begins_at_the_start() -> None:
    rng = np.random.default_rng(6)
    signal = rng.standard_normal((60, 2))
    result = run_backtest(signal, np.zeros((60, 2)), window=10, cost=0.01)
    assert result.metrics["max_drawdown_peak"] == result.start == 10
    assert result.metrics["max_drawdown_recovery"] is None


def test_frame() -> None:
    result = made()
    frame = result.to_frame()
    head = ["date", "equity", "return", "drawdown", "turnover", "traded"]
    assert frame.columns == [*head, "position_X", "position_Y", "position_Z"]
    assert frame.height == result.equity.size
    assert frame.schema["date"].is_temporal()
    assert frame.schema["position_Y"] == pl.Int8
    assert frame["drawdown"].min() == result.metrics["max_drawdown"]
    np.testing.assert_array_equal(frame["position_Y"].to_numpy(), result.positions[:, 1])


def test_text() -> None:
    text = repr(made(implementation="polars_numpy"))
    assert text.startswith("BacktestResult by polars_numpy: 359 rows, 3 assets, 2020-02-27 to")
    assert max(len(line) for line in text.splitlines()) <= 100
    assert "Sharpe" in text
    assert "turnover" in text


def test_picture_shows_the_figures() -> None:
    result = made()
    above, below = result.plot().axes
    curve, fall = above.lines[0], below.lines[0]
    np.testing.assert_array_equal(curve.get_ydata()[1:], result.equity)
    assert curve.get_ydata()[0] == result.capital
    np.testing.assert_array_equal(
        fall.get_ydata()[1:], metrics.drawdowns(result.equity, result.capital)
    )
    assert to_hex(curve.get_color()) == plotting.CURVE
    assert f"Sharpe {result.metrics['sharpe']:.2f}" in above.get_title(loc="left")
    assert below.get_ylim()[1] == 0.0


@pytest.mark.parametrize(
    ("equity", "scale"),
    [([1e6, 2e6, 9e6], "log"), ([1e6, 1.1e6, 1.2e6], "linear"), ([1e6, 5e5, 0.0], "linear")],
)
def test_logarithmic_where_it_fits(equity: list[float], scale: str) -> None:
    short = dict.fromkeys(("returns", "turnover", "traded"), np.array([0.1, 0.2, -0.1]))
    curve = dataclasses.replace(
        made(),
        equity=np.array(equity),
        positions=np.zeros((3, 3), np.int8),
        dates=DATES[41:44].to_numpy(),
        benchmark=None,
        **short,
    )
    figure = curve.plot()
    assert figure.axes[0].get_yscale() == scale
    figure.canvas.draw()


@pytest.mark.parametrize("scale", [0.0, 1e-200, 1e200])
@pytest.mark.parametrize("window", [40, 398])
def test_any_benchmark_leaves_the_rest_alone(scale: float, window: int) -> None:
    """Constant, of one day, or in an odd unit: NaN where undefined, all else shown."""
    one = made()
    returns = pd.Series(one.returns, one.dates).reindex(DATES, fill_value=0.0)
    frame = returns.to_frame("X")
    result = run_backtest(frame * -1, frame, window=window, benchmark=1e-3 + scale * returns)
    defined = scale == 1e200 and window == 40
    for name in ("alpha", "beta", "alpha_t", "beta_t", "r_squared"):
        assert np.isfinite(result.metrics[name]) == defined, name
    assert np.isfinite(result.metrics["total_return"])
    assert "Sharpe" in repr(result)
    result.plot().canvas.draw()


def test_odd_labels_give_way_to_row_numbers() -> None:
    text = pd.Index([f"day {i:03}" for i in range(400)])
    frame = pd.DataFrame(np.random.default_rng(6).standard_normal((400, 2)), text)
    result = run_backtest(frame, frame / 100, window=40)
    above, below = result.plot().axes
    np.testing.assert_array_equal(above.lines[0].get_xdata(), np.arange(40, 400))
    assert below.get_xlabel() == "row"
    assert result.start == "day 040"


def test_picture_leaves_no_global_figure(tmp_path: object) -> None:
    import matplotlib.pyplot as plt

    matplotlib.use("Agg")
    before = plt.get_fignums()
    made().plot().savefig(f"{tmp_path}/equity.png")
    assert plt.get_fignums() == before
