"""Programs that tests run as processes of their own.

``crash URL EVERY`` runs a scenario again and again, each time in a fork that kills itself with
SIGKILL at another point: before a statement, before a commit, after a transaction. It prints what
each left behind as JSON. ``race URL WORKER`` does the work of one of two processes on one database.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import event, text

from hft_py.execution.store import OrderStore

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TABLES = ("parent_orders", "child_orders", "fills", "order_events")


def at(minutes: float) -> datetime:
    """Minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def parents(*names: str, quantity: int = 30) -> Any:
    """Purchases of one symbol."""
    return pd.DataFrame({"parent_id": list(names), "symbol": "X", "side": "buy",
                         "quantity": quantity, "start": at(0), "end": at(60)})  # fmt: skip


def children(name: str, *sequences: int, quantity: int = 10) -> Any:
    """A child every ten minutes."""
    return pd.DataFrame([{"parent_id": name, "child_id": f"{name}-{k}", "sequence": k,
                          "release_time": at(10 * k - 10), "expiry": at(10 * k + 20),
                          "quantity": quantity} for k in sequences])  # fmt: skip


def fills(*sizes: int, child: str = "A-1") -> Any:
    """Executions of a child, one a minute."""
    return pd.DataFrame([{"execution_id": f"{child}:{i}", "child_id": child,
                          "parent_id": child.partition("-")[0], "symbol": "X", "side": "buy",
                          "quantity": size, "price": 10.0 + i, "time": at(1 + i), "fee": 0.1}
                         for i, size in enumerate(sizes)])  # fmt: skip


STEPS: list[Callable[[OrderStore], Any]] = [
    lambda store: store.add_parents(parents("A", "B")),
    lambda store: store.add_children(
        pd.concat([children("A", 1, 2, 3), children("B", 1, 2, 3)], ignore_index=True)
    ),
    lambda store: store.release_due(at(11)),
    lambda store: store.add_fills(fills(4, 6)),
    lambda store: store.cancel_fill("bust", "A-1:1"),
    lambda store: store.correct_fill("right", "A-1:0", quantity=3),
    lambda store: store.move_children(["A-2"], "unknown"),
    lambda store: store.amend_parent("A", 28, children("A", 4, quantity=8)),
    lambda store: store.close_parent("B"),
    lambda store: store.release_due(at(50)),
]


def opened(url: str) -> OrderStore:
    """As every process of the scenario opens it."""
    return OrderStore(url, actor="desk", clock=lambda: NOON)


def contents(store: OrderStore) -> dict[str, list[str]]:
    """All rows but the numbers of the events, which may have gaps."""
    found = {}
    with store.engine.connect() as connection:
        for table in TABLES:
            rows = connection.execute(text(f"SELECT * FROM {table}"))
            found[table] = sorted(str(dict(r._mapping) | {"event_id": 0}) for r in rows)
    return found


def die_at(point: int) -> Callable[..., None]:
    """A listener that kills the process when it is called for this time."""
    seen = 0

    def listener(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == point:
            os.kill(os.getpid(), signal.SIGKILL)

    return listener


def in_a_fork(url: str, point: int) -> int | None:
    """The steps that returned before the process died; None where it lived to the end."""
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        from sqlalchemy import Engine

        listener = die_at(point)
        for name in ("before_cursor_execute", "commit", "release_savepoint"):
            event.listen(Engine, name, listener)
        store = opened(url)
        for step in STEPS:
            step(store)
            listener()  # it is on the disk, and nobody was told
            os.write(writer, b".")
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as acknowledged:
        count = len(acknowledged.read())
    _, status = os.waitpid(child, 0)
    return count if os.WIFSIGNALED(status) else None


def crash(urls: Callable[[], str], every: int) -> None:
    """Die at every point, or at every nth, look what is there, and go on from there."""
    states: list[dict[str, list[str]]] = []
    with opened(urls()) as store:
        for step in [lambda _: None, *STEPS]:
            step(store)
            states.append(contents(store))
    point, deaths = 1, 0
    while (done := in_a_fork(url := urls(), point)) is not None:
        with opened(url) as store:
            left = contents(store)
            assert left in states[done : done + 2], (point, done, left)
            for step in STEPS[done:]:  # the step that nobody heard of is done once more
                step(store)
            assert contents(store) == states[-1], (point, done, contents(store))
        point, deaths = point + every, deaths + 1
    print(json.dumps({"deaths": deaths, "points": point - every}))


def race(url: str, worker: str) -> None:
    """Both add the same orders and fills; each releases what is due, minute by minute."""
    store = OrderStore(url, actor=worker, clock=lambda: NOON)
    print("ready", flush=True)
    sys.stdin.readline()
    names = [f"R{i}" for i in range(8)]
    added = [store.add_parents(parents(name, quantity=50)) for name in names]
    added += [store.add_children(children(name, 1, 2, 3, 4, 5)) for name in names]
    released: list[str] = []
    for minute in range(0, 50, 5):
        released += store.release_due(at(minute))["child_id"].tolist()
    added += [store.add_fills(fills(4, 6, child=f"{name}-1")) for name in names]
    print(json.dumps({"added": added, "released": released}), flush=True)


def main() -> None:
    """The command line."""
    mode, url, last = sys.argv[1:4]
    if mode == "race":
        race(url, last)
        return
    count = iter(range(10**6))
    if url.startswith("sqlite"):
        crash(lambda: f"{url}/{next(count)}.db", int(last))
        return
    import psycopg

    def schema() -> str:
        name = f"crash_{next(count)}"
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return f"{url}?options=-csearch_path%3D{name}"

    crash(schema, int(last))


if __name__ == "__main__":
    main()
