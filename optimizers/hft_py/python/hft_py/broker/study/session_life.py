"""A session's life, from an initiator's log: logon, orders, a gap, a resend, logout.

A relay between client and venue swallows one report; the next one shows the gap.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from hft_py.broker.study.children import SYMBOL
from hft_py.broker.study.clients import settings
from hft_py.fix import Application, Initiator, Message, OrderRequest, Session, decode
from hft_py.venue import Venue, VenueConfig

_PRICE = "100"
_WITHIN = 20.0  # seconds for each step
_LINE = re.compile(r"^(\d{8}-[\d:.]+) (\w+) (\S+) (.*)$")


@dataclasses.dataclass(frozen=True)
class Step:
    """A line of the log: a message and its direction, or what the session notes about itself.

    Parameters
    ----------
    time
        UTC.
    direction
        ``"out"``, ``"in"``, or ``""`` for a note.
    text
        The note; empty for a message.
    message
        The message, or None.
    """

    time: dt.datetime
    direction: str
    text: str
    message: Message | None


class _Relay:
    """Passes bytes between the client and the venue, but for what it is told to swallow."""

    def __init__(self, port: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.swallow = threading.Event()
        self.swallowed = threading.Event()
        self._venue_port = port
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        client, _ = self._listener.accept()
        with client, socket.create_connection(("127.0.0.1", self._venue_port)) as venue:
            out = threading.Thread(target=self._pass, args=(client, venue), daemon=True)
            out.start()
            while piece := venue.recv(1 << 16):
                if self.swallow.is_set():
                    self.swallow.clear()
                    self.swallowed.set()
                else:
                    client.sendall(piece)
            client.shutdown(socket.SHUT_WR)
            out.join()

    @staticmethod
    def _pass(client: socket.socket, venue: socket.socket) -> None:
        while piece := client.recv(1 << 16):
            venue.sendall(piece)
        venue.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._thread.join()
        self._listener.close()


class _Client(Application):
    def __init__(self) -> None:
        self.logged_on = threading.Event()
        self.statuses: list[tuple[str | None, str | None]] = []

    def on_logon(self, session: Session) -> None:
        self.logged_on.set()

    def on_message(self, message: Message, session: Session) -> None:
        self.statuses.append((message.get(11), message.get(39)))


def recorded() -> list[Step]:
    """Run such a session, and read its log."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Venue(VenueConfig(rest_port=None)) as venue,
    ):
        log = Path(folder, "session.log")
        relay, client = _Relay(venue.fix_address[1]), _Client()
        engine = Initiator(settings(relay.port), client, log_file=log, log_messages=True)
        try:
            with engine:
                _scenario(venue, relay, client, engine.session())
        finally:
            relay.close()
        return steps(log.read_text(encoding="ascii"))


def _scenario(venue: Venue, relay: _Relay, client: _Client, session: Session) -> None:
    """Two resting orders of ours; the fill of the first is lost on its way."""
    if not client.logged_on.wait(_WITHIN):
        raise TimeoutError(f"no logon within {_WITHIN} s")

    def send(name: str) -> None:
        order = OrderRequest(SYMBOL, "buy", 5, "limit", _PRICE)
        session.send("D", order.body(name, dt.datetime.now(dt.UTC)))

    def heard(name: str, status: str) -> Callable[[], bool]:
        return lambda: (name, status) in client.statuses

    send("order-1")
    _until(heard("order-1", "0"))
    relay.swallow.set()
    venue.submit("MAKER", SYMBOL, "sell", 5, price=_PRICE)
    _until(relay.swallowed.is_set)
    send("order-2")
    _until(heard("order-2", "0"))


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + _WITHIN
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"the session did not go on within {_WITHIN} s")
        time.sleep(0.002)


def steps(log: str) -> list[Step]:
    """The lines of an operator's log."""
    found = []
    for line in log.splitlines():
        if (parts := _LINE.match(line)) is None:
            raise ValueError(f"line {line[:80]!r} is none of an operator's log")
        at = dt.datetime.strptime(parts[1] + "+0000", "%Y%m%d-%H:%M:%S.%f%z")
        direction, _, rest = parts[4].partition(" ")
        if direction in ("in", "out") and rest.lstrip().startswith("8="):
            message = decode(rest.strip().replace("|", "\x01").encode("ascii"))
            found.append(Step(at, direction, "", message))
        else:
            found.append(Step(at, "", parts[4], None))
    return found
