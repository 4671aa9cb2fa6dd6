"""Fills that the venue takes back or corrects, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from hft_py.execution import analyze_execution
from hft_py.execution.orders import IllegalMoveError
from hft_py.execution.store import OrderStore

from .test_store import replayed, states

Orders = Callable[..., Any]
Clock = Callable[[], datetime]


def filled(store: OrderStore) -> dict[str, float]:
    """What each order with a fill has got, by its own row."""
    rows = [*store.parents().to_dict("records"), *store.children().to_dict("records")]
    return {r.get("child_id", r["parent_id"]): r["filled"] for r in rows if r["filled"]}


def open_store(url: str, given: Any, clock: Clock) -> OrderStore:
    """A parent of three children, of which the first is filled by executions of 4 and 6 lots."""
    store = OrderStore(url, clock=clock)
    store.add_parents(given["parents"])
    store.add_children(given["children"])
    store.release_due()
    store.add_fills(given["fills"][:2])
    return store


def test_a_filled_order_opens_again(url: str, orders: Orders, clock: Clock) -> None:
    given = orders(parents=1, lot=0.1)
    with open_store(url, given, clock) as store:
        assert states(store)["P0-1"] == "filled"
        for new in (True, False):
            assert store.cancel_fill("X1", "P0-1-2", reason="trade bust") == new
        assert states(store)["P0-1"] == states(store)["P0"] == "partially_filled"
        assert filled(store) == {"P0": 0.4, "P0-1": 0.4}
        for new in (True, False):
            assert store.correct_fill("X2", "P0-1-1", quantity=0.3, price=9.99) == new
        assert filled(store) == {"P0": 0.3, "P0-1": 0.3}
        right = store.fills()
        assert right[["execution_id", "quantity", "price", "fee"]].values.tolist() == [
            ["X2", 0.3, 9.99, 0.1]]  # fmt: skip
        costs = analyze_execution(right, arrival=9.98, quantity_unit="0.1")
        assert costs.orders["filled"].tolist() == [0.3]
        assert store.cancel_fill("X3", "X2")
        assert states(store)["P0-1"] == states(store)["P0"] == "working"
        assert not filled(store) and not len(store.fills())
        assert store.children()["closed"].isna().all()
        # The originals stay; handed over again, they do not count again.
        every = store.fills(replaced=True).set_index("execution_id")
        assert every["corrected_by"].to_dict() == {"P0-1-1": "X2", "P0-1-2": "X1", "X2": "X3"}
        assert store.add_fills(given["fills"][:2]) == 0
        trail = store.events("P0-1")
        assert trail["event"].tolist() == ["release", "fill", "fill", "cancel_fill",
                                           "correct_fill", "cancel_fill"]  # fmt: skip
        assert trail["execution_id"].tolist()[1:] == ["P0-1-1", "P0-1-2", "X1", "X2", "X3"]
        assert trail["quantity"].tolist()[1:] == [4, 6, 6, 3, 3]
        assert trail["reason"][3] == "trade bust"
        assert states(store) == replayed(store)


def test_closed_orders_stay_closed(url: str, orders: Orders, clock: Clock) -> None:
    given, minute = orders(parents=1), timedelta(minutes=1)
    with open_store(url, given, clock) as store:
        store.cancel_fill("X1", "P0-1-2")
        store.close_parent("P0", "cancelled", at=clock() + 5 * minute)
        late = given["fills"][1:2].assign(execution_id="L")
        store.add_fills(late)  # it happened before that
        assert states(store)["P0-1"] == "filled"
        store.correct_fill("X2", "L", quantity=5)
        assert states(store)["P0-1"] == states(store)["P0"] == "cancelled"
        assert filled(store) == {"P0": 9, "P0-1": 9}
        closed = store.children()["closed"][0]
        assert closed.to_pydatetime() == clock() + 5 * minute
        store.correct_fill("X3", "X2", quantity=6)
        assert states(store)["P0-1"] == "filled"
        assert states(store) == replayed(store)


def test_more_than_was_planned_around(url: str, orders: Orders, clock: Clock) -> None:
    """A correction upwards, after what was left was planned again: waiting children make room."""
    given = orders(parents=1)
    with OrderStore(url, clock=clock) as store:
        store.add_parents(given["parents"])
        store.add_children(given["children"][:2])
        store.release_due()
        store.add_fills(given["fills"][:1])
        store.move_children(["P0-1"], "cancelled", at=clock() + timedelta(minutes=9))
        store.add_children(given["children"][2:].assign(quantity=16))
        store.correct_fill("X", "P0-1-1", quantity=9)
        assert states(store)["P0-3"] == "cancelled" and states(store)["P0-2"] == "new"


def test_what_is_refused(url: str, orders: Orders, clock: Clock) -> None:
    given = orders(parents=1)
    with open_store(url, given, clock) as store:
        store.cancel_fill("X1", "P0-1-2")
        store.correct_fill("X2", "P0-1-1", price=9.5)
        before = store.events()
        legal: type[ValueError] = ValueError
        for error, message, call in (
            (legal, "replaces='Q', and no fill", lambda: store.cancel_fill("X9", "Q")),
            (legal, "replaces='X1', and no fill", lambda: store.cancel_fill("X9", "X1")),
            (IllegalMoveError, "fill P0-1-2 counts no more: execution X1",
             lambda: store.cancel_fill("X9", "P0-1-2")),
            (IllegalMoveError, "fill P0-1-1 counts no more: execution X2",
             lambda: store.correct_fill("X9", "P0-1-1", fee=1.0)),
            (legal, "execution X1 is stored already", lambda: store.cancel_fill("X1", "X2")),
            (legal, "execution X2 is stored already", lambda: store.correct_fill("X2", "X2")),
            (legal, "X1 is stored: it cancelled a fill",
             lambda: store.correct_fill("X1", "P0-1-2", price=1.0)),
            (legal, "X2 is stored: it corrected a fill",
             lambda: store.cancel_fill("X2", "P0-1-1")),
            (legal, "fill X2 is stored with price=9.5, given 9.4",
             lambda: store.correct_fill("X2", "P0-1-1", price=9.4)),
            (IllegalMoveError, "P0-1 has 10 lots: a correction to 11 filled is 1 too many",
             lambda: store.correct_fill("X9", "X2", quantity=11)),
            (legal, "quantity=2.5, expected a positive whole number of lots of 1",
             lambda: store.correct_fill("X9", "X2", quantity=2.5)),
            (legal, "quantity=0", lambda: store.correct_fill("X9", "X2", quantity=0)),
            (legal, "price=nan", lambda: store.correct_fill("X9", "X2", price=float("nan"))),
            (TypeError, "replaces=None, expected a string", lambda: store.cancel_fill("X9", None)),  # type: ignore[arg-type]
            (legal, "X1 cancelled P0-1-2: it is no fill",
             lambda: store.add_fills(given["fills"][:1].assign(execution_id="X1"))),
        ):  # fmt: skip
            with pytest.raises(error, match=message):
                call()
        assert store.events().equals(before)
        assert store.amend_parent("P0", 35.0) == 0
