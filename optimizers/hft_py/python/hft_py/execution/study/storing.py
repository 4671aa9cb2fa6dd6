"""Storing ten thousand children, as a batch and one by one, on SQLite and PostgreSQL.

Every row writes the same rows into the same tables: children, and an event for each parent. The
loop and the driver get them as tuples, the order store gets the frame of a schedule, checks it, and
adds the events itself. A call takes the next batch of prepared identifiers, stores it and counts
what is there; after the last batch the tables are made again.
"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any

from hft_py.portfolio.study.group import Group
from qpp.study import Claim, Implementation, Workload

BATCHES = 12
SQLITE, POSTGRES = "store 10,000 children, SQLite", "store 10,000 children, PostgreSQL"
SINGLE, SINGLE_POSTGRES = (
    "store 100 children, a commit each, SQLite",
    ("store 100 children, a commit each, PostgreSQL"),
)
BATCH = (SQLITE, POSTGRES)
STORE = ("sqlalchemy", "alembic")
EVERY = (*BATCH, SINGLE, SINGLE_POSTGRES)


class OnServer(Workload):
    """A workload that needs a PostgreSQL server, which each worker starts for itself."""

    def unavailable(self) -> str | None:
        """What is missing, with the remedy."""
        from hft_py.execution.store.local_postgres import missing

        return super().unavailable() or missing()


def inputs(database: str, children: int, single: bool) -> dict[str, Any]:
    """A database; ``single``: each child has a transaction of its own."""
    return {"task": "store", "target": Target(database, children, single)}


def frames(batch: int, children: int) -> tuple[Any, Any]:
    """Parents of eight children each, and the children."""
    import pandas as pd

    start, parents = pd.Timestamp("2026-03-02 14:30", tz="UTC"), -(-children // 8)
    names = [f"{batch}-{i}" for i in range(parents)]
    owners = [name for name in names for _ in range(8)][:children]
    sequence = (list(range(1, 9)) * parents)[:children]
    release = start + pd.to_timedelta([45 * (k - 1) for k in sequence], unit="min")
    return (
        pd.DataFrame({"parent_id": names, "symbol": "XYZ", "side": "buy", "quantity": 8_000,
                      "start": start, "end": start + pd.Timedelta("6h")}),
        pd.DataFrame({"parent_id": owners,
                      "child_id": [f"{o}-{k}" for o, k in zip(owners, sequence, strict=True)],
                      "sequence": sequence, "release_time": release,
                      "expiry": release + pd.Timedelta("45min"), "quantity": 1_000,
                      "limit_price": 10.25, "participation": 0.05}),
    )  # fmt: skip


class Target:
    """A database with the parents of all batches, and the batches, of which each is used once."""

    def __init__(self, database: str, children: int, single: bool) -> None:
        self.database, self.children, self.single = database, children, single
        self._cleanup = contextlib.ExitStack()
        if database == "sqlite":
            self.folder = Path(self._cleanup.enter_context(tempfile.TemporaryDirectory()))
        else:
            from hft_py.execution.store.local_postgres import LocalPostgres

            self.server = self._cleanup.enter_context(LocalPostgres())
        self.batches = [frames(i, children) for i in range(BATCHES)]
        self.rows = [self._tuples(one) for _, one in self.batches]
        self._made = 0
        self._fresh()

    def next(self) -> int:
        """The number of a batch that is not stored yet."""
        if self.used == BATCHES:
            self._fresh()
        self.used += 1
        return self.used - 1

    def _fresh(self) -> None:
        """Tables that hold the parents alone."""
        from hft_py.execution import OrderStore

        self._made += 1
        if self.database == "sqlite":
            self.path = str(self.folder / f"{self._made}.db")
            url = f"sqlite:///{self.path}"
        else:
            import psycopg

            self.path = self.server.url.replace("+psycopg", "")
            with psycopg.connect(self.path, autocommit=True) as connection:
                connection.execute(f"CREATE SCHEMA s{self._made}")
            self.path += f"?options=-csearch_path%3Ds{self._made}"
            url = self.path
        self.store: Any = OrderStore(url, actor="study")
        for parents, _ in self.batches:
            self.store.add_parents(parents)
        self.driver = self._connect()
        self.used = 0

    def _connect(self) -> Any:
        """The driver's own connection, as durable as the store's."""
        if self.database == "sqlite":
            import sqlite3

            connection = sqlite3.connect(self.path)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")
            return connection
        import psycopg

        return psycopg.connect(self.path)

    def _tuples(self, children: Any) -> tuple[list[Any], list[Any]]:
        """The rows of the tables of children and of events."""
        from hft_py.execution.store import hash_inputs

        release = children["release_time"].dt.tz_localize(None).to_numpy("datetime64[ns]")
        expiry = children["expiry"].dt.tz_localize(None).to_numpy("datetime64[ns]")
        columns = [children[c].to_list() for c in ("child_id", "parent_id", "sequence")]
        columns += [release.astype("int64").tolist(), expiry.astype("int64").tolist()]
        columns += [children[c].to_list() for c in ("quantity", "limit_price", "participation")]
        rows = [(*row, "new", 0, None, None, None) for row in zip(*columns, strict=True)]
        digest, events = hash_inputs(columns), []
        for name, group in children.groupby("parent_id", sort=False):
            lots = int(group["quantity"].sum())
            events.append(
                (name, "parent", "plan", "new", "new", lots, 0, "study", None, digest, None)
            )
        return rows, events

    def counted(self, batch: int) -> dict[str, Any]:
        """What is in the database of a batch."""
        cursor = self.driver.cursor()
        cursor.execute(
            "SELECT count(*), sum(quantity), sum(sequence) FROM child_orders "
            f"WHERE parent_id >= '{batch}-' AND parent_id < '{batch}.'"
        )
        row = cursor.fetchone()
        self.driver.rollback()
        return dict(zip(("children", "lots", "sequences"), map(float, row), strict=True))


def statements(database: str) -> tuple[str, str]:
    """Insert a child; insert an event."""
    mark = "?" if database == "sqlite" else "%s"
    events = ("order_id, kind, event, state_before, state_after, quantity, recorded, actor, reason,"
              " inputs, execution_id")  # fmt: skip
    return (f"INSERT INTO child_orders VALUES ({', '.join([mark] * 13)})",
            f"INSERT INTO order_events ({events}) VALUES ({', '.join([mark] * 11)})")  # fmt: skip


def loop(target: Target) -> dict[str, Any]:
    """A statement a row; one transaction, or one a child."""
    batch = target.next()
    child, event = statements(target.database)
    children, events = target.rows[batch]
    cursor = target.driver.cursor()
    for i, row in enumerate(children):
        cursor.execute(child, row)
        if target.single:
            if i % 8 == 0:
                cursor.execute(event, events[i // 8])
            target.driver.commit()
    if not target.single:
        for row in events:
            cursor.execute(event, row)
        target.driver.commit()
    return target.counted(batch)


def executemany(target: Target, task: str) -> dict[str, Any]:
    """The driver's own batches."""
    batch = target.next()
    cursor = target.driver.cursor()
    for statement, rows in zip(statements(target.database), target.rows[batch], strict=True):
        cursor.executemany(statement, rows)
    target.driver.commit()
    return target.counted(batch)


