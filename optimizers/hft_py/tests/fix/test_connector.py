"""Orders by FIX: sent, cancelled, replaced, asked about, filled once, taken back and corrected."""

from __future__ import annotations

import itertools
import queue
from decimal import Decimal
from typing import Any

import pytest

from hft_py.fix import (
    Execution,
    FIXConfig,
    FIXConnector,
    InMemoryLink,
    Message,
    OrderRequest,
    Session,
)

from .desks import PATIENCE, Venue, settings, until, venue

pytestmark = pytest.mark.usefixtures("rust_only")
ORDER = OrderRequest("AAPL", "buy", 1000, "limit", 175.25)


class Desk(Venue):
    """Answers cancels, replaces and questions; executions are made by the test."""

    def __init__(self) -> None:
        super().__init__(silent=True)
        self.known: dict[str, Message] = {}
        self.session: Any = None

    def on_message(self, message: Message, session: Session) -> None:
        super().on_message(message, session)
        self.session, order_id = session, message["ClOrdID"]
        original = self.known.get(message.get("OrigClOrdID", ""))
        if message.msg_type == "D":
            self.known[order_id] = message
            if message["Symbol"] != "LOST":
                session.send("8", self.report(message, "0", filled=0, quantity=1000))
        elif message.msg_type in "FG" and original is None:
            body = {"OrderID": "NONE", "ClOrdID": order_id, "OrdStatus": "8", "CxlRejReason": 1,
                    "OrigClOrdID": message["OrigClOrdID"], "Text": "Unknown order",
                    "CxlRejResponseTo": "1" if message.msg_type == "F" else "2"}  # fmt: skip
            session.send("9", body)
        elif message.msg_type in "FG":
            status = "4" if message.msg_type == "F" else "5"
            self.known[order_id] = message
            report = self.report(message, status, filled=0, quantity=0)
            session.send("8", report | {"OrigClOrdID": message["OrigClOrdID"]})
        elif message.msg_type == "H":
            found = self.known.get(order_id)
            status = "8" if found is None or message["Symbol"] == "LOST" else "0"
            report = self.report(message, status, filled=0, quantity=1000)
            session.send("8", report | {"ExecTransType": "3", "ExecID": "0", "Text": "as asked"})


def run(desk: Any, **options: Any) -> Any:
    """A venue and a connected connector."""
    return _Run(desk, options)


class _Run:
    def __init__(self, desk: Any, options: dict[str, Any]) -> None:
        self.venue, self.options = venue(desk), options

    def __enter__(self) -> FIXConnector:
        acceptor = self.venue.__enter__()
        config = FIXConfig(settings("FUND", "VENUE", acceptor.address[1]), order_id_prefix="T")
        self.connector = FIXConnector(config, **self.options).connect(PATIENCE)
        return self.connector

    def __exit__(self, *error: Any) -> None:
        self.connector.close()
        self.venue.__exit__(*error)


def kinds(connector: FIXConnector, count: int) -> list[str]:
    found = itertools.islice(connector.executions(PATIENCE), count)
    return [execution.kind for execution in found]


def test_an_order_is_filled_and_booked() -> None:
    with run(Venue(halves=True)) as connector:
        order_id = connector.send_order(ORDER)
        first, second, third = itertools.islice(connector.executions(PATIENCE), 3)
        assert [first.kind, second.kind, third.kind] == ["new", "partially_filled", "filled"]
        assert (first.order_id, first.is_fill, first.last_price) == (order_id, False, None)
        assert (second.last_quantity, second.last_price) == (500, Decimal("175.25"))
        assert (third.filled, third.remaining, third.symbol, third.side) == (1000, 0, "AAPL", "buy")
        state = connector.order(order_id)
        assert (state.filled, state.average_price, state.is_final) == (
            1000,
            Decimal("175.25"),
            True,
        )
        assert connector.unacknowledged() == [] and len(connector.orders()) == 1
    assert list(connector.executions()) == []
    with pytest.raises(RuntimeError, match="call connect"):
        connector.send_order(ORDER)


