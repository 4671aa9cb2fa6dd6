"""The settings of a session, each with its default and the reason for it."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hft_py import checks
from hft_py.fix.dictionary import Dictionary
from hft_py.fix.schedule import Schedule

__all__ = ["SYNC_POLICIES", "TLS", "Limits", "SessionSettings"]

SYNC_POLICIES = ("always", "interval", "never")
_FILES = ("authorities", "certificate", "key")


@dataclass(frozen=True)
class TLS:
    """Encryption and who is trusted; files are in PEM format.

    Parameters
    ----------
    authorities
        Certificates of the authorities that are trusted. Default: an initiator trusts those that
        the system trusts. An acceptor that is given some demands a certificate of each client.
    certificate, key
        Our certificate (with those that lead to its authority) and its private key. An acceptor
        needs them; an initiator where the acceptor demands it.
    server_name
        Initiators: the name that the acceptor's certificate must have. Default: the host.
    """

    authorities: str | os.PathLike[str] | None = None
    certificate: str | os.PathLike[str] | None = None
    key: str | os.PathLike[str] | None = None
    server_name: str | None = None

    def __post_init__(self) -> None:
        for name in _FILES:
            path = getattr(self, name)
            if path is not None and not Path(path).is_file():
                raise ValueError(f"{name}={str(path)!r} is no file, expected one in PEM format")
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key: expected both or none")

    def items(self) -> dict[str, Any]:
        """For the extension."""
        return {name: getattr(self, name) for name in (*_FILES, "server_name")}


@dataclass(frozen=True)
class Limits:
    """Bounds on what peers may take of an engine.

    Parameters
    ----------
    max_unsent
        Bytes that wait for a peer that does not read. Beyond, that peer is disconnected, and what
        it missed is sent again after its next logon. Default: 16 MiB.
    max_waiting_connections
        Connections without a logon; more are closed at once. Default: 1,024.
    max_sessions
        Sessions with peers that no settings name, where those are allowed. Default: 1,024.
    failed_logons_a_minute
        Connections of one address that end without a logon in a minute; further ones are closed
        at once. Those that still wait for their logon do not count. Default: 60.
    max_waiting_messages
        Messages of one session that wait for callbacks; beyond, its socket is not read until there
        is room. Default: 10,000.
    sync_interval
        Seconds that a message may be in the system's cache alone, with ``sync="interval"``.
        Default: 0.05.
    """

    max_unsent: int = 16 << 20
    max_waiting_connections: int = 1024
    max_sessions: int = 1024
    failed_logons_a_minute: int = 60
    max_waiting_messages: int = 10_000
    sync_interval: float = 0.05

    def __post_init__(self) -> None:
        checks.whole_number("max_unsent", self.max_unsent, least=1)
        checks.whole_number("max_waiting_connections", self.max_waiting_connections, least=1)
        checks.whole_number("max_sessions", self.max_sessions, least=0)
        checks.whole_number(
            "failed_logons_a_minute", self.failed_logons_a_minute, least=1, most=2**32 - 1
        )
        checks.whole_number("max_waiting_messages", self.max_waiting_messages, least=1)
        checks.real_number("sync_interval", self.sync_interval, least=0.001, most=3600)

    def items(self, logon_timeout: float) -> dict[str, Any]:
        """For the extension."""
        return {
            "logon_timeout": logon_timeout,
            "max_unsent": self.max_unsent,
            "max_waiting": self.max_waiting_connections,
            "max_sessions": self.max_sessions,
            "failed_logons_a_minute": self.failed_logons_a_minute,
            "sync_interval": self.sync_interval,
        }


@dataclass(frozen=True, kw_only=True)
class SessionSettings:
    """One session, seen from our side.

    Parameters
    ----------
    sender_comp_id, target_comp_id
        SenderCompID (49) and TargetCompID (56) of what we send. An acceptor's target may be
        ``"*"``: the pattern of sessions with whoever logs on under a name of its own.
    host, port
        Where an initiator connects to; where an acceptor listens, which must be the same for all
        its sessions. Default: this machine alone; an acceptor takes a free port for 0.
    begin_string
        BeginString (8). Default: ``"FIX.4.2"``, or the dictionary's.
    heartbeat
        HeartBtInt (108) in seconds; 0 means no heartbeats. An acceptor uses the peer's.
        Default: 30.
    reset_on_logon, reset_on_logout, reset_on_disconnect
        Start numbers at 1 then. Default: no, as other engines have it: messages missed while a
        session was interrupted are then sent again.
    check_comp_ids
        Refuse messages with other CompIDs. Default: yes; a Logon is always checked.
    check_latency, max_latency
        Refuse messages whose SendingTime is more than so many seconds away from our clock.
        Default: 120, as other engines have it.
    check_fields_order, check_values, check_user_defined, check_required
        What of a message is validated by the dictionary: the order of header, body and trailer;
        empty values, types and enumerations; tags from 5000 on that the dictionary does not have;
        required fields. Default: all.
    logon_timeout, logout_timeout
        Seconds to wait for the peer's Logon and Logout. Default: 10 and 2.
    max_message
        The longest message in bytes, in and out. Default: 64 KiB.
    max_pending
        Bytes of messages that wait for missing ones; what comes beyond is asked for again.
        Default: 4 MiB.
    send_while_logged_off
        Whether messages sent while the session is not logged on are stored and follow after the
        next logon. Default: yes. An order sent an hour late may not be wanted: say no then.
    logon_fields
        More fields of our Logon, by tag.
    username, password
        Username (553) and Password (554) of our Logon, for venues that take them in FIX 4.2. They
        are never shown or logged.
    schedule
        When the session is open. Default: always.
    store
        The folder of the files with numbers and messages, which outlive the process. Default: they
        are kept in memory, and a restarted process begins with number 1: give a folder for
        anything but tests.
    sync
        When messages are on the disk: ``"always"`` before they are sent (milliseconds each),
        ``"interval"`` within ``Limits.sync_interval``, ``"never"`` when the system does it. No
        policy loses messages when the process is killed; they are about power cuts. Default:
        ``"interval"``.
    reconnect_wait, reconnect_longest
        Initiators: seconds before the second attempt to connect, and the longest wait; in between
        it doubles, and each wait is drawn between half and all of it. Default: 1 and 60.
    tls
        Encryption. Default: none.
    dictionary
        What messages are validated by. Default: FIX 4.2.

    Raises
    ------
    TypeError, ValueError
        With the name of the setting, its value and what was expected.

    Examples
    --------
    >>> settings = SessionSettings(sender_comp_id="FUND", target_comp_id="BROKER", port=9876)
    >>> settings.heartbeat, settings.host
    (30, '127.0.0.1')
    """

    sender_comp_id: str
    target_comp_id: str
    host: str = "127.0.0.1"
    port: int = 0
    begin_string: str = ""
    heartbeat: int = 30
    reset_on_logon: bool = False
    reset_on_logout: bool = False
    reset_on_disconnect: bool = False
    check_comp_ids: bool = True
    check_latency: bool = True
    max_latency: float = 120.0
    check_fields_order: bool = True
    check_values: bool = True
    check_user_defined: bool = True
    check_required: bool = True
    logon_timeout: float = 10.0
    logout_timeout: float = 2.0
    max_message: int = 64 << 10
    max_pending: int = 4 << 20
    send_while_logged_off: bool = True
    logon_fields: tuple[tuple[int, str | bytes], ...] = field(default=(), repr=False)
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    schedule: Schedule | None = None
    store: str | os.PathLike[str] | None = None
    sync: str = "interval"
    reconnect_wait: float = 1.0
    reconnect_longest: float = 60.0
    tls: TLS | None = None
    dictionary: Dictionary | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for name in ("sender_comp_id", "target_comp_id"):
            _identifier(name, getattr(self, name))
        begin_string = self.begin_string or (
            "FIX.4.2" if self.dictionary is None else self.dictionary.begin_string
        )
        object.__setattr__(self, "begin_string", _identifier("begin_string", begin_string))
        if not isinstance(self.host, str) or not self.host:
            raise ValueError(f"host={self.host!r}, expected a name or an address")
        checks.whole_number("port", self.port, least=0, most=65_535)
        checks.whole_number("heartbeat", self.heartbeat, least=0, most=86_400)
        for name, value in vars(self).items():
            if name.startswith(("reset_on_", "check_", "send_while_")):
                checks.flag(name, value)
        for name in ("max_latency", "logon_timeout", "logout_timeout", "reconnect_wait"):
            checks.real_number(name, getattr(self, name), above=0, most=86_400)
        checks.real_number(
            "reconnect_longest", self.reconnect_longest, least=self.reconnect_wait, most=86_400
        )
        checks.whole_number("max_message", self.max_message, least=256, most=1 << 26)
        checks.whole_number("max_pending", self.max_pending, least=0)
        checks.choice("sync", self.sync, SYNC_POLICIES)
        for name, kind in (("schedule", Schedule), ("tls", TLS), ("dictionary", Dictionary)):
            value = getattr(self, name)
            if value is not None and not isinstance(value, kind):
                raise TypeError(f"{name}={checks.short(value)}, expected a {kind.__name__} or None")
        object.__setattr__(self, "logon_fields", _pairs(self.logon_fields))
        for name in ("username", "password"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, str) or not value or "\x01" in value):
                raise ValueError(f"{name} is empty or holds SOH, expected text")

    @property
    def name(self) -> str:
        """How the log names the session."""
        return f"{self.begin_string}:{self.sender_comp_id}->{self.target_comp_id}"

    def items(self, *, initiator: bool) -> dict[str, Any]:
        """For the extension."""
        items = {name: value for name, value in vars(self).items() if name not in _OTHERS}
        today = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=8)
        windows = None if self.schedule is None else self.schedule.windows(today)
        fields = [(tag, _bytes(value)) for tag, value in self.logon_fields]
        if self.username is not None:
            fields.append((553, self.username.encode()))
        if self.password is not None:
            fields.append((554, self.password.encode()))
        return items | {
            "initiator": initiator,
            "sender": self.sender_comp_id,
            "target": self.target_comp_id,
            "logon_fields": fields,
            "windows": windows,
            "first_wait": self.reconnect_wait,
            "longest_wait": self.reconnect_longest,
            "tls": None if self.tls is None else self.tls.items(),
            "dictionary": self.dictionary or Dictionary.fix42("rust"),
        }


_OTHERS = frozenset(
    ("schedule", "logon_fields", "username", "password", "reconnect_wait", "reconnect_longest")
)


def _identifier(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name}={checks.short(value)}, expected text")
    if not value or not value.isprintable() or not value.isascii():
        raise ValueError(f"{name}={value!r}, expected printable ASCII, at least one character")
    return value


def _pairs(fields: Iterable[tuple[int, str | bytes]]) -> tuple[tuple[int, str | bytes], ...]:
    pairs = tuple((tag, value) for tag, value in fields)
    for tag, value in pairs:
        checks.whole_number("tag of logon_fields", tag, least=1, most=999_999_999)
        if not isinstance(value, str | bytes) or not value:
            raise ValueError(f"logon_fields has no text for tag {tag}, expected str or bytes")
    return pairs


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value
