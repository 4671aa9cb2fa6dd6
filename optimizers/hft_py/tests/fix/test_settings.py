"""Settings: what is refused and how, files of QuickFIX, schedules through changes of the clock."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hft_py.fix import (
    TLS,
    Acceptor,
    FIXConfig,
    Initiator,
    Limits,
    Schedule,
    SessionSettings,
    UnknownSettingWarning,
    get_fix_connector,
    load_settings,
)

from .desks import settings

pytestmark = pytest.mark.usefixtures("rust_only")
FILE = """\
# a broker's file
[DEFAULT]
ConnectionType=initiator
HeartBtInt=15
SenderCompID=FUND
FileStorePath=store
StartTime=08:00:00
EndTime=17:30:00
TimeZone=Europe/Zurich
[SESSION]
BeginString=FIX.4.2
TargetCompID=BROKER
SocketConnectHost=localhost
SocketConnectPort=9876
ReconnectInterval=90
ResetOnLogon=Y
CheckLatency=N
[SESSION]
ConnectionType=acceptor
TargetCompID=CLIENT
SocketAcceptPort=5001
StartDay=sun
EndDay=Fri
"""


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"sender_comp_id": ""}, "sender_comp_id=''"),
        ({"target_comp_id": "A\x01B"}, "target_comp_id='A"),
        ({"port": 70_000}, "port=70000, expected at most 65535"),
        ({"heartbeat": -1}, "heartbeat=-1, expected 0 or more"),
        ({"heartbeat": 1.5}, "heartbeat=1.5, expected an integer"),
        ({"sync": "sometimes"}, "sync='sometimes', expected one of \"always\""),
        ({"check_latency": "Y"}, "check_latency='Y', expected True or False"),
        ({"max_latency": 0}, "max_latency=0.0, expected more than 0"),
        ({"reconnect_longest": 0.5}, "reconnect_longest=0.5, expected at least 1.0"),
        ({"schedule": "08:00"}, "schedule='08:00', expected a Schedule or None"),
        ({"logon_fields": [(0, "x")]}, "tag of logon_fields=0"),
        ({"password": ""}, "password is empty"),
    ],
)
def test_a_wrong_setting_is_named(wrong: dict[str, Any], message: str) -> None:
    right: dict[str, Any] = {"sender_comp_id": "A", "target_comp_id": "B"}
    with pytest.raises((TypeError, ValueError)) as refused:
        SessionSettings(**right | wrong)
    assert message in str(refused.value)


def test_what_engines_refuse() -> None:
    with pytest.raises(ValueError, match="port=0 for FIX.4.2:A->B"):
        Initiator(settings("A", "B")).start()
    with pytest.raises(ValueError, match="expected one address for all"):
        Acceptor([settings("A", "B"), settings("A", "C", 1)]).start()
    with pytest.raises(ValueError, match="named twice"):
        Acceptor([settings("A", "B"), settings("A", "B")]).start()
    with pytest.raises(ValueError, match="is no file"):
        TLS(authorities="nowhere.pem")
    with pytest.raises(ValueError, match="max_unsent=0"):
        Limits(max_unsent=0)
    with Acceptor(settings("A", "B")) as first:
        port = first.address[1]
        with pytest.raises(OSError, match="cannot listen"):
            Acceptor(settings("A", "C", port)).start()


def test_a_file_of_quickfix_is_read(tmp_path: Path) -> None:
    file = tmp_path / "fund.cfg"
    file.write_text(FILE)
    loaded = load_settings(file)
    (initiator,), (acceptor,) = loaded.initiators, loaded.acceptors
    assert initiator == SessionSettings(
        sender_comp_id="FUND",
        target_comp_id="BROKER",
        host="localhost",
        port=9876,
        heartbeat=15,
        reset_on_logon=True,
        check_latency=False,
        reconnect_wait=90,
        reconnect_longest=90,
        store=tmp_path / "store",
        schedule=Schedule("08:00:00", "17:30:00", zone="Europe/Zurich"),
    )
    assert (acceptor.target_comp_id, acceptor.port, acceptor.host) == ("CLIENT", 5001, "127.0.0.1")
    weekly = acceptor.schedule
    assert weekly is not None and (weekly.start_day, weekly.end_day) == ("sun", "Fri")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("HeartBtInt=15", "HeartBtInt=soon", ":4: HeartBtInt='soon', expected a whole number"),
        ("HeartBtInt=15", "HeartBtInt=-3", ":4: heartbeat=-3, expected 0 or more"),
        ("ResetOnLogon=Y", "ResetOnLogon=yes", ":16: ResetOnLogon='yes', expected Y or N"),
        ("[DEFAULT]", "[DEFAULTS]", ":2: '[DEFAULTS]', expected the section"),
        ("SenderCompID=FUND", "SenderCompID", ":5: 'SenderCompID', expected Key=Value"),
        ("SenderCompID=FUND\n", "", "the session has no SenderCompID"),
        ("SocketConnectPort=9876\n", "", "the session has no SocketConnectPort"),
        ("=acceptor", "=both", ":19: ConnectionType='both', expected initiator or acceptor"),
        ("TimeZone=Europe/Zurich", "TimeZone=Zurich", ":7: zone='Zurich' is unknown"),
        ("TimeZone=Europe/Zurich", "UseLocalTime=Y", ":9: UseLocalTime=Y, expected TimeZone"),
        ("08:00:00", "25:00:00", ":7: start='25:00:00', expected a time"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    file = tmp_path / "fund.cfg"
    file.write_text(FILE.replace(old, new))
    with pytest.raises(ValueError, match="fund.cfg") as refused:
        load_settings(file)
    assert message in str(refused.value)


def test_an_unknown_key_is_told(tmp_path: Path) -> None:
    file = tmp_path / "fund.cfg"
    file.write_text(FILE.replace("CheckLatency=N", "CheckLatencies=N"))
    with pytest.warns(UnknownSettingWarning, match=r":17: CheckLatencies .* is it CheckLatency\?"):
        load_settings(file)


def test_the_environment_makes_a_connector(monkeypatch: Any) -> None:
    for name in ("ENABLE_FIX_PROTOCOL", "FIX_HOST", "FIX_PORT", "FIX_SENDER_COMP_ID"):
        monkeypatch.delenv(name, raising=False)
    assert get_fix_connector() is None
    monkeypatch.setenv("ENABLE_FIX_PROTOCOL", "perhaps")
    with pytest.raises(ValueError, match="ENABLE_FIX_PROTOCOL='perhaps', expected true or false"):
        get_fix_connector()
    monkeypatch.setenv("ENABLE_FIX_PROTOCOL", "true")
    with pytest.raises(ValueError, match="FIX_HOST, FIX_PORT, FIX_SENDER_COMP_ID"):
        get_fix_connector()
    names = {"HOST": "venue.test", "PORT": "9876", "SENDER_COMP_ID": "A", "TARGET_COMP_ID": "B"}
    for name, value in names.items():
        monkeypatch.setenv(f"FIX_{name}", value)
    connector = get_fix_connector()
    assert connector is not None and connector.config.settings.name == "FIX.4.2:A->B"
    assert connector.config.settings.reset_on_logon
    with pytest.raises(ValueError, match="FIX_PORT='x'"):
        FIXConfig.from_environment({f"FIX_{name}": "x" for name in names})


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Zurich", "Asia/Kolkata", "UTC"])
@pytest.mark.parametrize(
    ("start", "end"), [("09:30", "16:00"), ("17:00", "16:00"), ("00:00", "00:00")]
)
def test_windows_have_their_local_times_through_a_year(zone: str, start: str, end: str) -> None:
    windows = Schedule(start, end, zone=zone).windows("2026-01-01", days=365)
    assert len(windows) == 365
    local = [
        [dt.datetime.fromtimestamp(at / 1e9, ZoneInfo(zone)) for at in window] for window in windows
    ]
    for before, after in itertools.pairwise(windows):
        assert before[0] < before[1] <= after[0]
    for number, (opens, closes) in enumerate(local):
        assert opens.date() == dt.date(2026, 1, 1) + dt.timedelta(number)
        assert f"{opens:%H:%M}" == start and f"{closes:%H:%M}" == end
        assert closes.date() - opens.date() == dt.timedelta(end <= start)


def test_weekly_windows() -> None:
    week = Schedule("18:00", "17:00", zone="America/New_York", start_day="sunday", end_day="friday")
    windows = week.windows("2026-03-01", days=28)
    lengths = [(end - start) // 3_600_000_000_000 for start, end in windows]
    # Sunday 18:00 to Friday 17:00, one hour less in the week in which summer time begins... which
    # is on a Sunday morning, before the session: each is of 119 hours.
    assert lengths == [119] * 4
    nonstop = Schedule("17:00", "17:00", start_day="sunday", end_day="sunday")
    windows = nonstop.windows("2026-03-01", days=28)
    assert [end for _, end in windows[:-1]] == [start for start, _ in windows[1:]]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"start": "24:00"}, "before 24:00"),
        ({"zone": "Mars"}, "zone='Mars' is unknown"),
        ({"start_day": "sunday"}, "expected both or none"),
        ({"start_day": "s", "end_day": "friday"}, "start_day='s'"),
        ({"start_day": "sunday", "end_day": "friday", "days": ("monday",)}, "weekly"),
    ],
)
def test_wrong_schedules(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Schedule(**{"start": "08:00", "end": "17:00"} | wrong)
