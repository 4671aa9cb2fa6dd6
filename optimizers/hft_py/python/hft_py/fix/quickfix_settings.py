"""Settings files of QuickFIX: a section ``[DEFAULT]`` and one ``[SESSION]`` for each session."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hft_py import errors
from hft_py.fix.dictionary import Dictionary
from hft_py.fix.schedule import Schedule
from hft_py.fix.settings import TLS, SessionSettings

__all__ = ["LoadedSettings", "UnknownSettingWarning", "load_settings"]


class UnknownSettingWarning(UserWarning):
    """A settings file has a key that means nothing here; the message names file and line."""


@dataclass(frozen=True)
class LoadedSettings:
    """What a settings file says.

    Parameters
    ----------
    initiators, acceptors
        The sessions, for :class:`Initiator` and :class:`Acceptor`.
    log_path
        The folder for logs, if the file names one.
    """

    initiators: tuple[SessionSettings, ...]
    acceptors: tuple[SessionSettings, ...]
    log_path: Path | None


@dataclass(frozen=True)
class _Line:
    key: str
    value: str
    number: int


def load_settings(path: str | os.PathLike[str]) -> LoadedSettings:
    """The sessions of a QuickFIX settings file.

    Relative paths in it start at its folder. Keys that mean nothing here are told by an
    :class:`UnknownSettingWarning` and have no effect. A session without FileStorePath keeps its
    numbers in memory.

    Raises
    ------
    ValueError
        A line that makes no sense, with file, line and remedy.
    OSError
        The file cannot be read.
    """
    file = Path(path)
    sections = _sections(file, file.read_text(encoding="utf-8"))
    defaults = {line.key: line for name, lines in sections if name == "DEFAULT" for line in lines}
    sessions: list[tuple[str, SessionSettings]] = []
    log_path = None
    for name, lines in sections:
        if name != "SESSION":
            continue
        values = defaults | {line.key: line for line in lines}
        reader = _Reader(file, values, lines[0].number - 1 if lines else 0)
        sessions.append((reader.role(), reader.settings()))
        log_path = reader.path("FileLogPath") or log_path
    if not sessions:
        raise ValueError(f"{file}: there is no section [SESSION], expected at least one")
    _tell_unknown(file, sections)
    return LoadedSettings(
        tuple(found for role, found in sessions if role == "initiator"),
        tuple(found for role, found in sessions if role == "acceptor"),
        log_path,
    )


def _sections(file: Path, text: str) -> list[tuple[str, list[_Line]]]:
    found: list[tuple[str, list[_Line]]] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            name = line.strip("[]").strip().upper()
            if not line.endswith("]") or name not in ("DEFAULT", "SESSION"):
                raise ValueError(
                    f"{file}:{number}: {line!r}, expected the section [DEFAULT] or [SESSION]"
                )
            found.append((name, []))
            continue
        key, equals, value = line.partition("=")
        if not equals:
            raise ValueError(f"{file}:{number}: {line!r}, expected Key=Value")
        if not found:
            raise ValueError(
                f"{file}:{number}: {line!r} is in no section, expected [DEFAULT] first"
            )
        found[-1][1].append(_Line(key.strip(), value.strip(), number))
    return found


class _Reader:
    """The values of one session, with those of the defaults."""

    def __init__(self, file: Path, values: dict[str, _Line], number: int) -> None:
        self.file, self.values, self.number = file, values, number

    def settings(self) -> SessionSettings:
        given: dict[str, Any] = {}
        for key, (name, read) in _SETTINGS.items():
            if key in self.values:
                given[name] = read(self, key)
        acceptor = self.role() == "acceptor"
        for name, keys in _ADDRESS[acceptor].items():
            for key in keys:
                if key in self.values:
                    given[name] = self.whole(key) if name == "port" else self.text(key)
        missing = {"SenderCompID": "sender_comp_id", "TargetCompID": "target_comp_id"}
        if not acceptor:
            missing |= {"SocketConnectHost": "host", "SocketConnectPort": "port"}
        for key, name in missing.items():
            if name not in given:
                raise ValueError(
                    f"{self.file}:{self.number}: the session has no {key}, expected one there "
                    "or in [DEFAULT]"
                )
        if (store := self.path("FileStorePath")) is not None:
            given["store"] = store
        if (dictionary := self.path("DataDictionary")) is not None and self.uses_dictionary():
            given["dictionary"] = Dictionary.from_quickfix_xml(dictionary, "rust")
        if "reconnect_wait" in given:
            given["reconnect_longest"] = max(60, given["reconnect_wait"])
        given["schedule"] = self.schedule()
        given["tls"] = self.tls(acceptor)
        try:
            return SessionSettings(**given)
        except (TypeError, ValueError) as error:
            line = self.line_of(str(error))
            raise ValueError(f"{self.file}:{line}: {error}") from None

    def role(self) -> str:
        line = self.values.get("ConnectionType")
        role = line.value.lower() if line else ""
        if role not in ("initiator", "acceptor"):
            at = line.number if line else self.number
            raise ValueError(
                f"{self.file}:{at}: ConnectionType={role!r}, expected initiator or acceptor"
            )
        return role

    def schedule(self) -> Schedule | None:
        start, end = self.values.get("StartTime"), self.values.get("EndTime")
        if start is None or end is None or self.flag("NonStopSession", False):
            return None
        zone = self.values.get("TimeZone")
        local = self.flag("UseLocalTime", False)
        if zone is None and local:
            at = self.values["UseLocalTime"].number
            raise ValueError(
                f"{self.file}:{at}: UseLocalTime=Y, expected TimeZone with the zone's name, "
                "such as Europe/Zurich: the same file then means the same on any machine"
            )
        days = [self.values.get(key) for key in ("StartDay", "EndDay")]
        try:
            return Schedule(
                start.value,
                end.value,
                zone=zone.value if zone else "UTC",
                start_day=days[0].value if days[0] else None,
                end_day=days[1].value if days[1] else None,
            )
        except (TypeError, ValueError) as error:
            raise ValueError(f"{self.file}:{start.number}: {error}") from None

    def tls(self, acceptor: bool) -> TLS | None:
        keys = ("ServerCertificateFile", "ServerCertificateKeyFile")
        if not acceptor:
            keys = ("ClientCertificateFile", "ClientCertificateKeyFile")
        certificate, key = (self.path(name) for name in keys)
        authorities = self.path("CertificationAuthoritiesFile")
        if not self.flag("SocketUseSSL", certificate is not None or authorities is not None):
            return None
        try:
            return TLS(authorities=authorities, certificate=certificate, key=key)
        except ValueError as error:
            raise ValueError(f"{self.file}:{self.line_of(str(error))}: {error}") from None

    def uses_dictionary(self) -> bool:
        return self.flag("UseDataDictionary", True)

    def text(self, key: str) -> str:
        return self.values[key].value

    def path(self, key: str) -> Path | None:
        line = self.values.get(key)
        return None if line is None or not line.value else self.file.parent / line.value

    def whole(self, key: str) -> int:
        line = self.values[key]
        try:
            return int(line.value)
        except ValueError:
            raise ValueError(
                f"{self.file}:{line.number}: {key}={line.value!r}, expected a whole number"
            ) from None

    def flag(self, key: str, default: bool = False) -> bool:
        line = self.values.get(key)
        if line is None:
            return default
        if line.value.upper() not in ("Y", "N"):
            raise ValueError(f"{self.file}:{line.number}: {key}={line.value!r}, expected Y or N")
        return line.value.upper() == "Y"

    def line_of(self, problem: str) -> int:
        """The line of the setting that a message is about: messages begin with its name."""
        for key, (name, _) in _SETTINGS.items():
            if problem.startswith(f"{name}=") and key in self.values:
                return self.values[key].number
        return self.number


_Read = Callable[[_Reader, str], Any]
_SETTINGS: dict[str, tuple[str, _Read]] = {
    "BeginString": ("begin_string", _Reader.text),
    "SenderCompID": ("sender_comp_id", _Reader.text),
    "TargetCompID": ("target_comp_id", _Reader.text),
    "HeartBtInt": ("heartbeat", _Reader.whole),
    "ResetOnLogon": ("reset_on_logon", _Reader.flag),
    "ResetOnLogout": ("reset_on_logout", _Reader.flag),
    "ResetOnDisconnect": ("reset_on_disconnect", _Reader.flag),
    "CheckCompID": ("check_comp_ids", _Reader.flag),
    "CheckLatency": ("check_latency", _Reader.flag),
    "MaxLatency": ("max_latency", _Reader.whole),
    "ValidateFieldsOutOfOrder": ("check_fields_order", _Reader.flag),
    "ValidateFieldsHaveValues": ("check_values", _Reader.flag),
    "ValidateUserDefinedFields": ("check_user_defined", _Reader.flag),
    "LogonTimeout": ("logon_timeout", _Reader.whole),
    "LogoutTimeout": ("logout_timeout", _Reader.whole),
    "ReconnectInterval": ("reconnect_wait", _Reader.whole),
    "Username": ("username", _Reader.text),
    "Password": ("password", _Reader.text),
}
# The keys that an acceptor and an initiator read for their address.
_ADDRESS: dict[bool, dict[str, tuple[str, ...]]] = {
    True: {"host": ("SocketAcceptAddress", "SocketAcceptHost"), "port": ("SocketAcceptPort",)},
    False: {"host": ("SocketConnectHost",), "port": ("SocketConnectPort",)},
}
_OTHERS = frozenset(
    (
        "ConnectionType",
        "StartTime",
        "EndTime",
        "StartDay",
        "EndDay",
        "TimeZone",
        "UseLocalTime",
        "NonStopSession",
        "FileStorePath",
        "FileLogPath",
        "DataDictionary",
        "UseDataDictionary",
        "SocketUseSSL",
        "ServerCertificateFile",
        "ServerCertificateKeyFile",
        "ClientCertificateFile",
        "ClientCertificateKeyFile",
        "CertificationAuthoritiesFile",
        # What this engine always does.
        "SocketNodelay",
        "SocketReuseAddress",
        "MillisecondsInTimeStamp",
        "PersistMessages",
    )
)


def _tell_unknown(file: Path, sections: list[tuple[str, list[_Line]]]) -> None:
    addresses = {key for part in _ADDRESS.values() for keys in part.values() for key in keys}
    known = _OTHERS | addresses | set(_SETTINGS)
    for _, lines in sections:
        for line in lines:
            if line.key not in known:
                near = difflib.get_close_matches(line.key, sorted(known), 1)
                hint = f"; is it {near[0]}?" if near else ""
                errors.warn(
                    f"{file}:{line.number}: {line.key} has no effect here{hint}",
                    UnknownSettingWarning,
                )
