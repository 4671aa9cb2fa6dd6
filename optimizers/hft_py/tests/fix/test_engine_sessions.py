"""Sessions over loopback: orders, resends, many sessions, callbacks, and what is left behind."""

from __future__ import annotations

import logging
import os
import queue
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from hft_py.fix import Acceptor, Application, Initiator, Limits, Message, Session

from .desks import DICTIONARY, PATIENCE, Peer, Venue, settings, until, venue

ORDER = {"HandlInst": "1", "Symbol": "AAPL", "Side": "1", "TransactTime": "20260102-15:00:00",
         "OrderQty": 100, "OrdType": "2", "Price": "175.25"}  # fmt: skip
pytestmark = pytest.mark.usefixtures("rust_only")


class Client(Application):
    def __init__(self) -> None:
        self.events: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()

    def on_logon(self, session: Session) -> None:
        self.events.put(("logon", session))

    def on_logout(self, session: Session, text: str) -> None:
        self.events.put(("logout", text))

    def on_message(self, message: Message, session: Session) -> None:
        self.events.put((message["OrdStatus"], message["ClOrdID"]))

    def on_reject(self, message: Message, session: Session) -> None:
        self.events.put(("reject", message))

    def next(self) -> tuple[str, Any]:
        return self.events.get(timeout=PATIENCE)


def test_an_order_is_acknowledged_and_filled_and_both_log_out() -> None:
    client, desk = Client(), Venue()
    with (
        venue(desk) as acceptor,
        Initiator(settings("FUND", "VENUE", acceptor.address[1]), client) as initiator,
    ):
        session = client.next()[1]
        assert session == initiator.session() and session.is_logged_on
        assert session.send("D", {"ClOrdID": "1"} | ORDER) == 2
        assert [client.next(), client.next()] == [("0", "1"), ("2", "1")]
        status = session.status()
        assert (status.next_out, status.next_in, status.garbled) == (3, 4, 0)
        with pytest.raises(ValueError, match="tag 34"):
            session.send("D", {"ClOrdID": "2", "MsgSeqNum": 7} | ORDER)
        with pytest.raises(ValueError, match="session itself"):
            session.send("Heartbeat", {})
        with pytest.raises(KeyError, match="is it 'Symbol'"):
            session.send("D", {"Symbl": "AAPL"})
        assert session.status().next_out == 3
    assert client.next()[0] == "logout"
    with pytest.raises(RuntimeError, match="has stopped"):
        session.send("D", {"ClOrdID": "3"} | ORDER)


def test_the_application_may_fail_and_the_session_goes_on(caplog: Any) -> None:
    class Failing(Venue):
        def on_message(self, message: Message, session: Session) -> None:
            if message["ClOrdID"] == "1":
                raise LookupError("a mistake of the user's")
            super().on_message(message, session)

    client = Client()
    with (
        venue(Failing()) as acceptor,
        Initiator(settings("FUND", "VENUE", acceptor.address[1]), client),
    ):
        session = client.next()[1]
        session.send("D", {"ClOrdID": "1"} | ORDER)
        session.send("D", {"ClOrdID": "2"} | ORDER)
        assert client.next() == ("0", "2")
    assert "a mistake of the user's" in caplog.text


def test_messages_sent_while_logged_off_follow_and_a_gap_is_filled(tmp_path: Path) -> None:
    client, desk = Client(), Venue()
    with venue(desk, store=tmp_path / "venue") as acceptor:
        port = acceptor.address[1]
        with Initiator(settings("FUND", "VENUE", port, store=tmp_path / "fund"), client) as fund:
            session = client.next()[1]
            session.log_out("for a while")
            assert client.next()[0] == "logout"
            for number in range(3):
                session.send("D", {"ClOrdID": f"{number}"} | ORDER)
            assert not session.is_logged_on
            session.log_on()
            assert client.next()[0] == "logon"
            found = [client.next() for _ in range(6)]
            assert found == [(status, f"{n}") for n in range(3) for status in "02"]
            assert fund.session().status().missing is None
    assert desk.orders == ["0", "1", "2"]


