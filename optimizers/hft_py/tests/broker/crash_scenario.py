"""``crash_scenario.py FOLDER WAY EVERY``: a process that is killed at every step of its work.

Each death is a fork that kills itself with SIGKILL at another point: before a statement of the
store, before a commit, before and after a message to the broker. The broker's book is a file.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Engine, event

from hft_py.broker import Backoff, Broker, BrokerOrder, Order
from hft_py.execution import OrderStore

sys.path.insert(0, str(Path(__file__).parents[1]))
from broker.doubles import NOON, Book, Clock, Double  # type: ignore[import-not-found,unused-ignore]


class Dying(Double):
    """Counts a point before and after each order message."""

    point: Any = staticmethod(lambda: None)

    def submit(self, order: Order, again: bool = False) -> BrokerOrder | None:
        self.point()
        answer = super().submit(order, again)
        self.point()
        return answer


def opened(folder: Path, way: str) -> tuple[OrderStore, Dying, Clock, Broker]:
    """What each process has: the store, the way to the book, the broker."""
    clock = Clock()
    path = folder / "book"
    book = pickle.loads(path.read_bytes()) if path.exists() else Book(path=path)
    store = OrderStore(f"sqlite:///{folder}/orders.db", clock=clock)
    double = Dying(way, book, clock, reports=way == "fix")
    broker = Broker([double], store, clock=clock, sleep=clock.sleep, seed=1,
                    backoff=Backoff(0.5, 2.0), visibility_delay=3.0)  # fmt: skip
    return store, double, clock, broker


def work(store: OrderStore, double: Dying, clock: Clock, broker: Broker) -> None:
    """Two orders: one is filled in two parts, one of which is corrected; one is cancelled."""
    parents = pd.DataFrame({"parent_id": ["A"], "symbol": "X", "side": "sell", "quantity": [20],
                            "start": [NOON], "end": [NOON + timedelta(seconds=60)]})  # fmt: skip
    broker.schedule_and_execute_child_orders(parents, "twap", 2, wait=False)
    book = double.book
    for seconds in range(0, 90, 3):
        clock.seconds = float(seconds)
        broker.step()
        held = book.held.get("A-1")
        if held is not None and held.filled < 10 and held.ended is None:
            book.fill("A-1", 4.0 if not held.filled else 6.0, 5.0, clock())
        elif (
            held is not None
            and not held.corrected
            and "E1" in held.executions
            and way_reports(double)
        ):
            book.replace("A-1", "E1", 4.0, 4.5)
        double.deliver()


def way_reports(double: Dying) -> bool:
    """Whether single executions are told."""
    return double.name == "fix"


def in_a_fork(folder: Path, way: str, point: int) -> bool:
    """Whether the process died."""
    if (child := os.fork()) == 0:
        seen = 0

        def listener(*_: Any) -> None:
            nonlocal seen
            seen += 1
            if seen == point:
                os.kill(os.getpid(), signal.SIGKILL)

        for name in ("before_cursor_execute", "commit"):
            event.listen(Engine, name, listener)
        Dying.point = staticmethod(listener)
        work(*opened(folder, way))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def main() -> None:
    """Die at every nth point; the next process finishes the work, and all is there once."""
    folder, way, every = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    point, deaths = 20, 0  # the tables are made before that
    while True:
        own = folder / f"{way}-{point}"
        own.mkdir()
        if not in_a_fork(own, way, point):
            break
        if deaths % 2:
            in_a_fork(own, way, 30)  # twice in a row
        store, double, clock, broker = opened(own, way)
        work(store, double, clock, broker)
        book = double.book
        assert book.doubles == [], (point, book.doubles)
        fills = store.fills()
        assert sum(fills["quantity"]) == sum(h.filled for h in book.held.values()) == 10, (
            point, fills.to_string())  # fmt: skip
        value = sum(fills["quantity"] * fills["price"])
        theirs = sum(q * p for h in book.held.values() for q, p in h.executions.values())
        assert abs(value - theirs) < 1e-6, (point, value, theirs)
        states = dict(zip(store.children()["child_id"], store.children()["state"], strict=True))
        assert states == {"A-1": "filled", "A-2": "cancelled"}, (point, states)
        assert broker.reconcile().is_clean, (point, broker.reconcile().differences.to_string())
        store.close()
        point, deaths = point + every, deaths + 1
    print(json.dumps({"deaths": deaths, "points": point}))


if __name__ == "__main__":
    main()