def test_replaced_twice_then_cancelled() -> None:
    with run(Desk()) as connector:
        order_id = connector.send_order(ORDER)
        assert kinds(connector, 1) == ["new"]
        for price in (176.5, Decimal("177.10")):
            connector.replace(order_id, price=price)
            assert kinds(connector, 1) == ["replaced"]
            assert connector.order(order_id).request.price == price
        assert connector.status(order_id).status == "new"
        assert kinds(connector, 1) == ["status"]
        connector.cancel(order_id)
        assert kinds(connector, 1) == ["cancelled"]
        state = connector.order(order_id)
        assert (state.order_id, state.current_id) == (order_id, "T-3")
        with pytest.raises(KeyError, match="no order of this connector"):
            connector.cancel("other")
        with pytest.raises(ValueError, match="expected at least one"):
            connector.replace(order_id)


def test_an_order_without_an_answer_is_unknown_until_asked() -> None:
    desk = Desk()
    with run(desk) as connector:
        lost = connector.send_order(OrderRequest("LOST", "sell", 5, client_order_id="mine"))
        known = connector.send_order(ORDER)
        assert kinds(connector, 1) == ["new"]
        assert connector.unacknowledged() == [lost] == ["mine"]
        assert connector.order(lost).status == "unacknowledged"
        answer = connector.status(lost)
        assert (answer.kind, answer.status, answer.text) == ("status", "rejected", "as asked")
        assert connector.unacknowledged() == []
        # The venue has forgotten an order that it had acknowledged: that is told, not believed.
        desk.known.clear()
        assert connector.status(known).status == "rejected"
        assert connector.order(known).status == "new"
        with pytest.raises(ValueError, match="'mine' was used before"):
            connector.send_order(OrderRequest("AAPL", "buy", 1, client_order_id="mine"))
        connector.cancel(known)
        assert kinds(connector, 3) == ["status", "status", "cancel_rejected"]
        assert connector.order(known).text == "Unknown order"
    with run(Venue(silent=True)) as connector:
        order_id = connector.send_order(ORDER)
        with pytest.raises(TimeoutError, match="no status within 0.05 s"):
            connector.status(order_id, timeout=0.05)
        assert connector.unacknowledged() == [order_id]


def test_executions_are_booked_once_taken_back_and_corrected() -> None:
    desk, heard = Desk(), queue.SimpleQueue()
    with run(desk, on_execution=heard.put) as connector:
        order_id = connector.send_order(ORDER)
        assert heard.get(timeout=PATIENCE).kind == "new"
        order = desk.known[order_id]

        def fill(exec_id: str, last: int, price: str, **more: Any) -> None:
            report = desk.report(order, "1", filled=last, quantity=1000, last=last, price=price)
            desk.session.send("8", report | {"ExecID": exec_id} | more)

        fill("a", 100, "10")
        fill("a", 100, "10")
        fill("b", 200, "11")
        fill("c", 0, "11", ExecTransType="1", ExecRefID="a", LastShares=100, LastPx=10)
        fill("d", 200, "12", ExecTransType="2", ExecRefID="b")
        fill("d", 200, "12", ExecTransType="2", ExecRefID="b")
        found: list[Execution] = [heard.get(timeout=PATIENCE) for _ in range(4)]
        assert [one.kind for one in found] == [
            "partially_filled", "partially_filled", "trade_cancelled", "trade_corrected",
        ]  # fmt: skip
        assert [one.is_fill for one in found] == [True, True, False, False]
        assert [one.refers_to for one in found] == [None, None, "a", "b"]
        state = connector.order(order_id)
        assert state.fills == {"d": (200, Decimal(12))}
        assert (state.filled, state.average_price) == (200, Decimal(12))
        fill("e", 300, "9")
        assert heard.get(timeout=PATIENCE).exec_id == "e"
        assert heard.empty()


