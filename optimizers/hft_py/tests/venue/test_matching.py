"""The matching engine: both kernel sets give the same, and what they refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hft_py.results import same
from hft_py.venue import match_orders, random_orders, read_lobster_orders

pytestmark = pytest.mark.usefixtures("rust_only")

ROWS = st.lists(
    st.tuples(
        st.integers(0, 6), st.integers(0, 1), st.integers(0, 3), st.integers(0, 30),
        st.integers(-3, 12), st.integers(-2, 30),
    ),
    max_size=150,
)  # fmt: skip


def agree(rows: Any) -> None:
    rust, python = (match_orders(rows, backend=name) for name in ("rust", "python"))
    for name in ("status", "filled", "fills", "bids", "asks"):
        assert same(rust[name], python[name]), name


@given(ROWS)
@settings(max_examples=200, deadline=None)
def test_any_rows(rows: list[tuple[int, ...]]) -> None:
    agree(rows)


@pytest.mark.parametrize(
    ("depth", "spread", "clients"), [(1_000, 8, 16), (50, 1, 2), (300, 900, 5)]
)
def test_random_flows(depth: int, spread: int, clients: int) -> None:
    for seed in range(3):
        agree(random_orders(3_000, seed=seed, depth=depth, spread=spread, clients=clients))


def test_extreme_values() -> None:
    largest, most = 2**61, 10**9
    agree([[0, 0, 1, 1, largest, most], [0, 1, 2, 2, -largest, most], [0, 0, 3, 3, largest + 1, 1],
           [0, 0, 3, 4, 1, most + 1], [1, 1, 4, 5, 0, 1], [0, 1, 2**32 - 1, -7, 5, 5],
           [5, 0, 0, -7, 0, 0], [0, 0, 1, -(2**63), -(2**63), 2**63 - 1]])  # fmt: skip


def test_a_flow_has_all_kinds_of_rows_and_the_same_for_a_seed() -> None:
    rows = random_orders(5_000, seed=3)
    assert np.array_equal(rows, random_orders(5_000, seed=3))
    assert not np.array_equal(rows, random_orders(5_000, seed=4))
    assert set(rows[:, 0]) == set(range(7))
    # What this generator gave when it was written: another processor gives the same.
    assert rows[:2].tolist() == [[0, 1, 7, 1, 10_026, 91], [0, 1, 8, 2, 10_012, 18]]
    statuses = match_orders(rows).status
    assert {0, 1, 2, 3, 4, 5, 9, 10} <= set(statuses)


def test_quantity_is_conserved() -> None:
    rows = random_orders(20_000, seed=5)
    found = match_orders(rows)
    by_row = np.zeros(len(rows), dtype=np.int64)
    np.add.at(by_row, found.fills[:, 0], found.fills[:, 3])
    assert np.array_equal(by_row, found.filled)
    assert (found.filled <= rows[:, 5])[rows[:, 0] < 5].all()
    assert found.bids[0, 0] < found.asks[0, 0]


@pytest.mark.parametrize(
    ("rows", "error", "words"),
    [
        ([[0.5] * 6], TypeError, "integers"),
        ([[1, 2, 3]], ValueError, r"\(n, 6\)"),
        ([[0, 0, -1, 1, 1, 1]], ValueError, "clients from -1"),
        ([[9, 0, 1, 1, 1, 1]], ValueError, "action=9"),
        ([[0, 2, 1, 1, 1, 1]], ValueError, "side=2"),
    ],
)
def test_bad_input(rows: Any, error: type[Exception], words: str) -> None:
    for backend in ("rust", "python"):
        with pytest.raises(error, match=words):
            match_orders(rows, backend=backend)


def test_no_orders() -> None:
    agree([])


def test_a_recording_trades_as_it_did(tmp_path: Path) -> None:
    lines = ["1.0,1,11,100,1000000,1", "1.1,1,12,50,1000000,1", "1.2,2,11,40,1000000,1",
             "1.3,4,11,60,1000000,1", "1.4,4,12,20,1000000,1", "1.5,5,0,5,999900,-1",
             "1.6,3,12,30,1000000,1", "1.7,3,99,30,1000000,1"]  # fmt: skip
    file = tmp_path / "message.csv"
    file.write_text("\n".join(lines) + "\n")
    found = match_orders(read_lobster_orders(file))
    assert found.fills[:, 1:].tolist() == [[11, 10_000, 60], [12, 10_000, 20]]
    assert len(found.bids) == len(found.asks) == 0
    file.write_text(lines[0] + "\n1.1,1,x,50,1000000,1\n")
    with pytest.raises(ValueError, match=r"message\.csv, line 2"):
        read_lobster_orders(file)
