"""Inputs with labels are matched by them, or refused; never taken by position."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from hft_py.risk import FactorModel, RiskModel, decompose_risk, sample_covariance

pd = pytest.importorskip("pandas", reason="pandas is not installed")
pl = pytest.importorskip("polars", reason="polars is not installed")

RNG = np.random.default_rng(5)
T, N = 50, 12
NAMES = [f"N{(7 * i) % N:02d}" for i in range(N)]  # not in alphabetical order
DAYS = [date(2024, 1, 1) + timedelta(days=i) for i in range(T)]
RETURNS, SIZE = RNG.normal(size=(2, T, N)) * 0.01
UNIVERSE = RNG.random((T, N)) < 0.9
SECTORS = np.arange(N) % 2
WEIGHTS = np.arange(1.0, N + 1)


def pandas_table(values: Any) -> Any:
    return pd.DataFrame(values, index=pd.DatetimeIndex(DAYS), columns=NAMES)


def polars_table(values: Any) -> Any:
    return pl.DataFrame({"date": DAYS, **{name: values[:, i] for i, name in enumerate(NAMES)}})


def fitted(**changed: Any) -> FactorModel:
    given = {
        "returns": pandas_table(RETURNS), "styles": {"size": pandas_table(SIZE)},
        "universe": pandas_table(UNIVERSE), "sectors": pd.Series(SECTORS, NAMES), **changed,
    }  # fmt: skip
    return FactorModel(min_assets=4, min_observations=5).fit(given.pop("returns"), **given)


BY_POSITION = FactorModel(min_assets=4, min_observations=5).fit(
    RETURNS, styles={"size": SIZE}, universe=UNIVERSE, sectors=SECTORS
)


@pytest.mark.parametrize("table", [pandas_table, polars_table])
def test_frames_equal_arrays(table: Any) -> None:
    by_date = table(np.tile(SECTORS, (T, 1)))
    for sectors in (dict(zip(NAMES, SECTORS.tolist(), strict=True)), by_date):
        found = fitted(
            returns=table(RETURNS), styles={"size": table(SIZE)}, universe=table(UNIVERSE),
            sectors=sectors,
        )  # fmt: skip
        assert found.model_ == RiskModel(**{**BY_POSITION.model_.to_dict(), "assets": tuple(NAMES)})


@pytest.mark.parametrize("name", ["universe", "sectors"])
def test_tables_in_another_order_are_refused(name: str) -> None:
    table = pandas_table({"universe": UNIVERSE, "sectors": np.tile(SECTORS, (T, 1))}[name])
    with pytest.raises(ValueError, match=f"{name} has other assets than returns"):
        fitted(**{name: table[sorted(NAMES)]})
    with pytest.raises(ValueError, match=f"{name} has other dates than returns"):
        fitted(**{name: table[::-1]})


def test_sectors_of_an_asset_named_twice() -> None:
    with pytest.raises(ValueError, match="sectors has the label 'N00' twice"):
        fitted(sectors=pd.concat([pd.Series(SECTORS, NAMES)] * 2))


def test_weights_of_every_kind() -> None:
    expected = BY_POSITION.attribute_returns(WEIGHTS).portfolio
    of_dates = pandas_table(np.tile(WEIGHTS, (T, 1)))[1:]
    model = fitted()
    for weights in (
        pd.Series(WEIGHTS, NAMES)[::-1],
        pl.DataFrame({"asset": NAMES, "weight": WEIGHTS}),
        of_dates,
    ):
        np.testing.assert_array_equal(model.attribute_returns(weights).portfolio, expected)
    with pytest.raises(ValueError, match="weights has other assets"):
        model.attribute_returns(of_dates[sorted(NAMES)])
    with pytest.raises(ValueError, match="weights has other dates"):
        model.attribute_returns(of_dates.set_axis(pd.DatetimeIndex(DAYS[:-1])))
    polars = pl.DataFrame({"asset": NAMES[::-1], "weight": WEIGHTS[::-1]})
    assert decompose_risk(polars, model.model_) == decompose_risk(WEIGHTS, model.model_)


def test_parts_of_a_model_by_label() -> None:
    exposures = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], ["B", "A"], ["g", "f"])
    factors = pd.DataFrame([[1.0, 0.5], [0.5, 4.0]], ["f", "g"], ["f", "g"])
    model = RiskModel.build(exposures, factors, pd.Series({"A": 7.0, "B": 8.0}))
    assert (model.assets, model.factors) == (("B", "A"), ("g", "f"))
    assert model.specific_variance.tolist() == [8.0, 7.0]
    assert model.factor_covariance.tolist() == [[4.0, 0.5], [0.5, 1.0]]
    with pytest.raises(ValueError, match="specific_variance has no value for 'A'"):
        RiskModel.build(exposures, factors, {"B": 8.0})
    other = factors.rename(index={"g": "h"}, columns={"g": "h"})
    with pytest.raises(ValueError, match="factor_covariance names 'h', which is no factor"):
        RiskModel.build(exposures, other, [1, 1])
    with pytest.raises(TypeError, match="families='ab', expected a list of names"):
        RiskModel.build(exposures, factors, [1, 1], families="ab")


def test_frames_of_objects_and_of_missing_numbers() -> None:
    frame = pd.DataFrame({"a": [1, None, 3, 4], "b": [1, 2, 4, 4]}, dtype="Int64")
    found = sample_covariance(frame, missing="complete").to_numpy()
    np.testing.assert_array_equal(found, sample_covariance(frame.dropna().to_numpy(dtype=float)))
    objects = pandas_table(RETURNS).astype(object)
    assert sample_covariance(objects).equals(sample_covariance(pandas_table(RETURNS)))
    with pytest.raises(TypeError, match="returns has String in the column 'q', expected numbers"):
        sample_covariance(polars_table(RETURNS).with_columns(q=pl.lit("x")))
    with pytest.raises(TypeError, match=r"pass returns.collect\(\)"):
        sample_covariance(polars_table(RETURNS).lazy())
    with pytest.raises(TypeError, match="returns has rows without an order"):
        sample_covariance(pd.DataFrame(RETURNS, index=[None] * T))
