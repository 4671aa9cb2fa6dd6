"""A venue in this process and as a command: FIX beside REST, flow, clean ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("hft_py._rust", reason="the extension is not installed")

from hft_py.fix import FIXConnector, OrderRequest, SessionSettings
from hft_py.venue import Venue, VenueConfig


def connector(venue: Venue, name: str) -> FIXConnector:
    host, port = venue.fix_address
    return FIXConnector(
        SessionSettings(sender_comp_id=name, target_comp_id="VENUE", host=host, port=port)
    )


def until(found: FIXConnector, kind: str) -> Any:
    for execution in found.executions(timeout=10):
        if execution.kind == kind:
            return execution
    raise AssertionError(f"no execution of the kind {kind} came in time")


def test_both_clients_of_a_trade_hear_of_it_whatever_way_they_came() -> None:
    config = VenueConfig(rest_port=None)
    with Venue(config) as venue, connector(venue, "ONE") as one, connector(venue, "TWO") as two:
        one.connect()
        two.connect()
        one.send_order(OrderRequest("AAPL", "buy", 100, "limit", 10.5))
        until(one, "new")
        two.send_order(OrderRequest("AAPL", "sell", 30, "limit", 10.5))
        assert until(two, "filled").filled == 30
        assert until(one, "partially_filled").remaining == 70
        venue.submit("THREE", "AAPL", "sell", 70, price="10.5")
        assert until(one, "filled").filled == 100
        assert [venue.position(name, "AAPL") for name in ("ONE", "TWO", "THREE")] == [100, -30, -70]
        venue.bust(2)
        assert until(one, "trade_cancelled").filled == 30


def test_orders_of_a_client_that_went_stay_and_its_fills_wait_for_it() -> None:
    config = VenueConfig(rest_port=None)
    with Venue(config) as venue:
        with connector(venue, "ONE") as one:
            one.connect()
            one.send_order(OrderRequest("AAPL", "buy", 100, "limit", 10.5))
            until(one, "new")
        venue.submit("TWO", "AAPL", "sell", 100, price="10.5")
        assert venue.position("ONE", "AAPL") == 100
        assert venue.depth("AAPL") == ([], [])


def flowing(seed: int) -> list[Any]:
    times = iter(range(1, 10**6))
    config = VenueConfig(
        rest_port=None, fix_port=None, seed=seed, symbols={"A": "0.01", "B": "0.5"}
    )
    venue = Venue(config, clock=lambda: next(times))
    venue.exchange.listen()
    for step in range(5):
        venue.run_flow(300)
        touch = venue.depth("A", 1)[1]
        if touch:
            venue.submit("USER", "A", "buy", 10, price=touch[0][0], client_order_id=f"u{step}")
    events, dropped = venue.exchange.events(0.0, 10**6)
    assert dropped == 0
    return [events, venue.depth("A", 100), venue.depth("B", 100), venue.exchange.cash("USER")]


def test_a_seed_and_a_clock_give_the_same_events() -> None:
    first = flowing(1)
    assert first == flowing(1)
    assert first != flowing(2)
    assert any(one["type"] == "trade" for one in first[0])


def test_money_and_lots_add_up_to_nothing() -> None:
    venue = Venue(VenueConfig(rest_port=None, fix_port=None, flow_clients=4))
    venue.run_flow(3_000)
    clients = [f"FLOW.{symbol}.{i}" for symbol in venue.config.symbols for i in range(4)]
    start = venue.config.cash * 10**9
    assert sum(venue.exchange.cash(client) - start for client in clients) == 0
    for symbol in venue.config.symbols:
        assert sum(venue.position(client, symbol) for client in clients) == 0


def test_what_is_over_is_forgotten_and_memory_stays() -> None:
    venue = Venue(VenueConfig(rest_port=None, fix_port=None, kept=10))
    for index in range(50):
        venue.submit("A", "AAPL", "buy", 1, kind="market", client_order_id=str(index))
    assert len(venue.exchange.orders("A")) == 10
    assert venue.submit("A", "AAPL", "buy", 1, kind="market", client_order_id="0")["id"] == 51
    with pytest.raises(ValueError, match="duplicate"):
        venue.submit("A", "AAPL", "buy", 1, kind="market", client_order_id="49")


def test_a_recording_is_played_beside_the_users_orders() -> None:
    venue = Venue(VenueConfig(rest_port=None, fix_port=None))
    venue.submit("ME", "AAPL", "buy", 10, price="100")
    venue.replay("AAPL", [[0, 0, 0, 7, 10_000, 50], [2, 1, 1, 8, 10_000, 30], [5, 0, 0, 7, 0, 0]])
    assert venue.position("ME", "AAPL") == 10
    assert venue.depth("AAPL") == ([], [])
    with pytest.raises(KeyError, match="NONE"):
        venue.replay("NONE", [[0, 0, 0, 7, 10_000, 50]])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"symbols": {}}, "symbols"),
        ({"symbols": {"A": "0"}}, r"symbols\['A'\]"),
        ({"symbols": {"A": "0.0000000001"}}, "9 decimals"),
        ({"symbols": {"A\x01": "1"}}, "printable"),
        ({"host": "nowhere"}, "host"),
        ({"host": "0.0.0.0"}, "keys"),
        ({"fix_port": 70_000}, "fix_port"),
        ({"flow": -1.0}, "flow"),
        ({"flow_price": "x"}, "flow_price"),
        ({"keys": {"a": ("", "b")}}, "keys"),
        ({"keys": {"a": "bc"}}, "keys"),
        ({"keys": {"a": ("b", "c\x01d")}}, "keys"),
        ({"symbols": {"": "1"}}, "symbols"),
        ({"host": 5}, "host=5"),
        ({"host": "0.0.0.0", "keys": {"demo": ("demo-secret", "OTHER")}}, "keys of your own"),
        ({"store": ""}, "store"),
        ({"kept": 0}, "kept"),
        ({"kept": 10**30}, "kept"),
    ],
)
def test_settings_that_make_no_sense(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        VenueConfig(**changes)


def test_what_cannot_be_started_says_so_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for error, changes in (
        (OSError, {"store": str(file)}),
        (OSError, {"log_file": str(tmp_path)}),
        (ValueError, {"flow": 1.0, "flow_price": "1e20"}),
        (ValueError, {"flow": 1.0, "flow_price": "0.001"}),
    ):
        with pytest.raises(error, match=str(list(changes.values())[-1])):
            Venue(VenueConfig(rest_port=None, **changes)).start()


@pytest.mark.parametrize(
    "changes",
    [
        {"client": ""},
        {"client": "A\x01"},
        {"client_order_id": "\ud800"},
        {"client_order_id": "1\x0158=x"},
        {"kind": "market"},
    ],
)
def test_orders_of_the_process_are_checked(changes: dict[str, Any]) -> None:
    given = {"client": "ME", "symbol": "AAPL", "side": "buy", "quantity": 1, "price": "1"}
    with pytest.raises(ValueError, match=r"client|price"):
        Venue().submit(**given | changes)


def test_no_secret_in_a_repr() -> None:
    assert "hush" not in repr(VenueConfig(keys={"k": ("hush", "ME")}))


def test_nothing_is_left_running() -> None:
    pytest.importorskip("fastapi", reason="fastapi is not installed")
    before = set(threading.enumerate())
    with Venue(VenueConfig(flow=500.0)) as venue:
        assert venue.metrics()
        address = venue.fix_address
    assert {thread.name for thread in set(threading.enumerate()) - before} == set()
    with Venue(VenueConfig(rest_port=None, fix_port=address[1])):
        pass  # the port is free again


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_command_runs_until_it_is_stopped(ending: int) -> None:
    pytest.importorskip("fastapi", reason="fastapi is not installed")
    command = [sys.executable, "-m", "hft_py.venue", "--fix-port", "0", "--rest-port", "0",
               "--symbol", "ABC=0.05", "--flow", "100"]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None and run.stderr is not None
        lines = [run.stdout.readline() for _ in range(4)]
        run.send_signal(ending)
        rest, errors = run.communicate(timeout=60)
    assert run.returncode == 0, errors
    assert (rest, errors) == ("stopped\n", "")
    assert lines[0].startswith("FIX 4.2    127.0.0.1:")
    assert lines[1].startswith("REST       http://127.0.0.1:")
    assert "demo-secret" not in "".join(lines)
    assert lines[3].startswith("symbols    ABC;")


@pytest.mark.parametrize("bad", [["--host", "0.0.0.0"], ["--flow", "no-such-file"], ["--key", "k"]])
def test_the_command_says_what_is_wrong(bad: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    from hft_py.venue import __main__ as command

    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    try:
        assert command.main([*bad, "--fix-port", "0", "--rest-port", "-1"]) == 2
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
            signal.signal(number, handler)
    assert "python -m hft_py.venue: " in capsys.readouterr().err
