"""Peers that break rules, stall or flood harm themselves alone."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from collections.abc import Iterator
from typing import Any

import pytest

from hft_py.fix import Acceptor, Limits

from .desks import PATIENCE, SOH, Peer, Venue, stamp, until, venue

pytestmark = pytest.mark.usefixtures("rust_only")


@contextlib.contextmanager
def desk(desk: Venue | None = None, **more: Any) -> Iterator[tuple[Acceptor, Peer]]:
    """A venue, and a client that behaves: at the end it is still served."""
    with (
        venue(desk or Venue(), clients=("FUND", "GOOD"), **more) as acceptor,
        Peer(acceptor.address[1], "GOOD") as good,
    ):
        good.log_on()
        yield acceptor, good
        good.socket.sendall(good.order("last"))
        assert [good.receive()["OrdStatus"] for _ in range(2)] == ["0", "2"]


def metric(acceptor: Acceptor, name: str, client: str = "") -> int:
    """The value of a metric, of a session or of the engine."""
    for line in acceptor.metrics().splitlines():
        if line.startswith(f"hft_py_fix_{name}") and (not client or f'target="{client}"' in line):
            return int(line.rsplit(" ", 1)[1])
    raise LookupError(name)


def first_messages(peer: Peer) -> dict[str, bytes]:
    """First messages that no acceptor answers."""
    logon = peer.message("A", (98, 0), (108, 30), number=1)
    return {
        "garbage": b"GET / HTTP/1.1\r\n\r\n" * 20,
        "another sender": peer.message("A", (98, 0), (108, 30), number=1, sender="STRANGER"),
        "another target": peer.message("A", (98, 0), (108, 30), number=1, target="OTHER"),
        "no logon": peer.message("0", number=1),
        "checksum": logon[:-4] + b"000" + SOH
        if logon[-4:-1] != b"000"
        else logon[:-4] + b"001\x01",
        "body length": logon.replace(b"\x019=", b"\x019=9"),
        "late": peer.message("A", (98, 0), (108, 30), number=1, time=stamp(-130)),
        "early": peer.message("A", (98, 0), (108, 30), number=1, time=stamp(130)),
        "version": logon.replace(b"FIX.4.2", b"FIX.4.9"),
        "endless": b"8=FIX.4.2\x019=60000\x01" + b"35=A\x01" * 4000,
    }


def test_first_messages_that_are_not_answered() -> None:
    with desk(limits=Limits(failed_logons_a_minute=100), logon_timeout=0.5) as (acceptor, good):
        for name in first_messages(good):
            with Peer(acceptor.address[1]) as peer:
                with contextlib.suppress(ConnectionError):
                    peer.socket.sendall(first_messages(peer)[name])
                assert peer.is_closed(), name
        with Peer(acceptor.address[1]) as peer:
            assert peer.log_on().name == "Logon"


def test_a_second_logon_of_a_live_session_is_closed_and_the_first_goes_on() -> None:
    with desk() as (acceptor, _), Peer(acceptor.address[1], "GOOD") as second:
        second.send("A", (98, 0), (108, 30))
        assert second.is_closed()


def test_too_many_failed_logons_of_one_address() -> None:
    with desk(limits=Limits(failed_logons_a_minute=5)) as (acceptor, _):
        for _ in range(5):
            with Peer(acceptor.address[1]) as peer:
                peer.socket.sendall(b"x" * 100)
                assert peer.is_closed()
        with Peer(acceptor.address[1]) as peer:
            with contextlib.suppress(ConnectionError):
                peer.send("A", (98, 0), (108, 30))
            assert peer.is_closed()
        assert metric(acceptor, "refused_connections_total") == 6


def test_connections_that_wait_for_their_logon_have_not_failed() -> None:
    with desk(limits=Limits(failed_logons_a_minute=5)) as (acceptor, _):
        with contextlib.ExitStack() as stack:
            waiting = [stack.enter_context(Peer(acceptor.address[1])) for _ in range(70)]
            assert waiting[-1].log_on().name == "Logon"
        # Those that were closed without a logon have.
        until(lambda: metric(acceptor, "refused_connections_total") == 69, "their end")
        with Peer(acceptor.address[1]) as peer:
            with contextlib.suppress(ConnectionError):
                peer.send("A", (98, 0), (108, 30))
            assert peer.is_closed()


def test_connections_that_ended_after_their_logon_have_not_failed() -> None:
    app = Venue()
    with desk(app, limits=Limits(failed_logons_a_minute=2)) as (acceptor, _):
        for number in range(1, 6):
            with Peer(acceptor.address[1]) as peer:
                peer.send("A", (98, 0), (108, 30), (141, "Y"), number=1)
                assert peer.receive().name == "Logon", number
            while app.events.get(timeout=PATIENCE)[0] != "logout":
                pass


def test_logons_that_a_session_refuses_count_as_failed() -> None:
    with desk(limits=Limits(failed_logons_a_minute=2)) as (acceptor, _):
        for _ in range(2):
            with Peer(acceptor.address[1]) as peer:
                peer.send("A", (98, 0), (108, -1))
                while peer.socket.recv(4096):
                    pass  # a Logout says why
        with Peer(acceptor.address[1]) as peer:
            with contextlib.suppress(ConnectionError):
                peer.send("A", (98, 0), (108, 30))
            assert peer.is_closed()


def test_connections_without_a_logon_are_bounded() -> None:
    with desk(limits=Limits(max_waiting_connections=3)) as (acceptor, _):
        waiting = [Peer(acceptor.address[1]) for _ in range(3)]
        until(lambda: metric(acceptor, "accepted_connections_total") == 4, "accepting")
        with Peer(acceptor.address[1]) as one_more:
            assert one_more.is_closed()
        waiting[0].close()
        until(lambda: metric(acceptor, "refused_connections_total") == 2, "the end of one")
        with Peer(acceptor.address[1]) as peer:
            assert peer.log_on().name == "Logon"
        for one in waiting:
            one.close()


def test_connections_without_a_logon_are_closed_in_time() -> None:
    with desk(logon_timeout=0.3) as (acceptor, _), Peer(acceptor.address[1]) as silent:
        silent.socket.sendall(b"8=FIX.4.2")
        assert silent.is_closed()


def test_a_message_cut_anywhere_is_read_whole() -> None:
    with desk() as (acceptor, _), Peer(acceptor.address[1]) as peer:
        peer.log_on()
        stream = b"".join(peer.order(f"{number}") for number in range(40))
        for at in range(0, len(stream), 97):
            peer.socket.sendall(stream[at : at + 97])
            time.sleep(0.0002)
        found = [peer.receive() for _ in range(80)]
        assert [one["ClOrdID"] for one in found[::2]] == [f"{number}" for number in range(40)]


@pytest.mark.parametrize("reset", [False, True])
def test_a_line_cut_within_a_message_loses_none(reset: bool) -> None:
    venue_desk = Venue()
    with desk(venue_desk) as (acceptor, _):
        with Peer(acceptor.address[1]) as peer:
            peer.log_on()
            first, second = peer.order("1"), peer.order("2")
            peer.socket.sendall(first + second[: len(second) // 2])
            assert [peer.receive()["OrdStatus"] for _ in range(2)] == ["0", "2"]
            if reset:
                option = struct.pack("ii", 1, 0)
                peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, option)
        until(lambda: not acceptor.session("FUND").is_logged_on, "the disconnection")
        with Peer(acceptor.address[1]) as peer:
            peer.number = 4
            assert peer.log_on().int("MsgSeqNum") == 4
            request = peer.receive()
            assert (request.name, request.values(7, 16)) == ("ResendRequest", ("3", "0"))
            peer.socket.sendall(second.replace(b"\x0134=3\x01", b"\x0134=3\x01"))
            assert peer.receive()["ClOrdID"] == "2"
    assert venue_desk.orders == ["1", "2", "last"]


def test_a_half_open_peer_is_found_by_its_silence() -> None:
    with desk() as (acceptor, good), Peer(acceptor.address[1]) as peer:
        started = time.monotonic()
        peer.send("A", (98, 0), (108, 1))
        names = []
        with contextlib.suppress(EOFError):
            while True:
                names.append(peer.receive().name)
                good.send("0")
        assert names[0] == "Logon" and "TestRequest" in names
        assert time.monotonic() - started >= 2.4
        assert not acceptor.session("FUND").is_logged_on


def test_a_peer_that_does_not_read_stops_only_itself() -> None:
    limits = Limits(max_unsent=1 << 20)
    with desk(limits=limits) as (acceptor, good), Peer(acceptor.address[1]) as peer:
        peer.log_on()
        text = "x" * 20_000
        session = acceptor.session("FUND")
        for number in range(5000):
            session.send("B", {"Headline": f"{number}", "LinesOfText": [{"Text": text}]})
            if number % 50 == 0:
                good.send("0")
            if not session.is_logged_on:
                break
        assert number < 4999 and not session.is_logged_on
        assert metric(acceptor, "unsent_bytes", "FUND") == 0
        # What it missed comes after its next logon.
        peer.close()
        with Peer(acceptor.address[1]) as back:
            back.number = 2
            logon = back.log_on()
            back.send("2", (7, 2), (16, 0))
            headlines = set()
            while len(headlines) < number + 1:
                message = back.receive()
                if message.name == "News":
                    headlines.add(message["Headline"])
            assert headlines == {f"{n}" for n in range(number + 1)}
            assert logon.int("MsgSeqNum") == number + 3


def test_a_flood_of_garbage_and_of_messages_harms_only_its_sender() -> None:
    with desk() as (acceptor, good), Peer(acceptor.address[1]) as peer:
        peer.log_on()
        peer.socket.settimeout(PATIENCE)
        garbage = b"8=FIX.4.2\x019=5\x0135=0\x0110=000\x01noise" * 2000
        for _ in range(20):
            peer.socket.sendall(garbage)
            good.socket.sendall(good.order("g"))
            assert [good.receive()["OrdStatus"] for _ in range(2)] == ["0", "2"]
        until(lambda: metric(acceptor, "garbled_total", "FUND") >= 20_000, "counting")
        peer.socket.sendall(peer.message("1", (112, "alive")))
        assert peer.receive()["TestReqID"] == "alive"


def test_a_slow_application_holds_back_its_peer_and_keeps_all() -> None:
    class Slow(Venue):
        def on_message(self, message: Any, session: Any) -> None:
            time.sleep(0.001)
            super().on_message(message, session)

    slow = Slow(silent=True)
    limits = Limits(max_waiting_messages=10)
    with venue(slow, limits=limits) as acceptor, Peer(acceptor.address[1]) as peer:
        peer.log_on()
        for number in range(500):
            peer.socket.sendall(peer.order(f"{number}"))
        until(lambda: len(slow.orders) == 500, "all orders")
    assert slow.orders == [f"{number}" for number in range(500)]


def test_hundred_thousand_missing_messages_cost_nothing() -> None:
    with desk() as (acceptor, _), Peer(acceptor.address[1]) as peer:
        peer.log_on()
        peer.send("2", (7, 1), (16, 4_000_000_000))
        gap = peer.receive()
        assert (gap.name, gap["GapFillFlag"], gap.int("NewSeqNo")) == ("SequenceReset", "Y", 2)


def test_a_full_disk_stops_sending_and_harms_nothing(tmp_path: Any) -> None:
    import resource
    import subprocess
    import sys
    import textwrap

    program = """
        import signal, resource, sys
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        from hft_py.fix import Acceptor, Initiator, SessionSettings
        folder = sys.argv[1]
        one = SessionSettings(sender_comp_id="A", target_comp_id="B")
        with Acceptor(one) as acceptor:
            two = SessionSettings(sender_comp_id="B", target_comp_id="A", store=folder,
                                  port=acceptor.address[1], reconnect_wait=0.05)
            with Initiator(two) as initiator:
                session = initiator.session()
                while not session.is_logged_on: pass
                limit = resource.getrlimit(resource.RLIMIT_FSIZE)
                resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limit[1]))
                news = {"Headline": "x" * 100, "LinesOfText": [{"Text": "y"}]}
                sent = 0
                try:
                    while True:
                        session.send("B", news)
                        sent += 1
                except OSError as error:
                    print(error)
                try:
                    session.send("B", news)
                    raise SystemExit("sent after all")
                except OSError:
                    pass
                assert session.status().next_out == sent + 2, (session.status(), sent)
                resource.setrlimit(resource.RLIMIT_FSIZE, limit)
                assert session.send("B", news) == sent + 2
                while acceptor.session().status().next_in != sent + 3: pass
        with Initiator(two) as initiator:
            assert initiator.session().status().next_out >= sent + 3
    """
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] in (-1, resource.RLIM_INFINITY)
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), tmp_path],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    assert "message store failed" in ended.stdout and "File too large" in ended.stdout


def test_an_end_right_behind_a_message_is_seen() -> None:
    with desk(limits=Limits(failed_logons_a_minute=100)) as (acceptor, _):
        for number in range(1, 41, 2):
            with Peer(acceptor.address[1]) as peer:
                peer.number = number
                peer.log_on()
                peer.send("0")
            # Without it the session would wait for 2.4 heartbeats of 30 seconds.
            until(lambda: not acceptor.session("FUND").is_logged_on, "the end")
