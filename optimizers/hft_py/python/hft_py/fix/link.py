"""Two sessions joined in memory, on a clock that the caller moves."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, Self

from hft_py import checks
from hft_py.fix.application import Application
from hft_py.fix.dictionary import compiled
from hft_py.fix.message import Tag
from hft_py.fix.settings import SessionSettings

__all__ = ["InMemoryLink", "LinkSession"]

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class LinkSession:
    """One end of a link, with the part of :class:`Session` that a simulation needs."""

    __slots__ = ("_link", "_side", "begin_string", "sender_comp_id", "target_comp_id")

    def __init__(self, link: Any, side: int, settings: SessionSettings) -> None:
        self._link, self._side = link, side
        self.begin_string = settings.begin_string
        self.sender_comp_id = settings.sender_comp_id
        self.target_comp_id = settings.target_comp_id

    def send(self, msg_type: str, fields: Mapping[Any, Any] | Iterable[tuple[Tag, Any]]) -> int:
        """Send an application message at the time of the link; see :meth:`Session.send`."""
        number: int = self._link.send(self._side, msg_type, fields)
        return number

    @property
    def is_logged_on(self) -> bool:
        """Whether both sides have logged on and none has logged out."""
        logged_on: bool = self._link.is_logged_on(self._side)
        return logged_on

    def log_out(self, text: str = "") -> None:
        """Log out and disconnect."""
        self._link.log_out(self._side, text)


class InMemoryLink:
    """An initiator and an acceptor without sockets, threads or the system's clock.

    Codec, sessions and applications are those of a live run, so that a back-test takes the same
    path. Nothing happens by itself: :meth:`advance` moves the clock, bytes arrive after their
    latency, timers run at their times, and callbacks run at the time of what they are told. The
    same calls give the same messages. An exception of a callback comes out of the call that ran it.

    Parameters
    ----------
    initiator, acceptor
        Settings of the two sessions; each one's target is the other's sender. Addresses, stores and
        TLS have no meaning here.
    initiator_application, acceptor_application
        Their callbacks. Default: none. The initiator's may also come from a
        :class:`FIXConnector` whose engine is :meth:`engine`.
    start
        The first time, an aware datetime. Default: 2026-01-01 in UTC.
    latency
        Seconds that bytes take, in either direction or as a pair: to the initiator, to the
        acceptor. Default: none. Two applications that answer each other without end need some.

    Examples
    --------
    >>> from hft_py.fix import Application, FIXConnector, InMemoryLink
    >>> from hft_py.fix import OrderRequest, SessionSettings
    >>> class Venue(Application):
    ...     def on_message(self, message, session):
    ...         print(link.now.time(), message.name, message["OrderQty"])
    >>> ours = SessionSettings(sender_comp_id="FUND", target_comp_id="VENUE")
    >>> theirs = SessionSettings(sender_comp_id="VENUE", target_comp_id="FUND")
    >>> link = InMemoryLink(ours, theirs, acceptor_application=Venue(), latency=0.002)
    >>> connector = FIXConnector(ours, engine=link.engine, clock=lambda: link.now)
    >>> with connector:
    ...     order = connector.send_order(OrderRequest("AAPL", "buy", 1000, "limit", 175.25))
    ...     link.advance(0.01)
    00:00:00.006000 NewOrderSingle 1000
    """

    def __init__(
        self,
        initiator: SessionSettings,
        acceptor: SessionSettings,
        *,
        initiator_application: Application | None = None,
        acceptor_application: Application | None = None,
        start: dt.datetime | None = None,
        latency: float | tuple[float, float] = 0.0,
    ) -> None:
        for name, one in (("initiator", initiator), ("acceptor", acceptor)):
            if not isinstance(one, SessionSettings):
                raise TypeError(f"{name}={checks.short(one)}, expected SessionSettings")
        if (initiator.sender_comp_id, initiator.target_comp_id) != (
            acceptor.target_comp_id,
            acceptor.sender_comp_id,
        ):
            raise ValueError(
                f"initiator={initiator.name} and acceptor={acceptor.name}, expected each one's "
                "target to be the other's sender"
            )
        start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) if start is None else start
        if start.tzinfo is None:
            raise ValueError(f"start={start!r} has no zone, expected an aware datetime")
        pair = latency if isinstance(latency, tuple) else (latency, latency)
        nanoseconds = [_nanoseconds("latency", value) for value in pair]
        utc = (start - _EPOCH) // dt.timedelta(microseconds=1) * 1000
        self._link: Any = compiled().Link(
            initiator.items(initiator=True), acceptor.items(initiator=False), utc, nanoseconds
        )
        self._names = (initiator.name, acceptor.name)
        self._sessions = (
            LinkSession(self._link, 0, initiator),
            LinkSession(self._link, 1, acceptor),
        )
        self._waiting: deque[tuple[str, int, Any]] = deque()
        self._applications = [
            initiator_application or Application(),
            acceptor_application or Application(),
        ]

    @property
    def initiator(self) -> LinkSession:
        """The session that logs on."""
        return self._sessions[0]

    @property
    def acceptor(self) -> LinkSession:
        """The session that answers."""
        return self._sessions[1]

    @property
    def now(self) -> dt.datetime:
        """The time of the link, in UTC, to microseconds."""
        return _EPOCH + dt.timedelta(microseconds=self._link.now()[0] // 1000)

    def connect(self, seconds: float | None = None) -> Self:
        """Connect, and advance until both are logged on.

        Parameters
        ----------
        seconds
            How far to advance at most. Default: until nothing is under way any more.

        Raises
        ------
        ConnectionError
            A side refused the logon.
        """
        self._link.connect()
        self._deliver()
        end = None if seconds is None else self._link.now()[1] + _nanoseconds("seconds", seconds)
        while not all(session.is_logged_on for session in self._sessions):
            at = self._link.next_event()
            if at is None or (end is not None and at > end):
                raise ConnectionError("the sessions of the link did not log on")
            self._step(at)
        return self

    def cut(self) -> None:
        """Cut the connection: what is under way is lost, and :meth:`connect` starts another."""
        self._link.cut()
        self._deliver()

    def advance(self, seconds: float) -> None:
        """Let time pass; whatever happens until then happens at its time.

        Parameters
        ----------
        seconds
            0 or more. Whole nanoseconds are counted.
        """
        end = self._link.now()[1] + _nanoseconds("seconds", seconds)
        self._deliver()
        while (at := self._link.next_event()) is not None and at <= end:
            self._step(at)
        self._link.advance(end - self._link.now()[1])

    def engine(self, settings: SessionSettings, application: Application) -> Any:
        """The initiator's end as a :class:`FIXConnector` wants it."""
        if settings.name != self._names[0]:
            raise ValueError(f"settings={settings.name}, expected those of the link's initiator")
        self._applications[0] = application
        return _LinkEngine(self)

    def _step(self, at: int) -> None:
        self._link.advance(at - self._link.now()[1])
        self._deliver()

    def _deliver(self) -> None:
        """Run the callbacks for what has happened, and for what they cause at once."""
        while self._waiting or self._fetch():
            kind, side, value = self._waiting.popleft()
            application: Application = self._applications[side]
            session: Any = self._sessions[side]
            if kind == "message":
                application.on_message(value, session)
            elif kind == "logon":
                application.on_logon(session)
            elif kind == "logout":
                application.on_logout(session, value)
            else:
                application.on_reject(value, session)

    def _fetch(self) -> bool:
        self._waiting.extend(self._link.take())
        return bool(self._waiting)


class _LinkEngine:
    """What a connector starts and stops."""

    def __init__(self, link: InMemoryLink) -> None:
        self._link = link

    def start(self) -> None:
        self._link.connect()

    def stop(self) -> None:
        self._link.initiator.log_out()
        self._link.advance(5.0)

    def session(self) -> LinkSession:
        return self._link.initiator


def _nanoseconds(name: str, seconds: float) -> int:
    return round(checks.real_number(name, seconds, least=0) * 1e9)