def copy(target: Target, task: str) -> dict[str, Any]:
    """PostgreSQL's COPY, which only inserts."""
    batch = target.next()
    names = statements("postgresql")[1].partition("(")[2].partition(")")[0]
    with target.driver.cursor() as cursor:
        for table, rows in zip(("child_orders", f"order_events ({names})"), target.rows[batch],
                               strict=True):  # fmt: skip
            with cursor.copy(f"COPY {table} FROM STDIN") as out:
                for row in rows:
                    out.write_row(row)
    target.driver.commit()
    return target.counted(batch)


def order_store(target: Target, task: str) -> dict[str, Any]:
    """The store of this library: the frame as a schedule returns it."""
    batch = target.next()
    frame, store = target.batches[batch][1], target.store
    if not target.single:
        store.add_children(frame)
        return target.counted(batch)
    for i in range(len(frame)):
        store.add_children(frame[i : i + 1])
    return target.counted(batch)


GROUP = Group(
    workloads=[
        Workload(
            SQLITE,
            inputs,
            needs=STORE,
            quick=True,
            database="sqlite",
            children=10_000,
            single=False,
        ),
        OnServer(
            POSTGRES,
            inputs,
            needs=(*STORE, "psycopg"),
            database="postgresql",
            children=10_000,
            single=False,
        ),
        Workload(SINGLE, inputs, needs=STORE, database="sqlite", children=100, single=True),
        OnServer(
            SINGLE_POSTGRES,
            inputs,
            needs=(*STORE, "psycopg"),
            database="postgresql",
            children=100,
            single=True,
        ),
    ],
    baseline={"store": loop},
    optimised=[Implementation("order-store", order_store, only=EVERY)],
    peers=[
        Implementation("driver-executemany", executemany, only=BATCH),
        Implementation("driver-copy", copy, only=(POSTGRES,), note="COPY of prepared tuples"),
    ],
    claims=[
        Claim(
            "order-store",
            over="driver-executemany",
            at_least=0.5,
            on=BATCH,
            note="within twice the driver's time, checks and audit trail included",
        ),
    ],
    analysis=(
        "A batch of the order store goes through the driver's executemany in SQLite and by COPY in "
        "PostgreSQL; what it adds is the columns of the frame checked, the parents locked, and "
        "their events. One by one, the disk decides: a commit is one flush of the log. Where a "
        "flush is fast, the checks of a frame and SQLAlchemy's statements, two milliseconds, are "
        "most of a call: hand over frames."
    ),
)
