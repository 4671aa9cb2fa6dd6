"""Bursts and many sessions: nothing is lost, nothing comes twice, heartbeats are on time."""

from __future__ import annotations

import queue
import resource
import time
from pathlib import Path
from typing import Any

import pytest

from hft_py.fix import Application, Initiator, Message, Session

from .desks import Venue, settings, until, venue

pytestmark = [pytest.mark.usefixtures("rust_only"), pytest.mark.timeout(300)]


class Counter(Application):
    def __init__(self) -> None:
        self.logged_on: queue.SimpleQueue[Session] = queue.SimpleQueue()
        self.heard: list[tuple[str, str]] = []

    def on_logon(self, session: Session) -> None:
        self.logged_on.put(session)

    def on_message(self, message: Message, session: Session) -> None:
        self.heard.append((message["ClOrdID"], message["OrdStatus"]))


@pytest.mark.parametrize("count", [3_000, pytest.param(100_000, marks=pytest.mark.thorough)])
def test_a_burst_of_orders(count: int, tmp_path: Path) -> None:
    client, desk = Counter(), Venue()
    with (
        venue(desk, store=tmp_path / "venue") as acceptor,
        Initiator(settings("FUND", "VENUE", acceptor.address[1], store=tmp_path / "fund"), client),
    ):
        session = client.logged_on.get(timeout=30)
        for number in range(count):
            fields = [(11, f"{number}"), (21, "1"), (55, "AAPL"), (54, "1"), (38, 100), (40, "2"),
                      (60, "20260102-15:00:00"), (44, "175.25")]  # fmt: skip
            session.send("D", fields)
        deadline = time.monotonic() + 120
        while len(client.heard) < 2 * count and time.monotonic() < deadline:
            time.sleep(0.01)
        status = session.status()
    assert client.heard == [(f"{n}", status) for n in range(count) for status in "02"]
    assert desk.orders == [f"{n}" for n in range(count)]
    assert (status.resent, status.discarded, status.garbled) == (0, 0, 0)


def peak() -> int:
    """The most memory that this process has used, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.thorough
def test_memory_is_flat_through_hundred_thousands_of_messages(tmp_path: Path) -> None:
    class Forgetful(Venue):
        def on_message(self, message: Message, session: Session) -> None:
            self.count += 1

        count = 0

    client, desk = Counter(), Forgetful()
    with (
        venue(desk, store=tmp_path / "venue") as acceptor,
        Initiator(settings("FUND", "VENUE", acceptor.address[1], store=tmp_path / "fund"), client),
    ):
        session = client.logged_on.get(timeout=30)
        news = [(148, "x" * 100), (33, 1), (58, "y" * 500)]
        used = []
        for part in range(1, 11):
            for _ in range(30_000):
                session.send("B", news)
            until(lambda part=part: desk.count == 30_000 * part, "reading")
            used.append(peak())
        assert used[-1] - used[1] < 20_000, used


@pytest.mark.parametrize("count", [50, pytest.param(1000, marks=pytest.mark.thorough)])
def test_heartbeats_of_many_sessions_are_on_time(count: int) -> None:
    names = [f"FUND{i}" for i in range(count)]
    client = Counter()
    with venue(clients=tuple(names)) as acceptor:
        port: Any = acceptor.address[1]
        sessions = [settings(name, "VENUE", port, heartbeat=1) for name in names]
        with Initiator(sessions, client) as initiator:
            for _ in names:
                client.logged_on.get(timeout=30)
            until(
                lambda: all(session.status().received >= 4 for session in initiator.sessions),
                "three heartbeats of each session",
            )
            # A session that hears nothing for 2.4 seconds is disconnected: none was.
            lines = [line for line in initiator.metrics().splitlines() if line[0] != "#"]
            connections = [line for line in lines if line.startswith("hft_py_fix_connections")]
            assert len(connections) == count
            assert all(line.endswith(" 1") for line in connections)
