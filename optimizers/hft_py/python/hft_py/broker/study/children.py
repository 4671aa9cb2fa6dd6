"""The other side, in a process of its own: ``python -P children.py ROLE``.

Run by its path, since ``python -m`` would import the whole study first, which takes longer than to
start a venue. It prints one line of JSON when it is ready, answers each line of its input with
the bytes of its resident set, and ends with its input: also when its parent is killed.

``venue fix|rest [STORE]`` is the venue, with one large offer; ``echo ORDER REPORTS`` answers so
many bytes with so many; ``quickfix CLIENT`` is quickfix's Python engine as acceptor.
"""

# ruff: noqa: N802 (the names of quickfix's callbacks)

from __future__ import annotations

import itertools
import json
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from hft_py.venue import Venue

OFFER, SYMBOL = "100", "AAPL"
# Orders that are over and remembered: few, so that a long run shows what grows without bound.
KEPT = 1_000
_LOTS = 10**9  # the most that one order may have: no run takes them all

_QUICKFIX = """[DEFAULT]
StartTime=00:00:00
EndTime=00:00:00
HeartBtInt=30
UseDataDictionary=N
SocketNodelay=Y
ReconnectInterval=1
[SESSION]
BeginString=FIX.4.2
"""


def resident() -> int:
    """Bytes of this process's resident set."""
    return int(psutil.Process().memory_info().rss)


def serve(ready: dict[str, Any]) -> None:
    """Say where to connect to, and answer until the parent is gone."""
    print(json.dumps(ready), flush=True)
    for _ in sys.stdin:
        print(resident(), flush=True)


def offered(venue: Venue) -> Venue:
    """Put the offer into the book."""
    venue.submit("MAKER", SYMBOL, "sell", _LOTS, price=OFFER)
    return venue


def run_venue(protocol: str, store: str | None = None) -> None:
    """A venue that listens for one protocol."""
    from hft_py.venue import Venue, VenueConfig

    config = VenueConfig(
        fix_port=0 if protocol == "fix" else None,
        rest_port=0 if protocol == "rest" else None,
        store=store,
        kept=KEPT,
    )
    with Venue(config) as venue:
        offered(venue)
        if protocol == "fix":
            serve({"port": venue.fix_address[1]})
        else:
            serve({"url": venue.rest_url})


def receive(connection: socket.socket, count: int) -> bool:
    """Read so many bytes; False where the peer has closed."""
    while count:
        piece = connection.recv(count)
        if not piece:
            return False
        count -= len(piece)
    return True


def run_echo(order: str, reports: str) -> None:
    """Two sizes: of what is read, and of what is answered."""

    def answer(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answers = b"x" * int(reports)
        with connection:
            while receive(connection, int(order)):
                connection.sendall(answers)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=answer, args=(listener,), daemon=True).start()
        serve({"port": listener.getsockname()[1]})


def quickfix_engine(application: Any, *, client: str, port: int, acceptor: bool) -> Any:
    """An engine of quickfix that has been started.

    At its best settings: no log, messages in memory, TCP_NODELAY, no data dictionary (so that it
    validates nothing; the others validate each message).
    """
    library: Any = import_module("quickfix")
    own = (
        f"ConnectionType=acceptor\nSocketAcceptPort={port}\n"
        f"SenderCompID=VENUE\nTargetCompID={client}\n"
        if acceptor
        else f"ConnectionType=initiator\nSocketConnectHost=127.0.0.1\nSocketConnectPort={port}\n"
        f"SenderCompID={client}\nTargetCompID=VENUE\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "settings.cfg")
        path.write_text(_QUICKFIX + own, encoding="ascii")
        settings = library.SessionSettings(str(path))
    store = library.MemoryStoreFactory()
    make = library.SocketAcceptor if acceptor else library.SocketInitiator
    made = make(application, store, settings)
    made.kept = (settings, store)  # the engine refers to them and does not keep them
    made.start()
    return made


def _quickfix_desk() -> Any:
    """An acceptor's callbacks without a matching engine.

    An order at the offer's price is filled, any other cancelled, each after its acknowledgement, as
    the venue does it with the study's orders.
    """
    fix: Any = import_module("quickfix")
    messages: Any = import_module("quickfix42")
    numbers = itertools.count(1)
    offer = float(OFFER)

    def report(order: Any, status: str, remaining: int, filled: int, price: float) -> Any:
        made = messages.ExecutionReport()
        made.setField(fix.OrderID("1"))
        made.setField(fix.ClOrdID(order.getField(11)))
        made.setField(fix.ExecID(str(next(numbers))))
        made.setField(fix.ExecTransType("0"))
        made.setField(fix.ExecType(status))
        made.setField(fix.OrdStatus(status))
        made.setField(fix.Symbol(SYMBOL))
        made.setField(fix.Side("1"))
        made.setField(fix.LeavesQty(remaining))
        made.setField(fix.CumQty(filled))
        made.setField(fix.AvgPx(price if filled else 0.0))
        if filled:
            made.setField(fix.LastShares(filled))
            made.setField(fix.LastPx(price))
        return made

    class Desk(fix.Application):  # type: ignore[misc]
        def onCreate(self, session: Any) -> None:
            pass

        def onLogon(self, session: Any) -> None:
            pass

        def onLogout(self, session: Any) -> None:
            pass

        def toAdmin(self, message: Any, session: Any) -> None:
            pass

        def fromAdmin(self, message: Any, session: Any) -> None:
            pass

        def toApp(self, message: Any, session: Any) -> None:
            pass

        def fromApp(self, message: Any, session: Any) -> None:
            lots, price = int(message.getField(38)), float(message.getField(44))
            filled = lots if price >= offer else 0
            fix.Session.sendToTarget(report(message, "0", lots, 0, price), session)
            status = "2" if filled else "4"
            fix.Session.sendToTarget(report(message, status, 0, filled, price), session)

    return Desk()


def run_quickfix(client: str) -> None:
    """Quickfix as acceptor, on a port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    application = _quickfix_desk()
    acceptor = quickfix_engine(application, client=client, port=port, acceptor=True)
    serve({"port": port})
    acceptor.stop()


if __name__ == "__main__":
    ROLES: dict[str, Callable[..., None]] = {
        "venue": run_venue,
        "echo": run_echo,
        "quickfix": run_quickfix,
    }
    ROLES[sys.argv[1]](*sys.argv[2:])
