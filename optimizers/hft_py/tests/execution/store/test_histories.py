"""Random histories of one store: whatever is asked of it, its tables agree with each other."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hft_py.execution.orders import CLOSED, OrderState
from hft_py.execution.store import OrderStore

pd = pytest.importorskip("pandas", reason="pandas is not installed")
pytest.importorskip("sqlalchemy", reason="sqlalchemy is not installed")

NOON = pd.Timestamp("2026-03-02 12:00", tz="UTC")
MINUTE = timedelta(minutes=1)
PARENT = pd.DataFrame({"parent_id": ["A"], "symbol": "X", "side": "sell", "quantity": 20,
                       "start": NOON, "end": NOON + 600 * MINUTE})  # fmt: skip


def child(k: int, lots: int, minute: int) -> Any:
    start = NOON + minute * MINUTE
    return pd.DataFrame({"parent_id": ["A"], "child_id": f"A-{k}", "sequence": k,
                         "release_time": start, "expiry": start + 9 * MINUTE,
                         "quantity": lots})  # fmt: skip


def fill(n: int, k: int, lots: int, minute: int) -> Any:
    return pd.DataFrame({"execution_id": [f"E{n}"], "child_id": f"A-{k}", "parent_id": "A",
                         "symbol": "X", "side": "sell", "quantity": lots, "price": 10.0,
                         "time": NOON + minute * MINUTE})  # fmt: skip


def known_fill(store: OrderStore) -> st.SearchStrategy[str]:
    """An execution, which may be replaced already; or none."""
    return st.sampled_from([*store.fills(replaced=True)["execution_id"], "none"])


def step(store: OrderStore, data: st.DataObject, n: int) -> None:
    """Something, often illegal; what is illegal changes nothing."""
    lots, k = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 5))
    action = data.draw(
        st.sampled_from(
            ["plan", "release", "fill", "fill", "fill", "cancel", "correct", "move", "amend"]
        )
    )
    before = store.events()
    try:
        if action == "plan":
            store.add_children(child(k, lots, n))
        elif action == "release":
            store.release_due(NOON + n * MINUTE)
        elif action == "fill":
            store.add_fills(fill(n, k, lots, data.draw(st.integers(max(0, n - 3), n))))
        elif action == "cancel":
            store.cancel_fill(f"C{n}", data.draw(known_fill(store)))
        elif action == "correct":
            store.correct_fill(f"E{n}", data.draw(known_fill(store)), quantity=lots)
        elif action == "move":
            to = data.draw(st.sampled_from([s.value for s in OrderState]))
            store.move_children([f"A-{k}"], to, at=NOON + n * MINUTE)
        else:
            store.amend_parent("A", 20 + lots - k, child(k + 5, lots, n))
    except ValueError:  # an IllegalMoveError is one
        assert store.events().equals(before)


@settings(max_examples=12)
@given(st.data())
def test_tables_agree(data: st.DataObject) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        OrderStore(f"sqlite:///{folder}/orders.db", clock=lambda: NOON) as store,
    ):
        store.add_parents(PARENT)
        store.add_children(child(1, 8, 0))
        store.release_due(NOON)
        for n in range(1, data.draw(st.integers(4, 16))):
            step(store, data, n)
        parent = store.parents().loc[0]
        children, fills, events = store.children(), store.fills(), store.events()
        total = fills.groupby("child_id")["quantity"].sum().to_dict() if len(fills) else {}
        assert parent["filled"] == sum(total.values())
        closed = [state in CLOSED for state in children["state"]]
        for row, over in zip(children.to_dict("records"), closed, strict=True):
            assert row["filled"] == total.get(row["child_id"], 0) <= row["quantity"]
            assert over == (not pd.isna(row["closed"]))
            own = events[events["order_id"] == row["child_id"]]
            assert row["state"] == (own["state_after"].iloc[-1] if len(own) else "new")
            assert (own["state_before"].iloc[1:] == own["state_after"].shift().iloc[1:]).all()
        open_lots = children["quantity"].where(~pd.Series(closed, dtype=bool), children["filled"])
        at_venue = children["state"].isin(["working", "partially_filled", "unknown"]).any()
        assert open_lots.sum() <= parent["quantity"] or at_venue
