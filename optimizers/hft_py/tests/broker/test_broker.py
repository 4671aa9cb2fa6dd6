"""One fault at a time: what is sent, asked, booked, and left for a person."""

from __future__ import annotations

import random
from typing import Any

import pytest

from hft_py.broker import Backoff, Broker, Order, Report
from hft_py.broker.routing import Route
from hft_py.execution import OrderStore

from .conftest import Desk
from .doubles import Book, Clock, Double


def started(desk: Desk, *ways: Double, **options: Any) -> Broker:
    desk.store.add_parents(desk.parents("A"))
    broker = desk.broker(*ways, **options)
    broker.sync_trades_to_broker(["A"])
    return broker


def test_a_trade_is_sent_once_however_often_it_is_synchronised(desk: Desk) -> None:
    broker = started(desk)
    for _ in range(3):
        broker.sync_trades_to_broker(["A"])
    assert desk.fix.sent == [("A-1", False)]
    assert desk.book.held["A-1"].order == Order("A-1", "X", "sell", 10, 5.0)
    desk.fix.deliver()
    desk.book.fill("A-1", 10.0, 5.25, desk.clock())
    desk.fix.deliver()
    status = broker.sync_trades_to_broker(["A"]).to_dict("records")
    assert [(one["state"], one["filled"], one["protocol"]) for one in status] == [
        ("filled", 10, "fix")]  # fmt: skip
    assert desk.store.parents("A")["state"].iloc[0] == "filled"
    assert desk.reasons() == [
        "sending by fix", "taken by fix", "reported by fix"]  # fmt: skip
    with pytest.raises(ValueError, match="trade_ids has 'B'"):
        broker.sync_trades_to_broker(["B"])


def test_an_order_is_unknown_in_the_store_before_it_leaves(desk: Desk) -> None:
    seen: list[str] = []

    class Looking(Double):
        def submit(self, order: Order, again: bool = False) -> Any:
            seen.append(desk.state())
            return super().submit(order, again)

    started(desk, Looking("fix", desk.book, desk.clock, reports=True))
    assert seen == ["unknown"]


def test_an_unanswered_order_is_asked_about_and_goes_no_other_way(desk: Desk) -> None:
    desk.rest.faults = ["no answer"]
    broker = started(desk, desk.rest, desk.fix)
    assert (desk.state(), len(broker.unknown())) == ("unknown", 1)
    desk.rest.up = False
    desk.fix.up = False
    desk.pass_time(broker, 20)
    assert (desk.state(), desk.fix.sent) == ("unknown", [])
    desk.fix.up = True  # another way knows the order: it is working, and not sent again
    desk.pass_time(broker, 20)
    assert desk.state() == "working"
    assert desk.book.doubles == [] and len(desk.fix.sent) == 0


def test_another_ways_not_known_proves_nothing(desk: Desk) -> None:
    desk.fix.faults = ["late"]
    broker = started(desk)
    desk.fix.up = False
    desk.pass_time(broker, 40)
    assert (desk.state(), desk.rest.sent) == ("unknown", [])
    assert "no answer" in broker.unknown()["manual_review"].iloc[0]
    desk.fix.up = True
    desk.pass_time(broker, 15)
    assert desk.state() == "working"
    assert desk.book.doubles == []


def test_a_lost_order_is_sent_again_once_its_own_way_says_so(desk: Desk) -> None:
    desk.fix.faults = ["lost"]
    broker = started(desk)
    desk.pass_time(broker, 6)
    desk.fix.deliver()
    assert desk.state() == "working"
    assert desk.book.doubles == []
    assert any(reason == "absent at fix" for reason in desk.reasons())


def test_not_known_by_rest_is_believed_after_a_while_at_the_second_time(desk: Desk) -> None:
    desk.rest.faults, desk.rest.delay = ["late"], 9.0
    broker = started(desk, desk.rest)
    for _ in range(8):
        desk.pass_time(broker, 1)
        desk.rest.arrive()
        assert len(desk.rest.sent) == 1
    desk.pass_time(broker, 1)
    desk.rest.arrive()
    desk.pass_time(broker, 10)
    assert (desk.state(), desk.book.doubles) == ("working", [])


def test_an_order_that_gets_lost_every_time_is_left_for_a_person(desk: Desk) -> None:
    desk.fix.faults = ["lost"] * 9
    broker = started(desk, desk.fix, resends=2)
    desk.pass_time(broker, 40)
    assert len(desk.fix.sent) == 3
    assert "sent 3 times" in broker.unknown()["manual_review"].iloc[0]
    with pytest.raises(ValueError, match="outcome"):
        broker.resolve("A-1", "lost", "Ann asked by telephone")
    with pytest.raises(ValueError, match="reason"):
        broker.resolve("A-1", "cancelled", "")
    broker.resolve("A-1", "cancelled", "Ann asked by telephone")
    assert desk.state() == "cancelled"
    assert desk.reasons()[-1] == "Ann asked by telephone"
    with pytest.raises(ValueError, match="expected an unknown order"):
        broker.resolve("A-1", "cancelled", "twice")


