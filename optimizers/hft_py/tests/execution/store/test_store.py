"""The store on both databases: what goes in comes out, twice is once, and no illegal move."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from hft_py.execution.orders import IllegalMoveError
from hft_py.execution.store import OrderStore, hash_inputs

Orders = Callable[..., Any]
Clock = Callable[[], datetime]


def states(store: OrderStore) -> dict[str, str]:
    """The state of every order, parents and children."""
    parents, children = store.parents(), store.children()
    return dict(zip(parents["parent_id"], parents["state"], strict=True)) | dict(
        zip(children["child_id"], children["state"], strict=True)
    )


def replayed(store: OrderStore) -> dict[str, str]:
    """The same from the events alone; children are new when they are planned."""
    found = dict.fromkeys(store.children()["child_id"], "new")
    for event in store.events().to_dict("records"):
        if event["event"] not in ("add", "plan", "amend"):
            assert found[event["order_id"]] == event["state_before"]
        found[event["order_id"]] = event["state_after"]
    return found


def test_frames_in_and_out(url: str, kind: str, orders: Orders, clock: Clock) -> None:
    given = orders(kind=kind, lot=0.1)
    with OrderStore(url, frames=kind, clock=clock) as store:
        assert (store.add_parents(given["parents"]), store.add_children(given["children"])) == (
            2,
            6,
        )
        released = store.release_due(clock() + timedelta(minutes=1))
        assert released["child_id"].to_list() == ["P0-1", "P1-1"]
        assert type(released) is type(given["parents"])
        first = [name.endswith("-1") for name in given["fills"]["child_id"].to_list()]
        fills = given["fills"][first] if kind == "pandas" else given["fills"].filter(first)
        assert store.add_fills(fills) == 4
        for name, sort in (("parents", "parent_id"), ("children", "child_id")):
            found = getattr(store, name)()
            for column in given[name].columns:
                want, have = given[name][column].to_list(), found[column].to_list()
                assert repr(want) == repr(have) or want == have, (column, sort)
        assert store.fills()["quantity"].to_list() == [0.4, 0.4, 0.6, 0.6]
        assert store.parents()["filled"].to_list() == [1.0, 1.0]
        assert set(store.events()["actor"]) == {store.actor}


def test_twice_is_once(url: str, orders: Orders, clock: Clock) -> None:
    given = orders()
    with OrderStore(url, clock=clock) as store:
        for count in (2, 0):
            assert store.add_parents(given["parents"]) == count
        for count in (6, 0):
            assert store.add_children(given["children"]) == count
        assert len(store.release_due(clock())) == 2
        assert len(store.release_due(clock())) == 0
        fills = given["fills"].query("child_id in ('P0-1', 'P1-1')")
        for count in (4, 0):
            assert store.add_fills(fills) == count
        for count in (1, 0):
            assert store.move_children(["P0-2"], "cancelled") == count
        for _ in range(2):
            store.close_parent("P1")
        events = len(store.events())
        assert states(store) == replayed(store)
        assert states(store)["P1-3"] == "cancelled"
        # A part of what is there, and something new.
        assert store.add_parents(orders(parents=3)["parents"]) == 1
        assert len(store.events()) == events + 1
        for frame, add in ((given["parents"].assign(symbol="Q"), store.add_parents),
                           (given["children"].assign(quantity=9), store.add_children),
                           (fills.assign(price=9.0), store.add_fills)):  # fmt: skip
            with pytest.raises(ValueError, match="is stored with"):
                add(frame)


def test_a_life(url: str, orders: Orders, clock: Clock) -> None:
    given, minute = orders(parents=1), timedelta(minutes=1)
    with OrderStore(url, clock=clock, actor="algo") as store:
        store.add_parents(given["parents"], actor="manager", reason="inflow", inputs={"cash": 300})
        store.add_children(given["children"])
        fills = given["fills"]
        with pytest.raises(IllegalMoveError, match="P0-1 is new: it cannot be filled"):
            store.add_fills(fills[:1])
        store.release_due(clock())
        with pytest.raises(IllegalMoveError, match="a fill of 10 is 4 too many"):
            store.add_fills(fills[:2].assign(quantity=[4, 10]))
        assert states(store)["P0-1"] == "working"  # all of them or none
        store.add_fills(fills[:1])
        assert states(store)["P0-1"] == states(store)["P0"] == "partially_filled"
        store.move_children(["P0-1"], "unknown")
        with pytest.raises(IllegalMoveError, match="with 4 lots filled: it cannot become working"):
            store.move_children(["P0-1"], "working")
        store.move_children(["P0-1"], "cancelled", at=clock() + 2 * minute)
        # The second fill happened at the moment of the cancel, and comes after it; a third later.
        with pytest.raises(IllegalMoveError, match="outside its life"):
            store.add_fills(fills[1:2].assign(time=clock() + 3 * minute))
        store.add_fills(fills[1:2])
        assert states(store)["P0-1"] == "filled"
        # Nobody released the second one in time; the third is.
        assert store.release_due(clock() + 25 * minute)["child_id"].tolist() == ["P0-3"]
        assert states(store)["P0-2"] == "expired"
        with pytest.raises(ValueError, match="10 are filled|20 are filled or at a venue"):
            store.amend_parent("P0", 15)
        again = given["children"][1:2].assign(child_id="P0-4", sequence=4, quantity=5)
        assert store.amend_parent("P0", 25, again) == 1
        with pytest.raises(ValueError, match="come to 30 lots, and the parent has 25"):
            store.add_children(again.assign(child_id="P0-5", sequence=5))
        assert store.close_parent("P0")["child_id"].tolist() == ["P0-3"]
        assert not {"new", "working", "partially_filled"} & set(states(store).values())
        with pytest.raises(IllegalMoveError, match="P0 is cancelled"):
            store.add_children(again.assign(child_id="P0-6", sequence=6))
        assert states(store) == replayed(store)
        trail = store.events("P0")
        assert trail.loc[0, ["actor", "reason", "inputs"]].tolist() == [
            "manager", "inflow", hash_inputs({"cash": 300})]  # fmt: skip
        assert set(trail["actor"][1:]) == {"algo"}


@pytest.mark.parametrize(
    "change", ["UPDATE order_events SET actor = 'me'", "DELETE FROM order_events"]
)
def test_the_trail_is_append_only(url: str, orders: Orders, change: str) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    with OrderStore(url) as store:
        store.add_parents(orders()["parents"])
        before = store.events()
        with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
            connection.execute(text(change))
        assert store.events().equals(before)


def test_a_late_fill_cuts_what_was_planned_again(url: str, orders: Orders, clock: Clock) -> None:
    given = orders(parents=1)
    with OrderStore(url, clock=clock) as store:
        store.add_parents(given["parents"])
        store.add_children(given["children"][:2])
        store.release_due()
        store.move_children(["P0-1"], "cancelled", at=clock() + timedelta(minutes=9))
        again = given["children"][2:].assign(sequence=[3], quantity=20)
        store.add_children(again)
        store.add_fills(given["fills"][:1])  # it happened before the cancel, and is reported now
        assert states(store) == {
            "P0": "partially_filled", "P0-1": "cancelled", "P0-2": "new", "P0-3": "cancelled"
        }  # fmt: skip
        assert store.events("P0-3")["reason"].tolist() == ["a late fill, beyond the plan"]
        assert states(store) == replayed(store)
