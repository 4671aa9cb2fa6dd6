"""Costs of fills: reference values, exact sums, mirror images, bad input."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hft_py.backend import extension
from hft_py.execution import analyze_execution, baseline
from hft_py.execution.cost_groups import PARTS

START = pd.Timestamp("2024-06-03 09:30", tz="America/New_York")


def perold() -> pd.DataFrame:
    return pd.DataFrame({"quantity": [700], "price": [40.05], "side": ["buy"], "fee": [17.0]})


def two_orders() -> tuple[pd.DataFrame, pd.DataFrame]:
    """A purchase that is filled in part and a sale that is filled."""
    parents = pd.DataFrame(
        {
            "parent_id": ["A", "B"],
            "symbol": ["X", "Y"],
            "side": ["buy", "sell"],
            "quantity": [300, 50],
            "start": [START, START],
            "end": [START + pd.Timedelta(hours=1)] * 2,
            "decision_price": [10.0, 20.0],
            "arrival_price": [10.01, 19.98],
            "final_price": [10.2, np.nan],
        }
    )
    fills = pd.DataFrame(
        {
            "execution_id": [1, 2, 3],
            "parent_id": ["A", "B", "A"],
            "side": ["buy", "sell", "buy"],
            "quantity": [100, 50, 100],
            "price": [10.03, 19.95, 10.05],
            "bid": [10.01, 19.95, 10.02],
            "ask": [10.03, 19.97, 10.04],
            "fee": [0.5, 0.25, -0.1],
            "time": [START + pd.Timedelta(minutes=m) for m in (1, 2, 30)],
            "currency": "USD",
        }
    )
    return fills, parents


def test_the_reference_values() -> None:
    costs = analyze_execution(perold(), 40.00, 40.04, quantity=1000, final=40.08)
    assert (costs.total, costs.notional) == (76, 40_000)
    assert costs.basis_points == pytest.approx(19.0, rel=1e-15)
    assert {name: int(part) for name, part in costs.parts.items()} == {
        "delay": 40, "timing": 0, "spread": 0, "impact": 7, "opportunity": 12, "fees": 17,
    }  # fmt: skip
    assert any("bid and ask" in note for note in costs.notes)


def test_parts_by_hand(kernel_set: str) -> None:
    fills, parents = two_orders()
    costs = analyze_execution(fills, parents=parents, backend=kernel_set)
    found = costs.orders.set_index("parent_id")
    # A: mids 10.02 and 10.03, prices limited to the quotes 10.03 and 10.04, 100 not filled.
    expected = {
        "delay": 3.0, "timing": 1.0 + 2.0, "spread": 1.0 + 1.0, "impact": 0.0 + 1.0,
        "opportunity": 19.0, "fees": 0.4,
    }  # fmt: skip
    assert found.loc["A", list(PARTS)].to_dict() == pytest.approx(expected)
    # B: the mid is 19.96, sold at the bid.
    expected = {
        "delay": 1.0, "timing": 1.0, "spread": 0.5, "impact": 0.0, "opportunity": 0.0, "fees": 0.25,
    }  # fmt: skip
    assert found.loc["B", list(PARTS)].to_dict() == pytest.approx(expected)
    assert costs.total == sum(costs.parts.values())
    assert found["average_price"].tolist() == pytest.approx([10.04, 19.95])


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_parts_add_up_to_the_last_unit(seed: int, count: int) -> None:
    """Against rational arithmetic on the decimals; kernels agree; a sell mirrors a buy."""
    rng = np.random.default_rng(seed)
    orders = 5
    owner = rng.integers(0, orders, count)
    cents = rng.integers(900, 1100, (4, count))
    bought = rng.integers(1, 1000, count)
    total = np.bincount(owner, bought, orders).astype(int) + rng.integers(0, 100, orders) + 1
    marks = rng.integers(900, 1100, (3, orders))
    side = rng.integers(0, 2, orders)
    fees = rng.integers(-500, 500, count)
    half = {"arrival": 0, "decision": 1, "final": 2}

    def run(signs: Any, flip: int, backend: str) -> Any:
        """``flip`` reflects all prices at 10."""
        at = (lambda c: c / 100) if flip == 0 else (lambda c: (2000 - c) / 100)
        low, high = (2, 3) if flip == 0 else (3, 2)
        names = np.where(signs == 0, "buy", "sell")
        fills = pd.DataFrame(
            {
                "parent_id": owner, "side": names[owner], "quantity": bought,
                "price": at(cents[0]), "bid": at(cents[low]), "ask": at(cents[high]),
                "fee": fees / 100, "broker": owner % 2,
            }
        )  # fmt: skip
        parents = pd.DataFrame(
            {"parent_id": range(orders), "side": names, "quantity": total}
            | {f"{name}_price": at(marks[row]) for name, row in half.items()}
        )
        return analyze_execution(fills, parents=parents, unit="0.01", backend=backend)

    costs = run(side, 0, "auto" if seed % 2 else "python")
    signs = np.where(side == 0, 1, -1)
    exact = Fraction(int(fees.sum()))
    for i in range(count):
        exact += int(signs[owner[i]] * bought[i] * (cents[0, i] - marks[1, owner[i]]))
    rest = total - np.bincount(owner, bought, orders).astype(int)
    exact += sum(int(s * r * (f - d)) for s, r, f, d in zip(signs, rest, marks[2], marks[1],
                                                            strict=True))  # fmt: skip
    assert Fraction(costs.total) == exact / 100
    assert costs.total == sum(costs.parts.values())
    groups = costs.by("broker", resamples=0)
    assert groups["total"].sum() == pytest.approx(float(costs.total), abs=1e-6)
    assert np.array_equal(
        np.sum([costs.amounts[p] for p in PARTS], axis=0).sum() * costs.unit, costs.total
    )
    mirrored = run(1 - side, 1, "python")
    for part in PARTS:
        assert np.array_equal(costs.amounts[part], mirrored.amounts[part]), part


def test_frames_of_polars_and_other_units_of_time() -> None:
    fills, parents = two_orders()
    costs = analyze_execution(fills, parents=parents)

    def polars(frame: pd.DataFrame, unit: Any) -> pl.DataFrame:
        times = [c for c in frame.columns if str(frame[c].dtype).startswith("datetime")]
        made = pl.DataFrame({c: frame[c].to_list() for c in frame.columns})
        return made.with_columns(pl.col(times).cast(pl.Datetime(unit, "America/New_York")))

    for unit in ("ns", "us", "ms"):
        other = analyze_execution(polars(fills, unit), parents=polars(parents, unit))
        assert other.total == costs.total
        assert other.orders["total"].to_list() == costs.orders["total"].tolist()
        days = other.by("day")
        assert isinstance(days, pl.DataFrame)
        assert days["total"].to_list() == costs.by("day")["total"].tolist()


def test_benchmarks_of_a_market() -> None:
    fills, parents = two_orders()
    minutes = pd.to_timedelta([-5, 0, 10, 20, 60, 390], unit="min")
    market = pd.DataFrame(
        {
            "symbol": "X", "time": START + minutes,
            "price": [9.9, 10.0, 10.1, 10.2, 10.3, 11.0], "volume": [5, 10, 30, 20, 40, 7],
        }
    )  # fmt: skip
    market = pd.concat([market, market.assign(symbol="Y", price=20.0)])
    found = analyze_execution(fills, parents=parents, market=market).benchmarks
    a = found.set_index("parent_id").loc["A"]
    # A is not filled: its interval is its life, 0 to 60 minutes, ends included.
    volume, price = np.array([10, 30, 20, 40]), np.array([10.0, 10.1, 10.2, 10.3])
    assert a["vwap"] == pytest.approx((volume * price).sum() / volume.sum(), abs=1e-4)
    assert a["twap"] == pytest.approx((10 * 10.0 + 10 * 10.1 + 40 * 10.2) / 60, abs=1e-4)
    assert (a["open"], a["close"]) == (9.9, 11.0)
    assert a["open_cost"] == pytest.approx(200 * (10.04 - 9.9))
    assert a["open_bp"] == pytest.approx(1e4 * (10.04 / 9.9 - 1))
    b = found.set_index("parent_id").loc["B"]
    assert (b["vwap"], b["twap"], b["vwap_cost"]) == (20.0, 20.0, 2.5)


def change(column: str, row: int, value: Any) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def apply(frame: pd.DataFrame) -> pd.DataFrame:
        values = frame[column].tolist()
        values[row] = value
        return frame.assign(**{column: values})

    return apply


def same(frame: pd.DataFrame) -> pd.DataFrame:
    return frame


@pytest.mark.parametrize(
    ("fill", "parent", "message"),
    [
        (change("quantity", 1, 51), same, "above its quantity"),
        (change("quantity", 0, 0), same, r"fills\['quantity'\]\[0\] is 0.0, expected a positive"),
        (change("quantity", 0, 0.5), same, "multiple of quantity_unit=1"),
        (change("price", 2, np.nan), same, r"fills\['price'\]\[2\]: nan"),
        (change("price", 2, 10.00005), same, "give a smaller unit"),
        (change("bid", 1, np.nan), same, "bid and ask"),
        (change("fee", 0, 1e-7), same, r"fills\['fee'\]\[0\]"),
        (change("time", 2, START + pd.Timedelta(hours=2)), same, "outside the life of order 'A'"),
        (change("side", 1, "buy"), same, "not the side of its order 'B'"),
        (change("side", 1, "BUY"), same, "neither"),
        (change("parent_id", 1, "C"), same, "not among the parents"),
        (change("execution_id", 2, 1), same, "was there before"),
        (change("currency", 2, "EUR"), same, "currencies USD, EUR"),
        (same, change("quantity", 0, 0), "expected more than 0"),
        (same, change("parent_id", 1, "A"), "was there before"),
        (same, change("final_price", 0, np.nan), "final price of order 'A' is missing"),
        (same, change("arrival_price", 1, np.nan), "arrival of order 'B' is missing"),
        (same, lambda frame: frame.drop(columns="side"), "no column 'side'"),
        (lambda frame: frame.drop(columns="ask"), same, "one of the columns"),
        (lambda frame: frame.assign(time=frame["time"].dt.tz_localize(None)), same, "have a zone"),
    ],
)
def test_bad_input(fill: Any, parent: Any, message: str, kernel_set: str) -> None:
    fills, parents = two_orders()
    frames = fill(fills), parent(parents)
    for make in (pd.DataFrame, lambda frame: pl.DataFrame(frame.to_dict("list"))):
        with pytest.raises(ValueError, match=message):
            analyze_execution(make(frames[0]), parents=make(frames[1]), backend=kernel_set)


def test_bad_arguments() -> None:
    with pytest.raises(TypeError, match="expected a data frame"):
        analyze_execution([1, 2], 1.0)
    with pytest.raises(ValueError, match="arrival of order 0 is missing"):
        analyze_execution(perold(), 40.0)
    with pytest.raises(ValueError, match="2\\^62"):
        analyze_execution(perold(), 40.0, 40.0, quantity=10**9, final=40.0, unit="1e-12")
    with pytest.raises(ValueError, match="no unit of the currency None"):
        analyze_execution(perold(), 40.0, 40.0, unit={"USD": "0.01"})
    with pytest.raises(ValueError, match="key='venue'"):
        analyze_execution(perold(), 40.0, 40.0).by("venue")
    with pytest.raises(TypeError, match="expected one name"):
        analyze_execution(perold(), 40.0, 40.0).by(["day", "order"])  # type: ignore[arg-type]


@pytest.mark.usefixtures("rust_only")
def test_kernels_agree_and_find_the_first_fault() -> None:
    """Columns with and without their optional parts, and a fault in each column."""
    rust = extension().execution
    rng = np.random.default_rng(3)
    n, orders = 1_000, 37
    codes = rng.integers(-1, orders, n, dtype=np.int32)
    columns = [rng.integers(1, 99, n) * 1.0, *(rng.integers(-500, 500, (4, n)) / 100)]
    time = rng.integers(0, 10**18, n)
    for used in ([True] * 3, [False] * 3, [True, False, True], [False, True, False]):
        quotes, fee, when = used
        arguments = [
            codes, orders, *columns[:2], *(columns[2:4] if quotes else (None, None)),
            columns[4] if fee else None, time if when else None, (1.0, 100.0, 100.0),
        ]  # fmt: skip
        found, expected = rust.fill_sums(*arguments), baseline.fill_sums(*arguments)
        assert np.array_equal(found[0], expected[0])
        assert found[1:] == expected[1:]
        parallel = rust.fill_sums(*arguments, 3)
        assert np.array_equal(found[0], parallel[0]) and found[1:] == parallel[1:]
    for column, row in ((4, 900), (3, 700), (2, 400), (1, 399), (0, 398)):
        columns[column] = columns[column].copy()
        columns[column][row] = 0.005 if column else -1.0
        arguments = [codes, orders, *columns, time, (1.0, 100.0, 100.0)]
        reason = min(column + 1 - (column > 2), 4)
        assert rust.fill_sums(*arguments)[2:] == (reason, row)
        assert rust.fill_sums(*arguments, 3)[2:] == (reason, row)
        assert baseline.fill_sums(*arguments)[2:] == (reason, row)