def test_what_surely_was_not_sent_goes_another_way_at_once(desk: Desk) -> None:
    desk.fix.faults = ["not sent"]
    broker = started(desk)
    broker.step()
    assert desk.book.held["A-1"].by == "rest"
    assert desk.reasons()[:3] == ["sending by fix", "not sent by fix: no connection",
                                  "sending by rest"]  # fmt: skip


def test_a_refusal_counts_unless_it_was_sent_before(desk: Desk) -> None:
    desk.book.refuses = True
    broker = started(desk)
    desk.fix.deliver()
    assert desk.state() == "rejected"
    desk.book.refuses = False
    desk.store.add_parents(desk.parents("B"))
    desk.fix.faults = ["lost"]
    broker.sync_trades_to_broker(["B"])
    desk.pass_time(broker, 6)
    desk.fix.heard(desk.fix, Report("rejected", "B-1", text="duplicate"))
    desk.pass_time(broker, 3)
    desk.fix.deliver()
    assert desk.state("B-1") == "working"


def test_fills_are_booked_once_and_corrections_reach_them(desk: Desk) -> None:
    broker = started(desk)
    desk.book.fill("A-1", 4.0, 5.0, desk.clock())
    desk.book.fill("A-1", 6.0, 5.0, desk.clock())
    desk.book.replace("A-1", "E1", 3.0, 5.5)
    desk.book.replace("A-1", "E2", 0.0, 0.0)
    for _ in range(2):
        for report in desk.book.reports:
            desk.fix.heard(desk.fix, report)
    fills = desk.store.fills().to_dict("records")
    assert [(one["execution_id"], one["quantity"], one["price"]) for one in fills] == [
        ("A-1/E3", 3, 5.5)]  # fmt: skip
    assert desk.state() == "partially_filled"
    assert len(broker.problems()) == 0
    assert broker.reconcile().is_clean


def test_a_correction_that_comes_before_its_fill_waits_for_it(desk: Desk) -> None:
    started(desk)
    desk.book.fill("A-1", 4.0, 5.0, desk.clock())
    desk.book.replace("A-1", "E1", 3.0, 5.5)
    for report in reversed(desk.book.reports):
        desk.fix.heard(desk.fix, report)
    assert desk.store.fills()["execution_id"].to_list() == ["A-1/E2"]


def test_lost_fills_are_listed_and_booked_when_asked_for(desk: Desk) -> None:
    broker = started(desk)
    desk.book.fill("A-1", 4.0, 5.0, desk.clock())
    desk.book.fill("A-1", 2.0, 6.5, desk.clock())
    lost = list(desk.book.reports)
    desk.book.reports.clear()
    desk.pass_time(broker, 3)
    listed = broker.reconcile({"X": 2.0}).differences
    found = set(zip(listed["kind"], listed["store"], listed["broker"], strict=True))
    assert found == {("filled", "0", "6"), ("state", "working", "partially_filled"),
                     ("position", "2", "-6")}  # fmt: skip
    assert len(desk.store.fills()) == 0
    done = broker.apply(listed)
    assert done["result"].to_list() == ["fills"]
    fills = desk.store.fills().to_dict("records")
    assert [(one["quantity"], one["price"], one["side"]) for one in fills] == [(6, 5.5, "sell")]
    for report in lost:  # they were late, not lost: what they say is booked already
        desk.fix.heard(desk.fix, report)
    desk.book.fill("A-1", 4.0, 7.0, desk.clock())
    desk.fix.deliver()
    assert sum(desk.store.fills()["quantity"]) == 10
    assert broker.reconcile().is_clean
    assert broker.apply(listed)["result"].to_list() == [
        "not changed: the store has changed since the list was made"]  # fmt: skip


def test_an_order_of_another_side_is_not_taken_for_ours(desk: Desk) -> None:
    broker = started(desk)
    desk.fix.deliver()
    desk.fix.heard(desk.fix, Report("fill", "A-1", "E9", None, "X", "buy", 4.0, 5.0, 4.0))
    assert len(desk.store.fills()) == 0
    desk.book.take(Order("Z", "X", "buy", 1, 5.0), "rest", desk.clock())
    held = desk.book.held["A-1"]
    held.order = Order("A-1", "X", "buy", 10, 5.0)
    kinds = set(broker.reconcile().differences["kind"])
    assert {"other_order", "not_in_store"} <= kinds
    assert len(broker.problems()) == 1


def test_orders_are_cancelled_at_their_expiry_and_fills_that_cross_it_count(desk: Desk) -> None:
    broker = started(desk)
    desk.fix.deliver()
    desk.clock.seconds = 59.5
    desk.book.fill("A-1", 4.0, 5.0, desk.clock())
    desk.clock.seconds = 61.0
    broker.step()
    assert desk.book.held["A-1"].ended == "cancelled"
    fill, cancelled = desk.book.reports[desk.book.delivered :]
    desk.fix.heard(desk.fix, cancelled)
    assert desk.state() == "working"  # a fill is missing: nobody may plan the rest again yet
    desk.fix.heard(desk.fix, fill)
    desk.pass_time(broker, 8)
    assert (desk.state(), broker.reconcile().is_clean) == ("cancelled", True)


