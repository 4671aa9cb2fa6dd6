"""Engines: sessions over sockets, with the callbacks of an application.

One I/O thread of the extension serves all sessions of an engine, one Python thread runs the
callbacks, and a thread that sends writes to the socket itself. A forked child has neither thread:
there, every call of an engine raises a RuntimeError and nothing is sent. Start engines after the
fork.
"""

from __future__ import annotations

import atexit
import logging
import os
import secrets
import threading
import weakref
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from hft_py import checks
from hft_py.fix.application import Application
from hft_py.fix.dictionary import compiled
from hft_py.fix.session import Session
from hft_py.fix.settings import Limits, SessionSettings

__all__ = ["Acceptor", "Initiator"]

_LOG = logging.getLogger("hft_py.fix")


class _Engine:
    """What initiators and acceptors share."""

    _initiator: bool

    def __init__(
        self,
        settings: SessionSettings | Iterable[SessionSettings],
        application: Application | None = None,
        *,
        limits: Limits | None = None,
        log_file: str | os.PathLike[str] | None = None,
        log_messages: bool = False,
        seed: int | None = None,
    ) -> None:
        found = (settings,) if isinstance(settings, SessionSettings) else tuple(settings)
        for one in found:
            if not isinstance(one, SessionSettings):
                raise TypeError(f"settings has {checks.short(one)}, expected SessionSettings")
        if not found:
            raise ValueError("settings is empty, expected at least one session")
        if application is not None and not isinstance(application, Application):
            raise TypeError(f"application={checks.short(application)}, expected an Application")
        self._settings = found
        self._application = application or Application()
        self._limits = limits or Limits()
        self._log_file, self._log_messages = log_file, checks.flag("log_messages", log_messages)
        self._seed = secrets.randbits(63) if seed is None else checks.whole_number("seed", seed)
        self._engine: Any = None
        self._thread: threading.Thread | None = None
        self._sessions: dict[int, Session] = {}

    def start(self) -> Self:
        """Open the stores, connect or listen, and start the threads; returns before any logon.

        Raises
        ------
        OSError
            The address is taken, or a store cannot be used: another process has it open, for
            example.
        ValueError
            A certificate or an address that makes no sense.
        """
        if self._engine is not None:
            raise RuntimeError("the engine has been started already")
        sessions, listen = self._items()
        self._engine = compiled().Engine(
            sessions,
            listen,
            self._limits.items(max(one.logon_timeout for one in self._settings)),
            seed=self._seed,
            log_file=self._log_file,
            log_messages=self._log_messages,
            most_waiting=self._limits.max_waiting_messages,
        )
        name = f"hft_py.fix callbacks of {type(self).__name__}"
        self._thread = threading.Thread(
            target=_run,
            args=(self._engine, self._application, self.session),
            name=name,
            daemon=True,
        )
        self._thread.start()
        _running.add(self)
        return self

    def stop(self, seconds: float = 2.0) -> None:
        """Log out everywhere, wait at most so many seconds for the answers, and end the threads.

        Callbacks for what has been received run before this returns, unless it is called by one.
        """
        if self._engine is None:
            return
        self._engine.stop(checks.real_number("seconds", seconds, least=0))
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        _running.discard(self)

    def session(self, which: int | str = 0) -> Session:
        """A session by its number, in the order of the settings, or by the peer's CompID."""
        engine = self._started()
        if isinstance(which, str):
            return next(session for session in self.sessions if session.target_comp_id == which)
        found = self._sessions.get(which)
        if found is None:
            found = self._sessions[which] = Session(engine, which)
        return found

    @property
    def sessions(self) -> list[Session]:
        """All sessions; those of peers that no settings name come last, as they logged on."""
        return [self.session(index) for index in range(self._started().count())]

    def metrics(self) -> str:
        """Counts and gauges of all sessions in the text format of Prometheus."""
        text: str = self._started().metrics()
        return text

    def _started(self) -> Any:
        if self._engine is None:
            raise RuntimeError("the engine has not been started: use `with`, or call start()")
        return self._engine

    def _items(self) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self if self._engine is not None else self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class Initiator(_Engine):
    """Connects, logs on, and stays connected: after a loss it connects again, with growing waits.

    Parameters
    ----------
    settings
        One session, or several.
    application
        The callbacks. Default: none.
    limits
        Bounds on what peers may take.
    log_file
        A file for the operator's log, which also goes to the logger ``hft_py.fix``: one readable
        line for each event, without secrets.
    log_messages
        Whether each message is a line of the log, at level DEBUG. Default: no; it costs about a
        microsecond a message.
    seed
        Of the waits between attempts to connect. Default: drawn from the system.

    Examples
    --------
    >>> from hft_py.fix import Acceptor, Application, Initiator, SessionSettings
    >>> import queue
    >>> heard = queue.SimpleQueue()
    >>> class Broker(Application):
    ...     def on_message(self, message, session):
    ...         heard.put((message.name, message["Symbol"]))
    >>> broker = SessionSettings(sender_comp_id="BROKER", target_comp_id="FUND")
    >>> with Acceptor(broker, Broker()) as acceptor:
    ...     settings = SessionSettings(
    ...         sender_comp_id="FUND", target_comp_id="BROKER", port=acceptor.address[1]
    ...     )
    ...     with Initiator(settings) as initiator:
    ...         order = {"ClOrdID": "1", "HandlInst": "1", "Symbol": "AAPL", "Side": "1",
    ...                  "TransactTime": "20260102-15:00:00", "OrdType": "1"}
    ...         number = initiator.session().send("NewOrderSingle", order)
    ...         heard.get(timeout=10)
    ('NewOrderSingle', 'AAPL')
    """

    _initiator = True

    def _items(self) -> tuple[list[dict[str, Any]], None]:
        for one in self._settings:
            if one.port == 0:
                raise ValueError(f"port=0 for {one.name}, expected the port to connect to")
            if one.target_comp_id == "*":
                raise ValueError("target_comp_id='*' is for acceptors, expected the peer's name")
        return [one.items(initiator=True) for one in self._settings], None


