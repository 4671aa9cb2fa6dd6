"""Both sides of a session as processes that end themselves at a write of their message store.

``python crash_scenario.py FOLDER client|venue FIRST STEP SECOND``: for n = FIRST, FIRST + STEP, … a
venue and a client trade five orders, and the process named ends itself at its n-th write; the one
started in its place at write SECOND (0: not); the next one goes on to the end. Odd numbers are
before a write, even ones after it. It prints what each run left behind as JSON, the last one being
the first run in which no process ended itself.

Both programs do what a careful user's would: the client notes an order before it sends it and books
executions by ExecID; the venue notes an order before it answers, and answers one that comes again
with the same ExecIDs.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

from desks import Venue, settings

from hft_py.fix import Acceptor, Execution, FIXConfig, FIXConnector, Message, OrderRequest, Session
from hft_py.fix.dictionary import compiled

ORDERS = ("A", "B", "C", "D", "E")


class Journal:
    """Lines of a file that outlive the process."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a+")
        self._file.seek(0)
        self.lines = self._file.read().splitlines()

    def add(self, line: str) -> None:
        self.lines.append(line)
        self._file.write(line + "\n")
        self._file.flush()


class Desk(Venue):
    """Fills each order once, and answers one that comes again as before."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.journal = Journal(folder / "venue.orders")

    def on_message(self, message: Message, session: Session) -> None:
        order_id = message["ClOrdID"]
        known = order_id in self.journal.lines
        if message.msg_type == "H":
            report = self.report(message, "2" if known else "8", filled=0, quantity=0)
            session.send("8", report | {"ExecTransType": "3", "ExecID": "0"})
        elif message.msg_type == "D":
            if not known:
                self.journal.add(order_id)
            for status, last in (("0", 0), ("2", 10)):
                report = self.report(message, status, filled=last, quantity=10, last=last)
                session.send("8", report | {"ExecID": f"{order_id}/{status}"})


def serve(folder: Path, port: int, exit_at: int, tell: int) -> None:
    """The venue, until it is killed or ends itself."""
    compiled().exit_at_store_write(exit_at)
    config = settings("VENUE", "FUND", port, store=folder / "venue", sync="never")
    with Acceptor(config, Desk(folder)) as acceptor:
        os.write(tell, f"{acceptor.address[1]}\n".encode())
        threading.Event().wait()


def trade(folder: Path, port: int, exit_at: int) -> None:
    """The client, until all orders are filled."""
    compiled().exit_at_store_write(exit_at)
    book, intents = Journal(folder / "client.book"), Journal(folder / "client.intents")
    filled = threading.Event()

    def heard(execution: Execution) -> None:
        if execution.kind == "status" or execution.exec_id in book.lines:
            return
        book.add(str(execution.exec_id))
        check()

    def check() -> None:
        if all(any(is_fill_of(name, line) for line in book.lines) for name in ORDERS):
            filled.set()

    config = FIXConfig(settings("FUND", "VENUE", port, store=folder / "client", sync="never"))
    with FIXConnector(config, on_execution=heard) as connector:
        for name in ORDERS:
            attempts = [line for line in intents.lines if line.startswith(name)]
            if any(known(connector, book, order_id) for order_id in attempts):
                continue
            order = request(f"{name}.{len(attempts)}")
            intents.add(str(order.client_order_id))
            connector.send_order(order)
        check()  # an earlier process may have booked all
        if not filled.wait(20):
            raise SystemExit("some orders were not filled")


def known(connector: FIXConnector, book: Journal, order_id: str) -> bool:
    """Whether the venue has an order that an earlier process may have sent."""
    if any(line.startswith(f"{order_id}/") for line in book.lines):
        return True
    connector.adopt(request(order_id))
    while True:
        try:
            return connector.status(order_id, 1.0).status != "rejected"
        except TimeoutError:
            pass  # the venue is being started again


def request(order_id: str) -> OrderRequest:
    return OrderRequest("AAPL", "buy", 10, "limit", 5, client_order_id=order_id)


def is_fill_of(name: str, line: str) -> bool:
    return line.startswith(f"{name}.") and line.endswith("/2")


def forked(work: Any, *arguments: Any) -> int:
    """Run something in a process of its own."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work(*arguments)
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


class Run:
    """One client and one venue, of which one ends itself."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        # The venue may end itself before it listens, so the client has to know its port before.
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.folder, self.port = folder, int(free.getsockname()[1])
        self.children: list[int] = []

    def venue(self, exit_at: int) -> int:
        listening, tell = os.pipe()
        child = forked(serve, self.folder, self.port, exit_at, tell)
        self.children.append(child)
        os.close(tell)
        with os.fdopen(listening) as told:
            told.readline()
        return child

    def client(self, exit_at: int) -> int:
        self.children.append(forked(trade, self.folder, self.port, exit_at))
        return self.children[-1]

    def play(self, side: str, exits: list[int]) -> dict[str, Any]:
        try:
            return self._play(side, exits)
        finally:
            for child in self.children:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)

    def _play(self, side: str, exits: list[int]) -> dict[str, Any]:
        ends = exits if side == "venue" else [0]
        venue, ends = self.venue(ends[0]), ends[1:]
        starts = exits if side == "client" else [0]
        client, starts = self.client(starts[0]), starts[1:]
        ended, until = 0, time.monotonic() + 40
        while time.monotonic() < until:
            done, status = os.waitpid(client, os.WNOHANG)
            if done and status == 0:
                self.children.remove(client)
                break
            if done:
                self.children.remove(client)
                if not os.WIFSIGNALED(status):
                    break
                ended += 1
                client, starts = self.client(starts[0]), starts[1:]
            done, status = os.waitpid(venue, os.WNOHANG)
            if done:
                self.children.remove(venue)
                ended += 1
                venue, ends = self.venue(ends[0]), ends[1:]
            time.sleep(0.001)
        for child in self.children[:]:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
        return {"exits": exits, "ended": ended} | {
            name: (self.folder / name).read_text().split()
            for name in ("venue.orders", "client.book", "client.intents")
        }


def main() -> None:
    folder, side = Path(sys.argv[1]), sys.argv[2]
    first, step, second = map(int, sys.argv[3:])
    found = []
    for n in range(first, 10_000, step):
        run = Run(folder / f"{side}{n}")
        found.append(run.play(side, [n, second, 0]))
        if found[-1]["ended"] == 0:
            break
    print(json.dumps(found))


if __name__ == "__main__":
    main()
