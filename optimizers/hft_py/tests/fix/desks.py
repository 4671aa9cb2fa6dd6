"""Both ends of a session for tests: a venue that fills orders, and sockets that break rules."""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hft_py.fix import Acceptor, Application, Dictionary, Message, Session, SessionSettings

pytest.importorskip("hft_py._rust", reason="sessions are compiled")
SOH = b"\x01"
DICTIONARY = Dictionary.fix42("rust")
#: Nothing here takes that long, unless something is broken.
PATIENCE = 30.0


class Venue(Application):
    """Acknowledges each order and fills it at its price; half of it first if it is ``halves``."""

    def __init__(self, halves: bool = False, silent: bool = False) -> None:
        self.halves, self.silent = halves, silent
        self.orders: list[str] = []
        self.events: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._ids = itertools.count(1)

    def on_logon(self, session: Session) -> None:
        self.events.put(("logon", session))

    def on_logout(self, session: Session, text: str) -> None:
        self.events.put(("logout", text))

    def on_message(self, message: Message, session: Session) -> None:
        self.events.put((message.name, message))
        if message.msg_type == "D":
            self.orders.append(message["ClOrdID"])
            if self.silent:
                return
            quantity = message.int("OrderQty")
            session.send("8", self.report(message, "0", filled=0, quantity=quantity))
            parts = [quantity // 2, quantity - quantity // 2] if self.halves else [quantity]
            filled = 0
            for part in parts:
                filled += part
                status = "2" if filled == quantity else "1"
                fill = self.report(message, status, filled=filled, quantity=quantity, last=part)
                session.send("8", fill)

    def report(
        self,
        order: Message,
        status: str,
        *,
        filled: int,
        quantity: int,
        last: int = 0,
        price: str | None = None,
        **more: Any,
    ) -> dict[Any, Any]:
        """The fields of an ExecutionReport."""
        number = next(self._ids)
        price = price or order.get("Price", "10")
        fields: dict[Any, Any] = {
            "OrderID": f"V{order['ClOrdID']}",
            "ExecID": f"{os.getpid()}-{number}",
            "ExecTransType": "0",
            "ExecType": status,
            "OrdStatus": status,
            "ClOrdID": order["ClOrdID"],
            "Symbol": order["Symbol"],
            "Side": order["Side"],
            "LeavesQty": quantity - filled,
            "CumQty": filled,
            "AvgPx": price if filled else "0",
        }
        if last:
            fields |= {"LastShares": last, "LastPx": price}
        return fields | more


def settings(ours: str, theirs: str, port: int = 0, **more: Any) -> SessionSettings:
    """Settings with short waits."""
    more = {"reconnect_wait": 0.05, "reconnect_longest": 0.2} | more
    return SessionSettings(sender_comp_id=ours, target_comp_id=theirs, port=port, **more)


@contextlib.contextmanager
def venue(
    application: Application | None = None, *, clients: tuple[str, ...] = ("FUND",), **more: Any
) -> Iterator[Acceptor]:
    """An acceptor for these clients."""
    limits, more = more.pop("limits", None), dict(more)
    sessions = [settings("VENUE", client, **more) for client in clients]
    with Acceptor(sessions, application or Venue(), limits=limits) as acceptor:
        yield acceptor


class Peer:
    """A client without a session: it sends what it is told to, right or wrong."""

    def __init__(self, port: int, ours: str = "FUND", theirs: str = "VENUE") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.ours, self.theirs, self.number = ours, theirs, 1
        self._received = b""

    def message(self, kind: str, *fields: tuple[int, Any], **header: Any) -> bytes:
        """A message with the next number."""
        head = [
            (49, header.get("sender", self.ours)),
            (56, header.get("target", self.theirs)),
            (34, header.get("number", self.number)),
            (52, header.get("time", stamp())),
        ]
        self.number = int(head[2][1]) + 1
        return DICTIONARY.encode(kind, [*head, *fields])

    def send(self, kind: str, *fields: tuple[int, Any], **header: Any) -> None:
        self.socket.sendall(self.message(kind, *fields, **header))

    def log_on(self, *fields: tuple[int, Any]) -> Message:
        self.send("A", (98, 0), (108, 30), *fields)
        return self.receive()

    def order(self, order_id: str) -> bytes:
        return self.message("D", (11, order_id), (21, 1), (55, "AAPL"), (54, 1), (60, stamp()),
                            (38, 10), (40, 2), (44, "5"), (59, 0))  # fmt: skip

    def receive(self) -> Message:
        """The next message; an EOFError if the peer has closed."""
        while True:
            end = self._received.find(b"\x0110=")
            if end >= 0 and len(self._received) >= end + 8:
                data, self._received = self._received[: end + 8], self._received[end + 8 :]
                return DICTIONARY.decode(data)
            data = self.socket.recv(65536)
            if not data:
                raise EOFError
            self._received += data

    def is_closed(self) -> bool:
        """Whether the other side closes with nothing sent."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def stamp(offset: float = 0.0) -> str:
    """The time as FIX writes it."""
    return time.strftime("%Y%m%d-%H:%M:%S", time.gmtime(time.time() + offset))


def until(condition: Callable[[], Any], what: str) -> Any:
    """Wait for something to become true."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {PATIENCE} s")
        time.sleep(0.005)
    return found
