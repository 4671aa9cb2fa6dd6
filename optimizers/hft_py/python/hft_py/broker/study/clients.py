"""Clients of the venue: each sends orders and hears what becomes of them.

All have ``send(number, lots, price)``, and put what they hear into their ``answers``. A client of
FIX returns from ``send`` when the message is written; a client of REST when the answer is there.
"""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any, Protocol

from hft_py.broker.study.answers import Answers
from hft_py.broker.study.children import SYMBOL
from hft_py.fix import (
    Application,
    Execution,
    FIXConnector,
    Initiator,
    Message,
    OrderRequest,
    Session,
    SessionSettings,
)

_LOGON = 30.0  # seconds; a busy machine is no reason to fail
_UTC = dt.UTC


class Client(Protocol):
    """What the runs need of a client."""

    answers: Answers

    def send(self, number: int, lots: int, price: str) -> None:
        """Send an order to buy, immediate or cancel."""

    def close(self) -> None:
        """Disconnect."""


def settings(port: int, *, sender: str = "FUND", store: str | None = None) -> SessionSettings:
    """A session with the venue, its messages in memory or in a folder."""
    return SessionSettings(sender_comp_id=sender, target_comp_id="VENUE", port=port, store=store)


def order(answers: Answers, number: int, lots: int, price: str) -> OrderRequest:
    """The order of a number."""
    return OrderRequest(
        SYMBOL, "buy", lots, "limit", price,
        time_in_force="ioc", client_order_id=answers.name(number),
    )  # fmt: skip


class ConnectorClient:
    """:class:`FIXConnector`: orders are checked, followed and kept, executions are objects."""

    def __init__(self, port: int) -> None:
        self.answers = Answers(0)
        self.connector = FIXConnector(settings(port), on_execution=self._heard)
        self.connector.connect(_LOGON)

    def send(self, number: int, lots: int, price: str) -> None:
        self.connector.send_order(order(self.answers, number, lots, price))

    def _heard(self, execution: Execution) -> None:
        heard(self.answers, execution)

    def close(self) -> None:
        self.connector.close()


def heard(answers: Answers, execution: Execution) -> None:
    """Book an execution of a connector."""
    number = answers.number(execution.order_id)
    if number is None:
        return
    if execution.kind == "new":
        answers.acknowledged(number)
    elif execution.kind in ("filled", "cancelled"):
        answers.over(number, execution.filled)


def fields(
    answers: Answers, number: int, lots: int, price: str, now: dt.datetime
) -> list[tuple[Any, Any]]:
    """The fields of a NewOrderSingle (35=D)."""
    return [
        (11, answers.name(number)), (21, "1"), (55, SYMBOL), (54, "1"), (60, now), (38, lots),
        (40, "2"), (44, price), (59, "3"),
    ]  # fmt: skip


def booked(answers: Answers, message: Message) -> None:
    """Book an ExecutionReport (35=8); other messages are none of a run's."""
    if message.msg_type != "8":
        return
    name, status, filled = message.values(11, 39, 14)
    number = answers.number(name or "")
    if number is None:
        return
    if status == "0":
        answers.acknowledged(number)
    elif status in ("2", "4"):
        answers.over(number, int(filled or 0))


class SessionClient(Application):
    """A session and its callbacks: fields in, fields out, nothing kept."""

    def __init__(self, port: int, *, store: str | None = None) -> None:
        self.answers = Answers(0)
        self._logged_on = threading.Event()
        self._engine = Initiator(settings(port, store=store), self).start()
        self._session = self._engine.session()
        if not self._logged_on.wait(_LOGON):
            self._engine.stop()
            raise TimeoutError(f"no logon at port {port} within {_LOGON} s")

    def on_logon(self, session: Session) -> None:
        self._logged_on.set()

    def send(self, number: int, lots: int, price: str) -> None:
        now = dt.datetime.now(_UTC)
        self._session.send("D", fields(self.answers, number, lots, price, now))

    def on_message(self, message: Message, session: Session) -> None:
        booked(self.answers, message)

    def close(self) -> None:
        self._engine.stop()


class RestClient:
    """httpx on the REST API, over one kept connection or a new one for each order."""

    def __init__(self, url: str, *, keep: bool = True) -> None:
        import httpx

        self.answers = Answers(0)
        headers = {"APCA-API-KEY-ID": "demo", "APCA-API-SECRET-KEY": "demo-secret"}
        limits = httpx.Limits(max_keepalive_connections=1 if keep else 0)
        self._client: Any = httpx.Client(
            base_url=url, headers=headers, limits=limits, trust_env=False, timeout=30.0
        )

    def send(self, number: int, lots: int, price: str) -> None:
        body = {
            "symbol": SYMBOL, "side": "buy", "type": "limit", "time_in_force": "ioc",
            "qty": str(lots), "limit_price": price, "client_order_id": self.answers.name(number),
        }  # fmt: skip
        response = self._client.post("/v2/orders", json=body)
        response.raise_for_status()
        found = response.json()
        answered = self.answers.number(found["client_order_id"])
        if answered is not None:
            self.answers.acknowledged(answered)
            if found["status"] in ("filled", "canceled", "expired"):
                self.answers.over(answered, int(found["filled_qty"]))

    def close(self) -> None:
        self._client.close()