class Acceptor(_Engine):
    """Listens, and serves many sessions, chosen by the CompIDs of a connection's Logon.

    Whoever sends anything else first, or logs on to no session or one that has a connection, is
    disconnected with nothing sent.

    Parameters
    ----------
    settings
        One session, or several with the same host, port and ``tls``. At most one with the target
        ``"*"``.
    application, limits, log_file, log_messages, seed
        As for :class:`Initiator`.
    """

    _initiator = False

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        host, port = self._started().address()
        return host, port

    def _items(self) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        first = self._settings[0]
        for one in self._settings:
            for name in ("host", "port", "tls"):
                if getattr(one, name) != getattr(first, name):
                    raise ValueError(
                        f"{name}={getattr(one, name)!r} for {one.name} differs from "
                        f"{getattr(first, name)!r} for {first.name}, expected one address for all"
                    )
        named = [one for one in self._settings if one.target_comp_id != "*"]
        patterns = [one for one in self._settings if one.target_comp_id == "*"]
        if len(patterns) > 1:
            raise ValueError("settings has several target_comp_id='*', expected at most one")
        if first.tls is not None and first.tls.certificate is None:
            raise ValueError("tls of an acceptor needs a certificate and its key")
        listen = {
            "host": "127.0.0.1" if first.host == "localhost" else first.host,
            "port": first.port,
            "tls": None if first.tls is None else first.tls.items(),
            "template": patterns[0].items(initiator=False) if patterns else None,
        }
        return [one.items(initiator=False) for one in named], listen


# Engines that a program forgot to stop are stopped when it ends, so that sessions log out.
_running: weakref.WeakSet[_Engine] = weakref.WeakSet()


def _stop_all() -> None:
    for engine in list(_running):
        engine.stop()


atexit.register(_stop_all)


def _run(engine: Any, application: Application, session: Any) -> None:
    """Give what happens to the application, until the engine ends."""
    on_message = application.on_message
    while (events := engine.wait()) is not None:
        for kind, index, value in events:
            try:
                if kind == "message":
                    on_message(value, session(index))
                elif kind == "log":
                    _LOG.log(index, "%s: %s", value[0] or "engine", value[1])
                elif kind == "logon":
                    application.on_logon(session(index))
                elif kind == "logout":
                    application.on_logout(session(index), value)
                else:
                    application.on_reject(value, session(index))
            except Exception:
                _LOG.exception("the application failed in on_%s; the session goes on", kind)