def test_a_restart_continues_with_the_stored_numbers(tmp_path: Path) -> None:
    desk = Venue()
    with venue(desk, store=tmp_path / "venue", sync="always") as acceptor:
        for start in range(3):
            client = Client()
            config = settings(
                "FUND", "VENUE", acceptor.address[1], store=tmp_path / "fund", sync="always"
            )
            with Initiator(config, client):
                session = client.next()[1]
                session.send("D", {"ClOrdID": f"{start}"} | ORDER)
                assert client.next() == ("0", f"{start}")
                # Logon, order and Logout of each start before.
                assert session.status().next_out == 3 * start + 3
    assert desk.orders == ["0", "1", "2"]


def test_what_was_dealt_with_does_not_come_again_after_a_stop(tmp_path: Path) -> None:
    class Slow(Client):
        def on_message(self, message: Message, session: Session) -> None:
            time.sleep(0.02)
            assert "PossDupFlag" not in message
            super().on_message(message, session)

    with venue(Venue(), store=tmp_path / "venue") as acceptor:
        config = settings("FUND", "VENUE", acceptor.address[1], store=tmp_path / "fund")
        for start in range(3):
            client = Slow()
            with Initiator(config, client) as initiator:
                client.next()
                for number in range(4):
                    initiator.session().send("D", {"ClOrdID": f"{start}.{number}"} | ORDER)
                client.next()
            # The callbacks for what had been received ran before the end.
            found = [client.next()[0] for _ in range(8)]
            assert sorted(found) == ["0"] * 3 + ["2"] * 4 + ["logout"]
        assert acceptor.session().status().resent == 0


def test_logging_on_and_off_and_beginning_anew() -> None:
    client = Client()
    with (
        venue() as acceptor,
        Initiator(settings("FUND", "VENUE", acceptor.address[1]), client),
    ):
        session = client.next()[1]
        for _ in range(5):
            session.log_out()
            assert client.next()[0] == "logout"
            session.log_on()
            session.log_on()
            assert client.next()[0] == "logon"
        assert session.status().next_out > 10
        session.reset()
        acceptor.session().reset()
        until(lambda: session.is_logged_on and session.status().next_out == 2, "a new beginning")
        session.send("D", {"ClOrdID": "1"} | ORDER)
        found = [client.next()[0] for _ in range(4)]
        assert found[-2:] == ["0", "2"]


def test_a_peer_sees_refusals_and_the_application_hears_of_them() -> None:
    client = Client()
    with (
        venue() as acceptor,
        Initiator(settings("FUND", "VENUE", acceptor.address[1]), client) as initiator,
    ):
        client.next()
        number = initiator.session().send("D", {"ClOrdID": "1"} | ORDER | {"OrdType": "?"})
        kind, message = client.next()
        assert kind == "reject"
        assert (message.int(45), message["SessionRejectReason"]) == (number, "5")
        number = initiator.session().send("8", {"ClOrdID": "1", "OrderID": "1"})
        kind, message = client.next()
        assert (kind, message.int(45), message["SessionRejectReason"]) == ("reject", number, "1")
        text = initiator.metrics()
        labels = 'begin_string="FIX.4.2",sender="FUND",target="VENUE"'
        assert f"hft_py_fix_rejected_messages_total{{{labels}}} 2" in text
        for line in text.splitlines():
            assert line.startswith("#") or len(line.rsplit(" ", 1)) == 2


@pytest.mark.parametrize("count", [200, pytest.param(1000, marks=pytest.mark.thorough)])
def test_many_sessions_on_one_acceptor(count: int) -> None:
    names = [f"FUND{i}" for i in range(count)]
    client, desk = Client(), Venue()
    with venue(desk, clients=tuple(names)) as acceptor:
        port = acceptor.address[1]
        with Initiator([settings(name, "VENUE", port) for name in names], client) as initiator:
            sessions = [client.next()[1] for _ in names]
            assert {session.sender_comp_id for session in sessions} == set(names)
            for session in initiator.sessions:
                session.send("D", {"ClOrdID": session.sender_comp_id} | ORDER)
            found = [client.next() for _ in range(2 * count)]
            assert sorted(found) == sorted((status, name) for name in names for status in "02")
    assert sorted(desk.orders) == sorted(names)


