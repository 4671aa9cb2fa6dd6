"""Bad input is an error that names the argument; labels go in and come out; results behave."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hft_py import labels
from hft_py.risk import (
    FactorModel,
    RiskModel,
    StatisticalFactorModel,
    TimeSeriesFactorModel,
    backtest_value_at_risk,
    bias_statistic,
    decompose_risk,
    ewma_covariance,
    ledoit_wolf_covariance,
    max_drawdown,
    metrics,
    q_statistic,
    repair_covariance,
    rolling_value_at_risk,
    sample_covariance,
    value_at_risk,
)

X = np.random.default_rng(0).normal(size=(60, 4))
HOLE = np.where(np.arange(240).reshape(60, 4) == 5, np.nan, X)
FLAT = X * [1.0, 0.0, 1.0, 1.0]
ONE = RiskModel.build(np.ones((4, 1)), [[0.04]], np.ones(4), assets=list("abcd"))

CASES: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: sample_covariance(HOLE), ValueError,
     'returns[1] of 1 is nan, expected a number: pass missing="complete" or missing="pairwise"'),
    (lambda: ledoit_wolf_covariance(HOLE), ValueError, 'pass missing="complete"'),
    (lambda: sample_covariance(X, missing="zero"), ValueError, 'missing=\'zero\', expected one of'),
    (lambda: sample_covariance(X * np.inf), ValueError, "returns[0, 0] is "),
    (lambda: sample_covariance(X[:1]), ValueError, "returns has length 1, expected 2 or more"),
    (lambda: sample_covariance(X[0]), ValueError, "returns has 1 dimensions, expected 2"),
    (lambda: sample_covariance(np.full((9, 2), np.nan), missing="complete"), ValueError,
     "returns has 0 rows without NaN"),
    (lambda: sample_covariance([["a"]]), TypeError, "returns has dtype <U1"),
    (lambda: sample_covariance(np.c_[X, np.full(60, np.nan)], missing="pairwise"), ValueError,
     "returns has 0 dates of 0 and 4 together, expected min_observations=2 or more"),
    (lambda: ewma_covariance(np.r_[HOLE, np.c_[X[:, :1], np.full((60, 3), np.nan)]], 1e-9,
                             missing="pairwise"), ValueError, "returns has 0 dates of 0 and 1"),
    (lambda: ewma_covariance(X, 1.5), ValueError, "decay=1.5, expected at most 1.0"),
    (lambda: ewma_covariance(X, 0.0), ValueError, "decay=0.0, expected more than 0.0"),
    (lambda: ewma_covariance(X, newey_west_lags=-1), ValueError, "newey_west_lags=-1"),
    (lambda: ewma_covariance(FLAT, correlation_decay=0.9), ValueError,
     "returns of 1 have variance 0.0, expected more than 0"),
    (lambda: ledoit_wolf_covariance(FLAT, "constant_correlation"), ValueError,
     "returns of 1 do not vary"),
    (lambda: ledoit_wolf_covariance(X, "shrunk"), ValueError, "target='shrunk', expected one of"),
    (lambda: repair_covariance([[1.0, 2.0]]), ValueError, "shape (1, 2), expected a square matrix"),
    (lambda: repair_covariance([[1.0, 0.3], [0.2, 1.0]]), ValueError, "expected a symmetric"),
    (lambda: repair_covariance([[-1.0, 0.0], [0.0, 1.0]]), ValueError, "covariance[0, 0] is -1.0"),
    (lambda: RiskModel.build([[1.0]], [[-1.0]], [0.1]), ValueError, "the negative eigenvalue -1"),
    (lambda: RiskModel.build([[1.0]], [[1.0]], [-0.1]), ValueError, "specific_variance[0] is -0.1"),
    (lambda: RiskModel.build([[1.0]], np.eye(2), [0.1]), ValueError, "expected (1, 1) as exposure"),
    (lambda: RiskModel.build([[1.0]] * 2, [[1.0]], [0.1] * 2, assets=["a", "a"]), ValueError,
     "assets has the label 'a' twice"),
    (lambda: decompose_risk([1.0], ONE), ValueError, "weights has length 1, expected 4"),
    (lambda: decompose_risk({"z": 1.0}, ONE), ValueError,
     "weights names 'z', which is not among the 4 assets"),
    (lambda: decompose_risk({"a": 1.0}, ONE, benchmark={"q": 1.0}), ValueError,
     "benchmark names 'q'"),
    (lambda: decompose_risk([np.nan] * 4, ONE), ValueError, "weights of 'a' is nan"),
    (lambda: ONE.subset(["a", "q"]), ValueError, "assets has unknown names: q"),
    (lambda: FactorModel(exposure_lag=0), ValueError, "exposure_lag=0, expected 1 or more"),
    (lambda: FactorModel(specific_half_life=0), ValueError, "specific_half_life=0"),
    (lambda: FactorModel(market=False).fit(X), ValueError, "there is no factor"),
    (lambda: FactorModel().fit(X), ValueError, "4 assets have a return and all exposures"),
    (lambda: FactorModel(min_assets=2).fit(X, styles={"size": np.ones((60, 4))}), ValueError,
     "the exposures to 'size' on row 1 are a combination of those to the other factors"),
    (lambda: FactorModel().fit(X, styles={"size": X[:9]}), ValueError,
     "styles['size'] has shape (9, 4), expected (60, 4) as returns"),
    (lambda: FactorModel().fit(X, styles=X[:, :, None], style_names=["a", "b"]), ValueError,
     "style_names has 2 names, expected 1"),
    (lambda: FactorModel().fit(X, sectors=[0, 1]), ValueError, "sectors has shape (2,)"),
    (lambda: FactorModel().fit(X, sectors={"q": "Tech"}), ValueError, "sectors has unknown assets"),
    (lambda: FactorModel().fit(X, styles={"market": X}), ValueError, "the label 'market' twice"),
    (lambda: FactorModel().fit(X, market_cap=-np.ones((60, 4))), ValueError,
     "market_cap[0, 0] is -1.0, expected more than 0"),
    (lambda: FactorModel().fit(X, universe=np.ones((60, 4))), ValueError, "universe has dtype"),
    (lambda: StatisticalFactorModel(4).fit(X), ValueError, "n_factors=4, expected at most 3"),
    (lambda: StatisticalFactorModel("kaiser"), ValueError, "n_factors='kaiser'"),
    (lambda: TimeSeriesFactorModel().fit(X, X[:9]), ValueError, "factors has 9 rows, expected 60"),
    (lambda: TimeSeriesFactorModel().fit(X, np.ones((60, 1))), ValueError, "factors are collinear"),
    (lambda: value_at_risk(X[:, 0], 0.4), ValueError, "level=0.4, expected at least 0.5"),
    (lambda: value_at_risk(X[:, 0], method="monte_carlo"), ValueError, "method='monte_carlo'"),
    (lambda: value_at_risk(HOLE[:, 1]), ValueError, "returns[1] is nan"),
    (lambda: value_at_risk(X[:9, 0], method="filtered_historical"), ValueError, "expected 40 or"),
    (lambda: rolling_value_at_risk(X[:, 0], 61), ValueError, "window=61, expected at most 60"),
    (lambda: backtest_value_at_risk(X[:, 0], np.ones(9)), ValueError, "forecasts has length 9"),
    (lambda: backtest_value_at_risk([1.0, 1, 1], [1.0, np.nan, 1]), ValueError,
     "forecasts[1] is nan between forecasts"),
    (lambda: bias_statistic(X[:, 0], np.zeros(60)), ValueError, "volatility[0] is 0.0"),
    (lambda: q_statistic([1.0], [1.0]), ValueError, "returns has 1 numbers with a forecast"),
    (lambda: metrics.total_return([1.0], 0), ValueError, "capital=0.0, expected more than 0.0"),
    (lambda: metrics.sharpe([0.1, 0.2], periods_per_year=-1), ValueError, "periods_per_year=-1.0"),
    (lambda: metrics.turnover([1.0], [1.0, 2.0], 1.0), ValueError, "equity has length 2"),
    (lambda: max_drawdown([1.0], 0.0), ValueError, "capital=0.0, expected more than 0.0"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "message"), CASES, ids=range(len(CASES)))
def test_bad_input(call: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=re.escape(message)):
        call()


def test_labels_of_pandas() -> None:
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    dates = pd.date_range("2024-01-01", periods=60)
    frame = pd.DataFrame(X, index=dates, columns=list("abcd"))
    found = ewma_covariance(frame)
    assert list(found.index) == list(found.columns) == list("abcd")
    np.testing.assert_array_equal(found.to_numpy(), ewma_covariance(X))
    with pytest.raises(ValueError, match=r"the date 2024-02-28.* after .*: sort them"):
        sample_covariance(frame[::-1])
    with pytest.raises(ValueError, match="returns has the label 'a' twice"):
        sample_covariance(frame.rename(columns={"b": "a"}))
    with pytest.raises(ValueError, match="market_cap has other dates than returns"):
        FactorModel().fit(frame, market_cap=frame.abs().set_index(dates + pd.Timedelta("1D")))
    with pytest.raises(ValueError, match="has other assets than returns"):
        FactorModel().fit(frame, styles={"size": frame[list("bacd")]})
    fitted = TimeSeriesFactorModel().fit(frame[["a", "b"]], frame[["c"]])
    assert (fitted.model_.assets, fitted.model_.factors) == (("a", "b"), ("c",))
    again = TimeSeriesFactorModel().fit(frame[["a", "b"]], frame[["c"]])
    assert fitted.model_ == again.model_
    assert fitted.model_.to_frame().shape == (2, 2)


def test_labels_of_polars() -> None:
    pl = pytest.importorskip("polars", reason="polars is not installed")
    frame = pl.DataFrame(X, schema=list("abcd"))
    found = sample_covariance(frame)
    assert found.columns == list("abcd")
    np.testing.assert_array_equal(found.to_numpy(), sample_covariance(X))
    dated = frame.with_columns(
        pl.date_range(pl.date(2024, 1, 1), pl.date(2024, 2, 29)).alias("day")
    )
    table = labels.panel("returns", dated)
    assert table.assets == tuple("abcd")
    assert labels.panel_like(table.kind, table.assets, table.values, table.dates).columns == [
        "date",
        *"abcd",
    ]


def test_sectors_by_label(make_panel: Callable[..., dict[str, Any]]) -> None:
    given = make_panel(60, 70)
    names = np.array(["Banks", "Energy", "Tech", "Utilities"])[given["sectors"]]
    options = {"min_assets": 20, "min_observations": 9}
    by_number = FactorModel(**options).fit(**given)
    by_name = FactorModel(**options).fit(**{**given, "sectors": names})
    assert by_name.factors_[1:5] == ("Banks", "Energy", "Tech", "Utilities")
    moving = np.broadcast_to(names, (60, 70)).copy().astype(object)
    moving[:, 3] = None
    by_date = FactorModel(**options).fit(**{**given, "sectors": moving})
    np.testing.assert_array_equal(by_name.factor_returns_, by_number.factor_returns_)
    assert np.isnan(by_date.specific_returns_[:, 3]).all()
    absent = np.arange(70) == 3
    for gaps in (
        np.where(absent, -2, given["sectors"]),
        np.where(absent, np.nan, names.astype("O")),
    ):
        again = FactorModel(**options).fit(**{**given, "sectors": gaps})
        np.testing.assert_array_equal(again.factor_returns_, by_date.factor_returns_)
    assert "3" not in by_date.model_.assets
    assert FactorModel(**options).get_params()["min_assets"] == 20


def test_estimators_before_fit() -> None:
    assert repr(FactorModel(exposure_lag=2)) == "FactorModel(exposure_lag=2)"
    with pytest.raises(AttributeError, match="this FactorModel has no model_ yet: call fit first"):
        FactorModel().model_  # noqa: B018
    with pytest.raises(AttributeError, match="no factor_returns_ yet: call fit first"):
        FactorModel().factor_returns_  # noqa: B018
    with pytest.raises(ValueError, match=r"fitted=FactorModel\(\), expected a fitted FactorModel"):
        FactorModel().attribute_returns([1.0])
