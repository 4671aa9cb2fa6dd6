"""Columns of texts: the compiled kernels read them where they lie, and agree with Python."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hft_py.backend import extension
from hft_py.execution import baseline

# Up to twelve bytes lie in the view itself; longer ones share prefixes here.
TEXTS = st.one_of(
    st.text(max_size=3),
    st.integers(0, 30).map(lambda i: f"{i:012d}"),
    st.integers(0, 30).map(lambda i: f"{i:013d}"),
    st.integers(0, 30).map(lambda i: f"same prefix, and more of it {i}"),
)


@pytest.mark.usefixtures("rust_only")
@settings(max_examples=60)
@given(st.lists(TEXTS, max_size=40), st.lists(TEXTS, max_size=40), st.integers(1, 3), st.data())
def test_kernels_agree(
    texts: list[str], keys: list[str], threads: int, data: st.DataObject
) -> None:
    rust = extension().execution
    first = data.draw(st.integers(0, len(texts)))
    column = pl.Series(texts, dtype=pl.String)[first:]  # it begins within a buffer
    known = pl.Series(list(dict.fromkeys(keys)), dtype=pl.String)
    assert rust.repeated_text(column, threads) == baseline.repeated_text(column, threads)
    found = rust.match_texts(known, column, threads)
    assert found.tolist() == baseline.match_texts(known, column, threads).tolist()


@pytest.mark.usefixtures("rust_only")
@pytest.mark.parametrize("threads", [1, 3])
def test_many(threads: int) -> None:
    """Two hundred thousand identifiers, one of them twice."""
    rust = extension().execution
    numbers = np.random.default_rng(1).permutation(200_000)
    for width in (9, 20):
        ids = [f"E{i:0{width}d}" for i in numbers.tolist()]
        column = pl.Series(ids)
        assert rust.repeated_text(column, threads) == -1
        place = rust.match_texts(column, column.reverse(), threads)
        assert np.array_equal(place, np.arange(200_000)[::-1])
        ids[150_000], ids[170_000] = ids[20], ids[30]
        assert rust.repeated_text(pl.Series(ids), threads) == 150_000
    assert rust.repeated_text(pl.Series(["one"]).new_from_index(0, 100_000), threads) == 1


def test_sides(kernel_set: str) -> None:
    from hft_py.backend import kernels

    find = kernels("execution", kernel_set).other_side
    codes, buys = np.array([1, 0, -1, 1], dtype=np.int32), np.array([True, False])
    for texts, row in (("sell buy any sell", -1), ("sell sell any sell", 1), ("sell buy - Buy", 3)):
        assert find(pl.Series(texts.split()), codes, buys) == row


@pytest.mark.usefixtures("rust_only")
def test_other_columns_are_refused() -> None:
    rust = extension().execution
    for column, message in (
        (pl.Series([1, 2]), "expected a column of string views"),
        (pl.Series(["a", None]), "without missing values"),
        (pl.Series(["a"]).append(pl.Series(["b"])), "one chunk"),
    ):
        with pytest.raises(ValueError, match=message):
            rust.repeated_text(column, 1)
    with pytest.raises(ValueError, match="less than the number of orders"):
        rust.other_side(pl.Series(["buy"]), np.array([1], np.int32), np.array([True]))
    with pytest.raises(AttributeError, match="__arrow_c_stream__"):
        rust.repeated_text(["a"], 1)
