"""Prices and weights: labels, layouts, and what is refused."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation_o2 import StrategyError, create_allocator_class

Floats = npt.NDArray[np.float64]
WALK = 100 * np.exp(np.cumsum(np.random.default_rng(1).normal(size=(4, 40)), axis=1) / 50)


class Growth:
    """In proportion to the growth; it keeps what it was given."""

    min_observations = 3
    seen: Any = None

    def predict(self, prices: Floats) -> Floats:
        Growth.seen = prices
        growth = prices[:, -1] / prices[:, 0]
        return np.asarray(growth / growth.sum())


class Given:
    """Returns what it was built with."""

    answer: Any = None

    def predict(self, prices: Floats) -> Any:
        return Given.answer


Grown = create_allocator_class(Growth)
Fixed = create_allocator_class(Given)
WithCash = create_allocator_class(Given, allow_cash=True)


def test_an_array_is_borrowed_and_cannot_be_written() -> None:
    for values in (WALK, WALK[:, 5:30], WALK[1:3]):
        Grown().predict(values)
        assert np.shares_memory(Growth.seen, values)
        assert Growth.seen.shape == values.shape
        assert Growth.seen.strides[1] == 8
        assert not Growth.seen.flags.writeable and values.flags.writeable
    for values in (np.asfortranarray(WALK), WALK[:, ::2], WALK[::-1], WALK.astype(np.float32)):
        Grown().predict(values)
        assert Growth.seen.strides[1] == 8 and np.array_equal(Growth.seen, values)
    odd = np.frombuffer(b"x" + WALK.tobytes(), dtype=np.uint8)[1:].view(np.float64)
    assert Grown().predict(odd.reshape(WALK.shape)).sum() == pytest.approx(1)


@given(order=st.permutations(["A", "b", 3, "4"]), names=st.booleans())
def test_frames_give_their_labels_back(order: list[Any], names: bool) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    dates = pandas.bdate_range("2020-01-01", periods=40)
    frame = pandas.DataFrame(WALK.T, index=dates, columns=order if names else list("ABCD"))
    found = Grown().predict(frame)
    assert np.shares_memory(Growth.seen, frame.to_numpy())
    assert list(found.index) == list(frame.columns) and found.name == "weight"
    assert np.array_equal(found.to_numpy(), Grown().predict(WALK))
    rows = Grown().predict_rolling(frame, window=10, step=7)
    assert list(rows.columns) == list(frame.columns) and list(rows.index) == list(dates[9::7])


def test_polars_gives_polars() -> None:
    polars = pytest.importorskip("polars", reason="polars is not installed")
    dates = polars.date_range(date(2020, 1, 1), date(2020, 2, 9), eager=True)
    frame = polars.DataFrame({"day": dates, **dict(zip("ABCD", WALK, strict=True))})
    found = Grown().predict(frame)
    assert found["asset"].to_list() == list("ABCD")
    assert np.array_equal(found["weight"].to_numpy(), Grown().predict(WALK))
    rows = Grown().predict_rolling(frame, step=9)
    assert rows["date"].to_list() == dates.to_list()[2::9]
    assert np.array_equal(rows.select("A", "B", "C", "D"), Grown().predict_rolling(WALK, step=9))
    with pytest.raises(TypeError, match="lazy frame"):
        Grown().predict(frame.lazy())


def bad(value: float) -> Floats:
    values = WALK.copy()
    values[2, 17] = value
    return values


@pytest.mark.parametrize(
    ("prices", "error", "message"),
    [
        (bad(np.nan), ValueError, "prices of 2 is nan at observation 17, expected a finite number"),
        (bad(np.inf), ValueError, "prices of 2 is inf at observation 17"),
        (
            bad(0.0),
            ValueError,
            "prices of 2 is 0 at observation 17, expected a finite number above",
        ),
        (bad(-3.0), ValueError, "prices of 2 is -3 at observation 17"),
        (WALK[:, :1], ValueError, "(4, 1): 4 assets, 1 observations, expected two or more of each"),
        (WALK[:1], ValueError, "(1, 40): 1 assets, 40 observations, expected two or more of each"),
        (np.empty((0, 40)), ValueError, "0 assets, 40 observations"),
        (WALK[0], ValueError, "prices has 1 dimensions, expected 2"),
        (WALK[None], ValueError, "prices has 3 dimensions, expected 2"),
        (WALK.astype(str), TypeError, "expected real numbers"),
        (np.array([["a", 2.0], [1.0, 2.0]], dtype=object), TypeError, "dtype object"),
        (WALK.astype(complex), TypeError, "prices has dtype complex128, expected real numbers"),
        (WALK > 0, TypeError, "prices has dtype bool, expected real numbers"),
        (None, TypeError, "prices has dtype object"),
        ([[1.0, 2.0], [1.0]], ValueError, "prices is not an array"),
        (np.ma.masked_array(WALK), TypeError, "prices is a masked array"),
        (WALK[:, :2], ValueError, "prices has 2 observations, but Growth() needs 3"),
        (WALK[:2].T[:, :2], ValueError, "most likely transposed; pass prices.T"),
        (np.repeat(WALK, 9, axis=1).T, ValueError, "most likely transposed; pass prices.T"),
    ],
)
@pytest.mark.parametrize("method", ["predict", "predict_rolling", "evaluate"])
def test_refused_arrays(method: str, prices: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        getattr(Grown(), method)(prices)


def test_refused_frames() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    dates = pandas.bdate_range("2020-01-01", periods=40)
    frame = pandas.DataFrame(WALK.T, index=dates, columns=list("ABCD"))
    gap = frame.copy()
    gap.iloc[5, 1] = np.nan
    cases = [
        (frame[::-1], ValueError, "expected increasing dates: sort them"),
        (frame.iloc[[0, 1, 1, 2]], ValueError, "has the date 2020-01-02"),
        (frame.T, ValueError, "prices has dates in its columns"),
        (frame.set_axis(list("ABCA"), axis=1), ValueError, "the label 'A' twice"),
        (frame.set_axis([1, "1", 2, 3], axis=1), ValueError, "the label '1' twice"),
        (frame.astype(str), TypeError, "expected numbers"),
        (frame.assign(A="x"), TypeError, "in the column 'A', expected numbers"),
        (gap, ValueError, "prices of 'B' is nan at 2020-01-08 00:00:00, expected"),
        (frame["A"], ValueError, "prices is a series, expected a frame"),
        (frame[["A"]], ValueError, "prices has 1 assets in columns and 40 dates in rows"),
        (frame[:1], ValueError, "prices has 4 assets in columns and 1 dates in rows"),
    ]
    for prices, error, message in cases:
        with pytest.raises(error, match=re.escape(message)):
            Grown().predict(prices)
    for prices in (frame.astype(object), frame.to_numpy().T.astype(object)):
        with pytest.raises(TypeError, match="prices has dtype object, expected numbers: pass"):
            Grown().predict(prices)
    assert len(Grown().predict(frame.astype(int))) == 4


def test_many_assets_are_not_taken_for_a_transposed_array() -> None:
    rng = np.random.default_rng(0)
    steps = rng.normal(size=(300, 30)) / 100
    for start in (100.0, rng.lognormal(3, 1, (300, 1))):
        assert len(Grown().predict(start * np.exp(np.cumsum(steps, axis=1)))) == 300
    assert len(Grown().predict(np.ones((300, 3)))) == 300


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([0.25] * 3, "Given returned weights of shape (3,), expected (4,), one an asset"),
        ([[0.25] * 4], "of shape (1, 4), expected (4,)"),
        ([0.25, 0.25, 0.25, np.nan], "Given returned the weight nan for asset 3"),
        ([np.inf, -np.inf, 0.5, 0.5], "Given returned the weight inf for asset 0"),
        ([0.25, 0.25, 0.25, 0.2499], "Given returned weights with the sum 0.9999, expected 1"),
        ([-1.0, 0.0, 0.0, 0.0], "with the sum -1, expected"),
        (None, "Given returned None, expected 4 real numbers"),
        (["a"] * 4, "Given returned ['a', 'a', 'a', 'a'], expected 4 real numbers"),
        ([True, False, False, False], "expected 4 real numbers"),
        (np.full(4, 0.25 + 1j), "expected 4 real numbers"),
        (np.ma.masked_array([0.5, 0.5, 9.0, 0.0], [0, 0, 1, 0]), "expected 4 real numbers"),
        ([[1.0], 2.0], "Given returned [[1.0], 2.0], expected 4 real numbers"),
    ],
)
def test_refused_weights(answer: Any, message: str) -> None:
    Given.answer = answer
    for made in (Fixed, WithCash):
        if made is WithCash and "0.9999" in message:
            assert made().predict(WALK).sum() < 1
            continue
        with pytest.raises(StrategyError, match=re.escape(message)):
            made().predict(WALK)
        with pytest.raises(StrategyError, match=re.escape(message)) as found:
            made().predict_rolling(WALK, step=3)
        assert found.value.__notes__ == ["at observation 1, row 0 of the weights"]


def test_weights_are_the_callers_own() -> None:
    Given.answer = np.full(4, 0.25)
    found = Fixed().predict(WALK)
    Given.answer[:] = 0.0  # as a strategy does that writes into the same array again
    assert found.tolist() == [0.25] * 4


def test_short_positions_and_cash_are_allowed() -> None:
    Given.answer = [1.5, -0.5, 0.0, 0.0]
    assert Fixed().predict(WALK).tolist() == Given.answer
    Given.answer = [0, 0, 0, 0]
    assert WithCash().predict(WALK).tolist() == Given.answer


def test_an_error_names_the_asset_by_its_label() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    Given.answer = [0.5, np.nan, 0.25, 0.25]
    frame = pandas.DataFrame(WALK.T, columns=list("ABCD"))
    with pytest.raises(StrategyError, match=re.escape("for asset 1 ('B'), expected")):
        Fixed().predict(frame)