def test_children_are_released_at_their_times(desk: Desk) -> None:
    broker = desk.broker(desk.rest)
    parents = desk.parents("A", quantity=30, seconds=90)
    broker.schedule_and_execute_child_orders(parents, "twap", 3, wait=False)
    times = {}
    while broker.step() or desk.clock.seconds < 90:
        for name in desk.book.held:
            times.setdefault(name, desk.clock.seconds)
        desk.clock.seconds += 10
    assert times == {"A-1": 0.0, "A-2": 30.0, "A-3": 60.0}
    status = broker.schedule_and_execute_child_orders(parents, "twap", 3)
    assert status["state"].to_list() == ["cancelled"] * 3
    assert len(desk.rest.sent) == 3


def test_cancelling_a_parent_sends_nothing_more(desk: Desk) -> None:
    broker = desk.broker(desk.rest)
    parents = desk.parents("A", quantity=30, seconds=90)
    broker.schedule_and_execute_child_orders(parents, "twap", 3, wait=False)
    desk.book.fill("A-1", 2.0, 5.0, desk.clock())
    broker.cancel_parent("A", "the model changed its mind")
    desk.pass_time(broker, 3)
    status = broker.status()
    assert status["state"].to_list() == ["cancelled"]
    assert status["filled"].to_list() == [2]
    assert desk.store.children()["state"].to_list() == ["cancelled"] * 3


def test_the_faster_way_is_taken_and_a_failing_one_rests(desk: Desk) -> None:
    broker = desk.broker(resends=0)
    routes = broker._routes
    routes.all[0].latency, routes.all[1].latency = 0.2, 0.001
    assert routes.best(0.0, set()) is routes.all[1]
    for _ in range(3):
        routes.all[1].failed(0.0, 4.0)
    assert routes.best(1.0, set()) is routes.all[0]
    assert routes.best(4.0, set()) is routes.all[1]
    desk.rest.up = False
    assert routes.best(4.0, set()) is routes.all[0]


def test_a_rate_holds_over_any_window() -> None:
    route = Route(Double("fix", Book(), Clock(), reports=True), per_second=2.0, burst=3)
    sent, now = [], 0.0
    while now < 20.0:
        wait = route.wait(now)
        if wait == 0.0:
            route.take()
            sent.append(now)
        else:
            now += wait
    assert len(sent) == pytest.approx(3 + 2.0 * 20.0, abs=1)
    assert all(b - a >= 2.0 - 1e-6 for a, b in zip(sent, sent[7:], strict=False))


def test_orders_beyond_the_rate_wait_and_none_is_lost(desk: Desk) -> None:
    desk.store.add_parents(desk.parents(*[f"P{i}" for i in range(6)]))
    broker = desk.broker(desk.fix, orders_per_second=1.0, burst=2)
    broker.sync_trades_to_broker([f"P{i}" for i in range(6)])
    assert len(desk.fix.sent) == 2
    desk.pass_time(broker, 1.0, by=1.0)
    assert len(desk.fix.sent) == 3
    desk.pass_time(broker, 4.0, by=0.5)
    assert sorted(name for name, _ in desk.fix.sent) == [f"P{i}-1" for i in range(6)]


def test_pauses_grow_and_differ_by_seed() -> None:
    pause = Backoff(1.0, 8.0, 0.5)
    drawn = [[pause.seconds(n, random.Random(seed)) for n in (1, 2, 3, 9)] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    for low, high, value in zip((0.5, 1, 2, 4), (1, 2, 4, 8), drawn[0], strict=True):
        assert low <= value <= high


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"acknowledge_within": 0}, "acknowledge_within=0"), ({"burst": 0}, "burst=0"),
        ({"resends": -1}, "resends=-1"), ({"name": ""}, "name="), ({"poll": "x"}, "poll='x'"),
    ],
)  # fmt: skip
def test_bad_settings(desk: Desk, options: dict[str, Any], words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        desk.broker(**options)


def test_bad_protocols(desk: Desk, tmp_path: Any) -> None:
    for ways in ([], [desk.fix, desk.fix], desk.fix, ["fix"]):
        with pytest.raises((TypeError, ValueError), match="protocols"):
            Broker(ways, desk.store)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="store="):
        Broker([desk.fix], None)  # type: ignore[arg-type]


def test_polars_frames(tmp_path: Any) -> None:
    pytest.importorskip("polars", reason="polars is not installed")
    clock = Clock()
    with OrderStore(f"sqlite:///{tmp_path}/p.db", clock=clock, frames="polars") as store:
        desk = Desk(store, clock)
        store.add_parents(desk.parents("A"))
        broker = desk.broker(desk.rest)
        broker.sync_trades_to_broker(["A"])
        desk.book.fill("A-1", 4.0, 5.0, clock())
        desk.pass_time(broker, 3)
        assert broker.status()["filled"].to_list() == [4]
        assert broker.reconcile().is_clean