def test_a_refused_message_rejects_its_order() -> None:
    with run(Desk()) as connector:
        order_id = connector.send_order(OrderRequest("AAPL", "buy", 1, fields={"Rule80A": "?"}))
        assert kinds(connector, 1) == ["message_rejected"]
        state = connector.order(order_id)
        assert (state.status, state.is_final) == ("rejected", True) and state.text
        with pytest.raises(KeyError, match="is not in the dictionary"):
            connector.send_order(OrderRequest("AAPL", "buy", 1, fields={"Colour": 1}))
        assert len(connector.orders()) == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"quantity": 0}, "quantity=0, expected 1 or more"),
        ({"quantity": -5}, "quantity=-5"),
        ({"quantity": 1.5}, "quantity=1.5, expected an integer"),
        ({"side": "long"}, "side='long', expected one of \"buy\""),
        ({"order_type": "pegged"}, "order_type='pegged'"),
        ({"price": None}, "price is missing, expected one for order_type='limit'"),
        ({"price": float("nan")}, "price=nan"),
        ({"price": "1e"}, "price='1e'"),
        ({"price": -1}, "price=-1.0, expected more than 0"),
        ({"order_type": "market"}, "price=10.0 has no meaning"),
        ({"order_type": "stop_limit"}, "stop_price is missing"),
        ({"time_in_force": "week"}, "time_in_force='week'"),
        ({"symbol": "A\x01B"}, "symbol='A\\x01B', expected text without SOH"),
        ({"symbol": ""}, "symbol=''"),
        ({"client_order_id": 7}, "client_order_id=7, expected text"),
        ({"order_type": "market", "price": None, "post_only": True}, "post_only is for limit"),
    ],
)
def test_orders_that_make_no_sense(wrong: dict[str, Any], message: str) -> None:
    right: dict[str, Any] = {
        "symbol": "AAPL", "side": "buy", "quantity": 10, "order_type": "limit", "price": 10.0,
    }  # fmt: skip
    with pytest.raises((TypeError, ValueError)) as refused:
        OrderRequest(**right | wrong)
    assert message in str(refused.value)


def test_nobody_at_the_address() -> None:
    config = FIXConfig(settings("FUND", "VENUE", 1), connect_timeout=0.2)
    connector = FIXConnector(config)
    with pytest.raises(TimeoutError, match=r"no logon at 127.0.0.1:1 within 0.2 s"):
        connector.connect()
    assert not connector.is_connected
    connector.close()


def test_the_connector_comes_back_after_a_loss() -> None:
    desk = Venue()
    with venue(desk) as acceptor:
        config = settings("FUND", "VENUE", acceptor.address[1])
        with FIXConnector(config) as connector:
            acceptor.session().log_out("a break")
            until(lambda: not connector.is_connected, "the logout")
            order_id = connector.send_order(ORDER)
            acceptor.session().log_on()
            assert kinds(connector, 2) == ["new", "filled"]
            assert desk.orders == [order_id] and connector.is_connected


def simulate(latency: float) -> list[Any]:
    """Ten orders over a link, one a second; when what was heard."""
    heard: list[Any] = []
    link = InMemoryLink(
        settings("FUND", "VENUE"),
        settings("VENUE", "FUND"),
        acceptor_application=Venue(halves=True),
        latency=(latency, 2 * latency),
    )
    connector = FIXConnector(
        FIXConfig(settings("FUND", "VENUE"), order_id_prefix="S"),
        on_execution=lambda one: heard.append((link.now, one.kind, one.order_id, one.filled)),
        engine=link.engine,
        clock=lambda: link.now,
    )
    with connector:
        started = link.now
        for _ in range(10):
            connector.send_order(ORDER)
            link.advance(1.0)
            if connector.order("S-1").filled == 1000:
                link.cut()
                link.connect()
    return [(now - started, *rest) for now, *rest in heard]


def test_a_simulation_takes_its_latency_and_repeats_itself() -> None:
    heard = simulate(0.01)
    assert heard == simulate(0.01)
    assert len(heard) == 30
    assert heard[0][0].total_seconds() == pytest.approx(0.03)
    assert [one[1:] for one in heard[:3]] == [
        ("new", "S-1", 0), ("partially_filled", "S-1", 500), ("filled", "S-1", 1000),
    ]  # fmt: skip


def test_links_between_strangers_are_refused() -> None:
    with pytest.raises(ValueError, match="the other's sender"):
        InMemoryLink(settings("A", "B"), settings("C", "A"))
    with pytest.raises(ValueError, match="latency=-1.0"):
        InMemoryLink(settings("A", "B"), settings("B", "A"), latency=-1.0)
    link = InMemoryLink(settings("A", "B"), settings("B", "A", heartbeat=0))
    with pytest.raises(ValueError, match="expected those of the link's initiator"):
        FIXConnector(settings("A", "C", 1), engine=link.engine).connect()

    class Failing(Venue):
        def on_logon(self, session: Session) -> None:
            raise LookupError("a mistake")

    link = InMemoryLink(settings("A", "B"), settings("B", "A"), acceptor_application=Failing())
    with pytest.raises(LookupError, match="a mistake"):
        link.connect()
