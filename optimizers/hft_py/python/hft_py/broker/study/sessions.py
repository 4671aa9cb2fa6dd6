"""Many sessions on one acceptor: whether its heartbeats come in time, and what a session costs.

The clients are plain sockets in one thread, so that what is measured is the acceptor. A Heartbeat
is due HeartBtInt after the SendingTime of the acceptor's message before it; its lateness is when
the client has read it, by the same machine's clock, less that. SendingTime is in milliseconds, cut,
so it looks up to one millisecond later than it is.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import selectors
import socket
import time

from hft_py.broker.study.processes import Child
from hft_py.fix import Message, decode, encode

_UTC = dt.UTC
_LOGON = 60.0  # seconds for some of them
# An acceptor closes connections of one address beyond 60 that wait for their logon.
_AT_ONCE = 50


@dataclasses.dataclass(frozen=True)
class Sessions:
    """What was found.

    Parameters
    ----------
    sessions, heartbeats
        How many logged on, and how many heartbeats of the acceptor came.
    fewest
        Heartbeats of the session that got the fewest.
    latest
        The largest lateness, in seconds.
    closed, unexpected
        Sessions that the acceptor closed, and messages of it that are no heartbeats.
    memory
        Bytes of the acceptor's resident set for each session.
    """

    sessions: int
    heartbeats: int
    fewest: int
    latest: float
    closed: int
    unexpected: int
    memory: float


class _Peer:
    """One client: its socket, its number, and when the acceptor last sent."""

    def __init__(self, name: str, port: int, interval: int) -> None:
        self.name, self.interval = name, interval
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.number, self.heartbeats, self.latest, self.unexpected = 0, 0, 0.0, 0
        self.is_logged_on, self.is_open = False, True
        self._last = 0.0
        self._bytes = b""
        self.due = time.monotonic() + interval
        self._send("A", [(98, 0), (108, interval)])

    def _send(self, kind: str, fields: list[tuple[int, object]]) -> None:
        self.number += 1
        now = dt.datetime.now(_UTC)
        header = [(49, self.name), (56, "VENUE"), (34, self.number), (52, now)]
        self.socket.sendall(encode(kind, header + fields))

    def beat(self) -> None:
        """Our own heartbeat."""
        self._send("0", [])
        self.due += self.interval

    def read(self) -> bool:
        """Take what has come; False where the acceptor has closed."""
        try:
            piece = self.socket.recv(1 << 16)
        except ConnectionError:
            return False
        now = time.time()
        self._bytes += piece
        while (end := self._bytes.find(b"\x0110=")) >= 0 and len(self._bytes) >= end + 8:
            self._take(decode(self._bytes[: end + 8]), now)
            self._bytes = self._bytes[end + 8 :]
        return bool(piece)

    def _take(self, message: Message, now: float) -> None:
        if message.msg_type == "0":
            self.heartbeats += 1
            self.latest = max(self.latest, now - self._last - self.interval)
        elif message.msg_type == "A":
            self.is_logged_on = True
        else:
            self.unexpected += 1
        sent = message[52]
        self._last = dt.datetime.strptime(sent + "+0000", "%Y%m%d-%H:%M:%S.%f%z").timestamp()


def many_sessions(count: int, interval: int, seconds: float) -> Sessions:
    """Log so many sessions on to a venue, and listen to their heartbeats.

    Parameters
    ----------
    count
        At most 1,000: the acceptor's default bound is a little more.
    interval
        HeartBtInt, in seconds.
    seconds
        How long to listen.
    """
    with Child("venue", "fix") as venue, selectors.DefaultSelector() as waiting:
        before = venue.resident()
        peers: list[_Peer] = []
        try:
            for index in range(count):
                peer = _Peer(f"CLIENT{index}", venue.ready["port"], interval)
                peers.append(peer)
                waiting.register(peer.socket, selectors.EVENT_READ, peer)
                if len(peers) % _AT_ONCE == 0 or len(peers) == count:
                    _listen(waiting, peers, time.monotonic() + _LOGON, until_logged_on=True)
            memory = (venue.resident() - before) / count
            _listen(waiting, peers, time.monotonic() + seconds)
        finally:
            for peer in peers:
                peer.socket.close()
    return Sessions(
        sum(peer.is_logged_on for peer in peers),
        sum(peer.heartbeats for peer in peers),
        min(peer.heartbeats for peer in peers),
        max(peer.latest for peer in peers),
        sum(not peer.is_open for peer in peers),
        sum(peer.unexpected for peer in peers),
        memory,
    )


def _listen(
    waiting: selectors.BaseSelector,
    peers: list[_Peer],
    end: float,
    *,
    until_logged_on: bool = False,
) -> None:
    """Read and send heartbeats until then, or until all are logged on."""
    while (now := time.monotonic()) < end:
        if until_logged_on and all(peer.is_logged_on for peer in peers):
            return
        for peer in peers:
            if peer.is_open and peer.due <= now:
                peer.beat()
        for key, _ in waiting.select(0.01):
            if not key.data.read():
                waiting.unregister(key.fileobj)
                key.data.is_open = False
