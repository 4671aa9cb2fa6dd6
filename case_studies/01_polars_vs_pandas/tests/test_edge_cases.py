"""Bad input: a ``ValueError`` that names the argument, says what was found and what to do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from polars_vs_pandas import _kernels as kernels
from polars_vs_pandas import run_backtest, rust_fused, sweep

ROWS, ASSETS = 30, 3
NUMBERS = pd.Index(np.arange(1, ROWS + 1))
DATES = pd.date_range("2024-01-01", periods=ROWS, freq="D")


def values(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((ROWS, ASSETS))


def in_pandas(**changes: Any) -> pd.DataFrame:
    made = {"data": values(), "index": DATES, "columns": ["A", "B", "C"], **changes}
    return pd.DataFrame(**made)


def in_polars(dates: Any = None) -> pl.DataFrame:
    frame = pl.DataFrame(values(), schema=["A", "B", "C"])
    days = pl.Series("date", DATES.to_numpy() if dates is None else dates)
    return frame.insert_column(0, days)


def with_value(row: int, column: int, value: float) -> np.ndarray:
    changed = values()
    changed[row, column] = value
    return changed


def swapped(frame: pd.DataFrame) -> pd.DataFrame:
    order = list(range(ROWS))
    order[4], order[5] = order[5], order[4]
    return frame.iloc[order]


def repeated(frame: pd.DataFrame) -> pd.DataFrame:
    order = list(range(ROWS))
    order[5] = 4
    return frame.iloc[order]


NAN_COLUMN = values()
NAN_COLUMN[:, 1] = np.nan
NUMBERED = pd.DataFrame(values(), columns=["A", "B", "C"])
TUPLES = pd.Index([(0, i) for i in range(ROWS)], tupleize_cols=False)

TABLES: list[tuple[str, Any, Any, str]] = [
    ("shapes", values(), values()[:-1], r"signal has shape \(30, 3\), returns \(29, 3\)"),
    ("no rows", values()[:0], values()[:0], r"signal is empty \(0 rows, 3 assets\)"),
    ("empty Polars", pl.DataFrame(), pl.DataFrame(), "signal is empty"),
    ("only dates", in_polars().select("date"), in_polars().select("date"), "signal is empty"),
    ("one dimension", values()[:, 0], values()[:, 0], "signal has 1 dimension"),
    ("a list", values().tolist(), values(), "signal is a list: expected a pandas"),
    ("a Series", in_pandas()["A"], in_pandas(), "signal is a Series"),
    ("None", values(), None, "returns is a NoneType"),
    ("lazy", in_polars().lazy(), in_polars(), r"LazyFrame: pass signal.collect\(\)"),
    ("+inf", with_value(3, 1, np.inf), values(), "signal has an infinite value in column 1, row 3"),
    ("-inf", values(), with_value(9, 2, -np.inf), "returns has an infinite value in column 2"),
    ("named inf", in_pandas(data=with_value(3, 1, np.inf)), in_pandas(), "in column 'B', row 3"),
    ("NaN column", NAN_COLUMN, values(), "signal: column 1 holds nothing but NaN"),
    ("NaN returns", in_pandas(), in_pandas(data=NAN_COLUMN), "returns: column 'B' holds nothing"),
    ("unsorted", swapped(in_pandas()), swapped(in_pandas()), "signal: dates are not sorted"),
    ("duplicated", repeated(in_pandas()), repeated(in_pandas()), "2024-01-05.* is duplicated"),
    ("Polars unsorted", in_polars().reverse(), in_polars().reverse(), "signal: dates are not"),
    ("NaT", in_pandas(index=DATES.insert(0, pd.NaT)[:ROWS]), in_pandas(), "row 0 has no date"),
    ("null date", in_polars([None, *DATES[1:]]), in_polars(), "'date' has missing dates"),
    (
        "other dates",
        in_pandas(),
        in_pandas(index=DATES + pd.Timedelta(days=1)),
        "dates of signal and returns do not match: row 0 is 2024-01-01",
    ),
    ("index type", in_pandas(), in_pandas(index=NUMBERS), "signal has dates of type"),
    ("sliced rows", NUMBERED[1:], NUMBERED[:-1], "match: row 0 is 1 in signal, 0 in returns"),
    ("numbered and dated", NUMBERED, in_pandas(), "signal has dates of type int64"),
    (
        "MultiIndex",
        in_pandas(index=pd.MultiIndex.from_product([["X"], DATES])),
        in_pandas(),
        r"signal has a MultiIndex of 2 levels.*frame.unstack\(\)",
    ),
    ("tuples", in_pandas(index=TUPLES), in_pandas(), "signal has an index of tuple: expected"),
    ("intervals", in_pandas(), in_pandas(index=pd.interval_range(0, ROWS)), "index of Interval"),
    ("mixed index", in_pandas(index=[*range(29), "x"]), in_pandas(), "mixed types"),
    ("columns", in_pandas(), in_pandas(columns=["A", "B", "D"]), "'C' is in signal only"),
    ("order", in_pandas(), in_pandas(columns=["C", "A", "B"]), "different orders: reorder one"),
    ("twice", in_pandas(columns=["A", "A", "B"]), in_pandas(), "signal: column 'A' appears twice"),
    ("same text", in_pandas(columns=["A", 1, "1"]), in_pandas(), "column '1' appears twice"),
    ("text", in_pandas().astype({"B": str}), in_pandas(), "signal: column 'B' has dtype"),
    ("dates inside", in_pandas().reset_index(), in_pandas(), "move dates to the index"),
    ("Polars text", in_polars().cast({"B": pl.String}), in_polars(), "column 'B' has dtype String"),
    ("text dates", in_polars().cast({"date": pl.String}), in_polars(), r"str.to_date\(\)"),
    ("two dates", in_polars().with_columns(d=pl.col("date")), in_polars(), "2 date columns"),
    ("bool", values() > 0, values(), "signal has dtype bool: expected real numbers"),
    ("bool frame", in_pandas() > 0, in_pandas(), "signal: column 'A' has dtype bool"),
    ("complex", values() + 1j, values(), "signal has dtype complex128"),
    ("complex frame", in_pandas() + 1j, in_pandas(), "signal: column 'A' has dtype complex128"),
    ("object", values().astype(object), values(), "signal has dtype object"),
]


@pytest.mark.parametrize(
    ("signal", "returns", "message"),
    [pytest.param(s, r, m, id=name) for name, s, r, m in TABLES],
)
def test_bad_tables(signal: Any, returns: Any, message: str) -> None:
    for function in (run_backtest, sweep):
        with pytest.raises(ValueError, match=message):
            function(signal, returns)


@pytest.mark.parametrize(
    ("argument", "value", "message"),
    [
        ("window", 1, "window=1: expected at least 2 rows"),
        ("window", -5, "window=-5: expected at least 2"),
        ("window", 29, "window=29 is too long for 30 rows: at most 28"),
        ("window", 10.0, "window=10.0: expected an integer"),
        ("k_long", -0.5, "k_long=-0.5: expected a number >= 0"),
        ("k_long", np.nan, "k_long=nan: expected a finite number"),
        ("k_short", np.inf, "k_short=inf: expected a finite number"),
        ("cost", -1e-9, "cost=-1e-09: expected a number >= 0"),
        ("capital", 0, "capital=0: expected a number > 0"),
        ("capital", -1e6, "capital=-1000000.0: expected a number > 0"),
        ("capital", np.inf, "capital=inf"),
        ("capital", np.array(1.0), r"capital=array\(1\.\): expected a finite number"),
        ("threads", 2**64, "threads=18446744073709551616: expected an integer"),
        ("threads", -1, "threads=-1: expected an integer >= 0"),
        ("implementation", "rust", "implementation='rust': expected one of 'auto', 'baseline'"),
        ("implementation", ["auto"], "expected one of"),
        ("implementation", np.array(["auto", "rust_fused"]), "implementation=array.*expected one"),
        ("benchmark", values(), "benchmark has shape"),
        ("benchmark", np.zeros(7), "expected one return for each of the 19 days"),
        ("benchmark", "SPY", "holds no numbers"),
        ("benchmark", pd.Series("0.1", DATES), "benchmark has dtype (str|object): expected"),
        ("benchmark", ["0.1"] * 19, r"benchmark is a list that holds no numbers \(<U3\)"),
        ("benchmark", [[0.1], [0.1, 0.2]], r"holds no numbers \(ragged\)"),
        ("benchmark", np.ones(19) * 1j, r"holds no numbers \(complex128\)"),
        ("benchmark", np.ma.masked_less(np.arange(19.0), 3), "benchmark is not finite on"),
        ("benchmark", pd.Series(0.1, pd.MultiIndex.from_product([DATES, [0]])), "has a MultiIndex"),
        ("benchmark", np.full(19, np.nan), "benchmark is not finite on"),
        ("benchmark", pd.Series(0.1, DATES[:15]), "benchmark lacks 15 of 19 days"),
        ("benchmark", pd.Series(0.1, DATES[[0, *range(29)]]), "duplicated dates"),
        ("benchmark", pd.Series(0.0, NUMBERS), "benchmark has dates of type int64"),
        ("benchmark", in_polars(), "3 number columns, expected one"),
        ("benchmark", in_pandas(), "3 columns, expected one"),
    ],
)
def test_bad_arguments(argument: str, value: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        run_backtest(in_pandas(), in_pandas(), **{"window": 10, argument: value})


@pytest.mark.parametrize(("power", "shown"), [(400, "1000*..."), (5000, "<int>")])
@pytest.mark.parametrize("argument", ["k_long", "k_short", "cost", "capital"])
def test_numbers_that_no_float_holds(argument: str, power: int, shown: str) -> None:
    """Nor can Python write the longer one out."""
    with pytest.raises(ValueError, match=f"{argument}={shown}: expected a finite number"):
        run_backtest(values(), values(), window=10, **{argument: 10**power})
    with pytest.raises(ValueError, match=f"window={shown} is too long"):
        run_backtest(values(), values(), window=10**power)


@pytest.mark.parametrize(("rows", "shown"), [(1, "1 row:"), (2, "2 rows:"), (3, "3 rows:")])
def test_too_few_rows_for_any_window(rows: int, shown: str) -> None:
    few = values()[:rows]
    for call in (lambda: run_backtest(few, few, window=2), lambda: sweep(few, few)):
        with pytest.raises(ValueError, match=f"signal and returns have {shown} expected at least"):
            call()
    assert run_backtest(values()[:4], values()[:4], window=2).equity.size == 1


@pytest.mark.parametrize(
    ("labels", "odd", "message"),
    [
        (DATES.date, "x", "benchmark has dates of type object, the result of datetime64"),
        (DATES.strftime("%Y-%m-%d"), 1.0, "benchmark has dates that cannot be compared"),
    ],
)
def test_benchmark_dates_of_mixed_types(labels: Any, odd: Any, message: str) -> None:
    frame = in_pandas(index=pd.Index(labels))
    benchmark = pd.Series(0.1, pd.Index([*labels[1:], odd], dtype=object))
    with pytest.raises(ValueError, match=message):
        run_backtest(frame, frame, window=10, benchmark=benchmark)


def test_a_missing_extension_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rust_fused, "find", lambda: None)
    with pytest.raises(ImportError, match="maturin develop --release.*polars_numpy"):
        run_backtest(values(), values(), window=5, implementation="rust_fused")
    assert run_backtest(values(), values(), window=5).implementation == "polars_numpy"
    assert rust_fused.build_profile() == "missing"


def test_longest_window_leaves_one_day() -> None:
    assert run_backtest(values(), values(), window=28).equity.shape == (1,)


def test_very_large_values_are_not_taken_for_infinite() -> None:
    """The check adds everything up; that sum may overflow, and must not refuse."""
    large = values() * 1e307
    found = run_backtest(large, 0.01 * values(), window=5)
    assert np.isfinite(found.equity).all()


@pytest.mark.parametrize("name", list(kernels.KERNELS))
@pytest.mark.parametrize(("size", "capital"), [(1.7e308, 1e6), (1.0, 1.7e308)])
def test_an_equity_that_overflows_is_refused(name: str, size: float, capital: float) -> None:
    """Without a warning on the way."""
    returns = size * np.abs(values(1)).clip(0.5, 1.0)
    with pytest.raises(ValueError, match="equity overflows: returns or capital are too large"):
        run_backtest(np.abs(values()), returns, window=5, capital=capital, implementation=name)


def test_a_sweep_that_overflows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for engine in (rust_fused.find(), None):
        monkeypatch.setattr(rust_fused, "find", lambda engine=engine: engine)
        with pytest.raises(ValueError, match="equity overflows"):
            sweep(np.abs(values()), np.full((ROWS, ASSETS), 1.7e308), windows=5)


def test_a_fortune_that_fits_has_figures() -> None:
    returns = np.zeros((ROWS, ASSETS))
    returns[20] = 1e200
    result = run_backtest(np.abs(values()), returns, window=5, k_long=0.0)
    assert 1e200 < result.metrics["volatility"] < 1e202
    assert np.isnan(result.metrics["cagr"])
    assert "nan% a year" in repr(result)
