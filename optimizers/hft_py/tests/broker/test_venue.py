"""Against the venue: FIX by sockets and in memory, REST, and both at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

pytest.importorskip("hft_py._rust", reason="the extension is not installed")
pytest.importorskip("fastapi", reason="fastapi is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")
pytest.importorskip("alembic", reason="alembic is not installed")

from hft_py.broker import Broker, FixProtocol, NotSentError, Order, RestProtocol
from hft_py.execution import OrderStore
from hft_py.fix import (
    Application,
    FIXConnector,
    InMemoryLink,
    OrderRequest,
    SessionSettings,
)
from hft_py.venue import Venue, VenueConfig

pytestmark = pytest.mark.usefixtures("rust_only")


@pytest.fixture
def venue() -> Iterator[Venue]:
    with Venue(VenueConfig(keys={"k": ("s", "DESK")})) as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Iterator[OrderStore]:
    with OrderStore(f"sqlite:///{tmp_path}/orders.db") as opened:
        yield opened


def connector(venue: Venue, **options: Any) -> FIXConnector:
    host, port = venue.fix_address
    return FIXConnector(
        SessionSettings(
            sender_comp_id="DESK", target_comp_id="VENUE", host=host, port=port, **options
        )
    )


def parents(name: str, seconds: float, side: str = "buy") -> Any:
    now = pd.Timestamp.now("UTC")
    return pd.DataFrame({"parent_id": [name], "symbol": "AAPL", "side": side, "quantity": [90],
                         "start": [now], "end": [now + pd.Timedelta(seconds=seconds)],
                         "limit_price": [100.0]})  # fmt: skip


def wait(what: Any) -> None:
    for _ in range(600):
        if what():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")


@pytest.mark.parametrize("ways", ["fix", "rest", "both"])
def test_a_parent_is_worked_to_its_end(venue: Venue, store: OrderStore, ways: str) -> None:
    venue.submit("OTHER", "AAPL", "sell", 70, price="99.5")
    rest = RestProtocol(venue.rest_url, key="k", secret="s")
    with connector(venue) as fix:
        used = {"fix": [FixProtocol(fix)], "rest": [rest]}.get(ways, [FixProtocol(fix), rest])
        broker = Broker(used, store, seed=1, poll=0.1)
        status = broker.schedule_and_execute_child_orders(parents("A", 0.9), "twap", 3)
        assert status["filled"].sum() == venue.position("DESK", "AAPL") == 70
        assert set(status["state"]) <= {"filled", "cancelled"}
        assert set(store.fills()["price"]) == {99.5}
        assert venue.depth("AAPL") == ([], [])
        broker.schedule_and_execute_child_orders(parents("B", 0.5, "sell"), "twap", 1)
        found = broker.reconcile()
        assert found.is_clean, found.differences.to_string()
        assert len(broker.problems()) == 0
    rest.close()


def test_executions_taken_back_by_the_venue(venue: Venue, store: OrderStore) -> None:
    with connector(venue) as fix:
        broker = Broker([FixProtocol(fix)], store)
        store.add_parents(parents("A", 60.0))
        broker.sync_trades_to_broker(["A"])
        venue.submit("OTHER", "AAPL", "sell", 50, price="100")
        venue.submit("OTHER", "AAPL", "sell", 10, price="100")
        wait(lambda: store.parents()["filled"].iloc[0] == 60)
        venue.correct(1, "99", 40)
        venue.bust(2)
        wait(lambda: store.parents()["filled"].iloc[0] == 40)
        assert store.fills()[["quantity", "price"]].values.tolist() == [[40, 99]]
        assert broker.reconcile().is_clean
        assert venue.position("DESK", "AAPL") == 40


def test_fills_that_happen_while_nobody_listens_are_found(
    venue: Venue, store: OrderStore, tmp_path: Path
) -> None:
    store.add_parents(parents("A", 600.0))
    with connector(venue) as fix:
        Broker([FixProtocol(fix)], store).sync_trades_to_broker(["A"])
        wait(lambda: "taken by fix" in store.events("A-1")["reason"].to_list())
    venue.submit("OTHER", "AAPL", "sell", 30, price="100")
    rest = RestProtocol(venue.rest_url, key="k", secret="s")
    broker = Broker([rest], store)  # another process, that cannot use FIX
    listed = broker.reconcile().differences
    assert ("filled", "0", "30") in set(
        zip(listed["kind"], listed["store"], listed["broker"], strict=True)
    )
    broker.apply(listed)
    assert broker.reconcile().is_clean
    rest.close()


class Silent(Application):
    """A venue that acknowledges nothing, and answers questions about orders that it has."""

    def __init__(self, keeps: bool) -> None:
        self.keeps, self.orders, self.again = keeps, {}, []

    def on_message(self, message: Any, session: Any) -> None:
        name = message["ClOrdID"]
        if message.msg_type == "D":
            self.again.append(message.get("PossResend"))
            if self.keeps:
                self.orders[name] = message
        elif message.msg_type == "H":
            known = name in self.orders
            session.send("8", {
                "OrderID": f"V{name}" if known else "NONE", "ExecID": "0", "ExecTransType": "3",
                "ExecType": "0" if known else "8", "OrdStatus": "0" if known else "8",
                "ClOrdID": name, "Symbol": message["Symbol"], "Side": message["Side"],
                "OrderQty": 90 if known else 0, "LeavesQty": 90 if known else 0, "CumQty": 0,
                "AvgPx": 0,
            })  # fmt: skip


@pytest.mark.parametrize("keeps", [True, False])
def test_in_memory_an_order_without_an_answer_is_asked_about(
    store: OrderStore, keeps: bool
) -> None:
    ours = SessionSettings(sender_comp_id="FUND", target_comp_id="VENUE")
    theirs = SessionSettings(sender_comp_id="VENUE", target_comp_id="FUND")
    there = Silent(keeps)
    link = InMemoryLink(ours, theirs, acceptor_application=there, start=datetime.now(UTC),
                        latency=0.001)  # fmt: skip
    fix = FIXConnector(ours, engine=link.engine, clock=lambda: link.now).connect()
    way = FixProtocol(fix, advance=link.advance)
    broker = Broker([way], store, clock=lambda: link.now, sleep=link.advance, seed=1)
    store.add_parents(parents("A", 600.0))
    link.advance(60.0)
    broker.sync_trades_to_broker(["A"])
    assert store.children()["state"].iloc[0] == "unknown"
    broker.run(until=link.now + timedelta(seconds=20))
    assert there.again == [None]  # the session keeps a PossResend of what it had from the venue
    if keeps:
        assert store.children()["state"].iloc[0] == "working"
    else:
        assert "sent 3 times" in broker.unknown()["manual_review"].iloc[0]


def test_an_order_sent_again_by_fix_is_one_order(venue: Venue) -> None:
    with connector(venue) as fix:
        way, order = FixProtocol(fix), Order("A-1", "AAPL", "buy", 7, 100.0)
        way.start(lambda *_: None)
        assert way.find(order) is None
        for _ in range(3):
            way.submit(order, again=True)
            found = way.find(order)
            assert found is not None and (found.status, found.quantity) == ("working", 7)
        assert [lots for _, lots in venue.depth("AAPL")[0]] == [7]
        way.cancel(order)
        wait(lambda: way.find(order).status == "cancelled")


def test_a_session_that_is_down_keeps_no_order_for_later(venue: Venue) -> None:
    fix = connector(venue)
    way = FixProtocol(fix)
    for call in (way.submit, way.find, way.cancel):
        with pytest.raises(NotSentError):
            call(Order("A-1", "AAPL", "buy", 1))
    assert fix.orders() == []
    with pytest.raises(TypeError, match="connector="):
        FixProtocol(OrderRequest("AAPL", "buy", 1))  # type: ignore[arg-type]
