"""How long answers take, and whether any is missing: ``python -m hft_py.broker.study.latency``.

Without arguments it takes about two minutes; ``--full`` gives the sizes of the project's bars
(ten minutes at 1,000 orders a second among them). Its exit status is 1 where an order was lost or
doubled, or a session was closed. Times are of this machine and of what else it does.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from hft_py.broker.study import loads
from hft_py.broker.study.children import resident
from hft_py.broker.study.clients import Client, ConnectorClient, RestClient, SessionClient
from hft_py.broker.study.loads import Load
from hft_py.broker.study.processes import Child
from hft_py.broker.study.sessions import many_sessions
from qpp.format import bytes_
from qpp.format import seconds as seconds_

HEARTBEAT = 5  # seconds
WARM = 50  # orders before the clock of a comparison runs
IN_TURN = 1_000  # orders, each when the one before it is over


def compared(rate: float, seconds: float) -> dict[str, Load]:
    """The same orders at the same rate by FIX and by REST, one client after the other."""
    return _each(lambda client: loads.at_rate(client, rate, seconds))


def _each(run: Callable[[Client], Load]) -> dict[str, Load]:
    """A run with each client, on a venue of its own."""
    makers: dict[str, tuple[str, Callable[[Child], Client]]] = {
        "FIX": ("fix", lambda venue: ConnectorClient(venue.ready["port"])),
        "REST, kept connection": ("rest", lambda venue: RestClient(venue.ready["url"])),
        "REST, new connections": ("rest", lambda venue: RestClient(venue.ready["url"], keep=False)),
    }
    found = {}
    for name, (protocol, make) in makers.items():
        with Child("venue", protocol) as venue:
            client = make(venue)
            try:
                loads.burst(client, WARM)
                found[name] = run(client)
            finally:
                client.close()
    return found


def burst_of(count: int) -> tuple[Load, dict[str, tuple[int, int]]]:
    """Orders as fast as they can be sent, and the memory of both processes before and after."""
    with tempfile.TemporaryDirectory() as folder, _Stored(Path(folder)) as (venue, client):
        loads.burst(client, WARM)
        before = (resident(), venue.resident())
        load = loads.burst(client, count)
        after = (resident(), venue.resident())
    return load, dict(zip(("client", "venue"), zip(before, after, strict=True), strict=True))


def sustained(rate: float, seconds: float) -> tuple[Load, list[tuple[int, int]]]:
    """Orders at a rate, and the memory of both processes at the start and after each tenth."""
    seen: list[tuple[int, int]] = []
    with tempfile.TemporaryDirectory() as folder, _Stored(Path(folder)) as (venue, client):
        loads.burst(client, WARM)

        def watch() -> None:
            seen.append((resident(), venue.resident()))

        load = loads.at_rate(client, rate, seconds, watch=watch)
        watch()
    return load, seen


class _Stored:
    """A venue and a client whose sessions keep their messages in files, as live ones do."""

    def __init__(self, folder: Path) -> None:
        self._venue = Child("venue", "fix", str(folder / "venue"))
        try:
            self._client = SessionClient(self._venue.ready["port"], store=str(folder / "client"))
        except BaseException:
            self._venue.close()
            raise

    def __enter__(self) -> tuple[Child, SessionClient]:
        return self._venue, self._client

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self._venue.close()


def _described(name: str, load: Load) -> str:
    shown = "  ".join(f"{key} {seconds_(value)}" for key, value in load.quantiles().items())
    late = f"  (sent at most {seconds_(load.sent_late)} late)" if load.sent_late else ""
    return f"{name:24}{load.count:>9,} orders  {shown}{late}"


def _counts(load: Load) -> str:
    return f"lost {load.lost}, doubled {load.doubled}, answers about no order {load.unknown}"


def _compare(rate: float, seconds: float) -> bool:
    print(f"order to acknowledgement at {rate:g} orders a second, from when each was due:")
    found = compared(rate, seconds)
    for name, load in found.items():
        print(f"  {_described(name, load)}")
    print("each when the one before it is over (pauses are seen once):")
    in_turn = _each(lambda client: loads.in_turn(client, IN_TURN))
    for name, load in in_turn.items():
        print(f"  {_described(name, load)}")
    every = [*found.values(), *in_turn.values()]
    return all(not load.lost and not load.doubled for load in every)


def _burst(count: int) -> bool:
    load, memory = burst_of(count)
    rate = load.count / load.seconds
    print(f"burst of {count:,} orders: {rate:,.0f} a second; {_counts(load)}")
    for name, (before, after) in memory.items():
        print(f"  memory of the {name}: {bytes_(before)} before, {bytes_(after)} after")
    return not load.lost and not load.doubled


def _sustain(rate: float, seconds: float) -> bool:
    load, seen = sustained(rate, seconds)
    print(f"{rate:g} orders a second for {seconds:g} s: {_counts(load)}")
    print(f"  {_described('FIX session', load)}")
    for name, column in zip(("client", "venue"), zip(*seen, strict=True), strict=True):
        print(f"  memory of the {name}, by tenths: {', '.join(bytes_(one) for one in column)}")
    return not load.lost and not load.doubled


def _sessions(count: int, seconds: float) -> bool:
    found = many_sessions(count, HEARTBEAT, seconds)
    print(
        f"{found.sessions:,} of {count:,} sessions for {seconds:g} s, HeartBtInt {HEARTBEAT}: "
        f"{found.heartbeats:,} heartbeats, at least {found.fewest} a session, the latest "
        f"{seconds_(found.latest)} after its time; closed {found.closed}, other messages "
        f"{found.unexpected}; memory of the venue {bytes_(found.memory)} a session"
    )
    return found.sessions == count and not found.closed


PARTS = ("compare", "burst", "sustain", "sessions")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts that were asked for; 1 where something is missing."""
    parser = argparse.ArgumentParser(
        prog="python -m hft_py.broker.study.latency",
        description="Latency free of coordinated omission, bursts, a long run, many sessions.",
    )
    add = parser.add_argument
    add("parts", nargs="*", help=f"of {', '.join(PARTS)} (default: all)")
    add("--rate", type=float, default=100.0, help="orders a second compared (default: 100)")
    add("--seconds", type=float, default=10.0, help="of each comparison (default: 10)")
    add("--burst", type=int, default=100_000, help="orders of the burst (default: 100,000)")
    add("--sustain", type=float, default=60.0,
        help="seconds at 1,000 orders a second (default: 60; with --full 600)")  # fmt: skip
    add("--sessions", type=int, default=1_000, help="sessions (default: 1,000)")
    add("--full", action="store_true", help="60 s of each comparison, 600 s at 1,000 a second")
    given = parser.parse_args(arguments)
    if unknown := [part for part in given.parts if part not in PARTS]:
        parser.error(f"parts: {unknown[0]!r}, expected some of {', '.join(PARTS)}")
    if min(given.rate, given.seconds, given.burst, given.sustain, given.sessions) <= 0:
        parser.error("rate, seconds, burst, sustain and sessions: expected more than 0")
    if given.full:
        given.seconds, given.sustain = 60.0, 600.0
    chosen = given.parts or PARTS
    runs = {
        "compare": lambda: _compare(given.rate, given.seconds),
        "burst": lambda: _burst(given.burst),
        "sustain": lambda: _sustain(1_000.0, given.sustain),
        "sessions": lambda: _sessions(given.sessions, 4.5 * HEARTBEAT),
    }
    passed = [runs[part]() for part in PARTS if part in chosen]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