def test_peers_without_settings_of_their_own_get_a_session_by_the_pattern() -> None:
    pattern = settings("VENUE", "*")
    with Acceptor(pattern, Venue(), limits=Limits(max_sessions=2)) as acceptor:
        for name in ("A", "../B"):
            with Peer(acceptor.address[1], name) as peer:
                assert peer.log_on()["TargetCompID"] == name
        with Peer(acceptor.address[1], "C") as peer:
            peer.send("A", (98, 0), (108, 30))
            assert peer.is_closed()
        assert [session.target_comp_id for session in acceptor.sessions] == ["A", "../B"]


def test_the_log_has_readable_lines_without_secrets(tmp_path: Path, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG, "hft_py.fix")
    client, file = Client(), tmp_path / "fix.log"
    config = {"username": "me", "password": "hunter2", "logon_fields": [(95, "6"), (96, "s3cret")]}
    # FIX 4.2 has no such fields; venues that use them extend it.
    extended = (
        "field 553 Username STRING\nfield 554 Password STRING\nmessage A\n  Username Password\n"
    )
    with (
        venue(dictionary=DICTIONARY.extend(extended)) as acceptor,
        Initiator(
            settings("FUND", "VENUE", acceptor.address[1], **config),
            client,
            log_file=file,
            log_messages=True,
        ) as initiator,
    ):
        client.next()
        initiator.session().send("D", {"ClOrdID": "1", "Text": "two\nlines"} | ORDER)
        client.next()
    text = file.read_text()
    assert "hunter2" not in text + caplog.text and "s3cret" not in text + caplog.text
    assert "hunter2" not in repr(config and settings("A", "B", **config))
    assert "DEBUG FIX.4.2:FUND->VENUE out 8=FIX.4.2|9=" in text
    assert "|96=***|" in text and "|554=***|" in text and "58=two\\nlines|" in text
    assert "logged on" in text and "logged on" in caplog.text
    assert all(len(line.split(" ", 3)) == 4 for line in text.splitlines())


def counts() -> tuple[int, int]:
    """Threads and open files of this process."""
    return len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="there is no /proc here")
def test_nothing_is_left_behind(tmp_path: Path) -> None:
    def once() -> None:
        client = Client()
        with (
            venue(store=tmp_path / "a") as acceptor,
            Initiator(settings("FUND", "VENUE", acceptor.address[1], store=tmp_path / "b"), client),
            Peer(acceptor.address[1], "NOBODY"),
        ):
            client.next()

    once()
    before, threads = counts(), set(threading.enumerate())
    for _ in range(5):
        once()
    until(lambda: all(now <= was for now, was in zip(counts(), before, strict=True)), "closing all")
    assert set(threading.enumerate()) <= threads


def test_a_forked_child_is_told_to_start_its_own() -> None:
    run_alone("""
        import os, sys
        from hft_py.fix import Acceptor, Initiator, SessionSettings
        one = SessionSettings(sender_comp_id="A", target_comp_id="B")
        with Acceptor(one) as acceptor:
            port = acceptor.address[1]
            two = SessionSettings(sender_comp_id="B", target_comp_id="A", port=port)
            with Initiator(two) as initiator:
                session = initiator.session()
                while not session.is_logged_on: pass
                child = os.fork()
                if child == 0:
                    try:
                        session.send("B", {"Headline": "x"})
                    except RuntimeError as error:
                        initiator.stop()
                        os._exit(7 if "after the fork" in str(error) else 1)
                    os._exit(2)
                assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
                assert session.is_logged_on
    """)


def test_a_program_that_forgets_to_stop_ends_and_logs_out() -> None:
    run_alone("""
        from hft_py.fix import Acceptor, Initiator, SessionSettings
        acceptor = Acceptor(SessionSettings(sender_comp_id="A", target_comp_id="B")).start()
        settings = SessionSettings(sender_comp_id="B", target_comp_id="A", port=acceptor.address[1])
        initiator = Initiator(settings).start()
        while not initiator.session().is_logged_on: pass
    """)


def run_alone(program: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    assert not ended.stderr
