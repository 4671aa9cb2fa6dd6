"""Messages read and written, on both kernel sets."""

from __future__ import annotations

import copy
import datetime
import pickle
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from hft_py import use_backend
from hft_py.fix import Dictionary, GarbledMessage, Message, RejectedMessage, decode, encode

from .conftest import SAMPLE, sealed, soh


def test_a_report_is_read_field_by_field(fix: Dictionary, report: bytes) -> None:
    message = fix.decode(report, validate=True)
    pairs = [pair.split("=", 1) for pair in SAMPLE.rstrip("|").split("|")]
    assert message.fields() == [(int(tag), value) for tag, value in pairs]
    assert len(message) == len(pairs)
    for tag, value in pairs:
        assert message[int(tag)] == message[fix.name(int(tag)) or ""] == value
        assert message.raw(int(tag)) == value.encode()
    assert (message.msg_type, message.name, message.bytes) == ("8", "ExecutionReport", report)
    assert message.values(37, "ClOrdID", 150, 9999, 31) == (
        "ORD-20260301-000123", "CL-000000123", "1", None, "175.24",
    )  # fmt: skip
    assert message.bytes is report


def test_getters_convert(fix: Dictionary) -> None:
    body = "35=8|38=-007|44=175.250|31=.5|43=Y|52=20240229-23:59:60.250|"
    body += "60=20240229-01:02:03.123456789|"
    message = fix.decode(sealed(body))
    assert message.int("OrderQty") == -7
    assert str(message.decimal(44)) == "175.250"
    assert message.float(31) == 0.5
    assert message.bool("PossDupFlag") is True
    utc = datetime.UTC
    assert message.time(52) == datetime.datetime(2024, 3, 1, 0, 0, 0, 250_000, tzinfo=utc)
    assert message.time(60) == datetime.datetime(2024, 2, 29, 1, 2, 3, 123_456, tzinfo=utc)
    assert message.get(6) is None and message.get(6, "none") == "none"
    assert 44 in message and "AvgPx" not in message and -1 not in message and 2**80 not in message


@pytest.mark.parametrize(
    "digits", ["0.1", "123456789012345678901.5", "5e-324", "179.99999999999997"]
)
def test_floats_are_the_nearest(fix: Dictionary, digits: str) -> None:
    text = format(Decimal(digits), "f")
    assert fix.decode(sealed(f"35=8|44={text}|")).float(44) == float(digits)


@pytest.mark.parametrize(
    ("getter", "value"),
    [
        ("int", ""), ("int", "+1"), ("int", "1.0"), ("int", " 1"), ("int", "1_0"),
        ("int", "9223372036854775808"), ("int", "٣"), ("float", "1e5"), ("float", "nan"),
        ("float", "."), ("float", "-"), ("decimal", "1.2.3"), ("decimal", "Infinity"),
        ("bool", "y"), ("bool", ""), ("time", "20260230-00:00:00"), ("time", "20260301-24:00:00"),
        ("time", "20260301-00:00:00.12"), ("time", "20260301 00:00:00"), ("time", "20260301"),
    ],
)  # fmt: skip
def test_wrong_values_are_named(fix: Dictionary, getter: str, value: str) -> None:
    message = fix.decode(sealed(b"35=8\x0144=%b\x01" % value.encode()))
    with pytest.raises(ValueError, match=r"Price \(44\)='.*', expected "):
        getattr(message, getter)("Price")


def test_absent_and_unknown_fields_are_named(fix: Dictionary) -> None:
    message = fix.decode(sealed("35=D|11=7|"))
    for getter in ("__getitem__", "raw", "int", "float", "decimal", "bool", "time"):
        with pytest.raises(KeyError, match=r"NewOrderSingle has no Price \(44\)"):
            getattr(message, getter)("Price")
    with pytest.raises(KeyError, match="NewOrderSingle has no tag 9999"):
        message[9999]
    with pytest.raises(KeyError, match="'ClOrdId' is not in the dictionary: is it 'ClOrdID'"):
        message["ClOrdId"]
    for wrong in (None, 11.0, b"11"):
        with pytest.raises(TypeError, match="expected the number of a field or its name"):
            message.get(wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="not iterable"):
        iter(message)  # type: ignore[call-overload]


def test_bytes_beside_ascii_survive(fix: Dictionary) -> None:
    raw = "Zürich ".encode() + b"\xff\x80"
    message = fix.decode(sealed(b"35=B\x0158=%b\x01" % raw))
    assert message.raw(58) == raw == message[58].encode("utf-8", "surrogateescape")
    assert fix.encode("B", {58: message[58]}) == message.bytes


def test_data_fields_hold_soh(fix: Dictionary) -> None:
    raw = b"a\x01b=\x01"
    data = fix.encode("A", {"RawDataLength": len(raw), "RawData": raw, "HeartBtInt": 30})
    message = fix.decode(data)
    assert message.raw("RawData") == raw and message.int(108) == 30
    assert "***" in repr(message) and "b=" not in repr(message)
    with pytest.raises(GarbledMessage):
        # Without its length before it the value ends at the first SOH, and "b" is no tag.
        fix.decode(sealed(b"35=A\x0196=%b\x01" % raw))


def test_groups(fix: Dictionary) -> None:
    legs = [{"Symbol": "AAPL", "SecurityType": "CS"}, {"Symbol": "MSFT"}]
    data = fix.encode("V", {"MDReqID": "1", "NoMDEntryTypes": [{269: 0}, {269: 1}],
                            "NoRelatedSym": legs, "SubscriptionRequestType": 1})  # fmt: skip
    message = fix.decode(data)
    entries = message.groups("NoRelatedSym")
    assert [entry["Symbol"] for entry in entries] == ["AAPL", "MSFT"]
    assert entries[0].fields() == [(55, "AAPL"), (167, "CS")] and len(entries[1]) == 1
    assert "SecurityType" not in entries[1] and message[55] == "AAPL"
    assert [entry.int(269) for entry in message.groups(267)] == [0, 1]
    assert pickle.loads(pickle.dumps(entries[1])) == entries[1] != entries[0]
    assert fix.decode(sealed("35=V|262=1|")).groups(146) == []
    with pytest.raises(ValueError, match=r"NoRelatedSym \(146\)=3, but 1 entries follow"):
        fix.decode(sealed("35=V|146=3|55=A|")).groups(146)
    with pytest.raises(ValueError, match=r"NewOrderSingle has no group NoRelatedSym \(146\)"):
        fix.decode(sealed("35=D|146=1|55=A|")).groups(146)


def test_equality_hash_pickle_and_repr(fix: Dictionary, report: bytes) -> None:
    one, other = fix.decode(report), fix.decode(bytes(bytearray(report)))
    assert one == other and hash(one) == hash(other) and len({one, other}) == 1
    assert one != fix.decode(sealed("35=0|")) and one != report
    assert repr(one) == f"Message({SAMPLE!r})"
    assert isinstance(one, Message) and isinstance(fix, Dictionary)
    for twin in (
        pickle.loads(pickle.dumps(one)),
        copy.deepcopy(one),
        fix.decode(bytearray(report)),
    ):
        assert twin == one and twin.fields() == one.fields()
    assert len(pickle.dumps(one)) < 1_000  # not the text of FIX 4.2
    assert one == Dictionary.fix42("python").decode(report)
    assert Dictionary.fix42("python").decode(report) == one


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("", "incomplete"),
        ("8=FIX.4.2|9=5|35=0|10=16", "incomplete"),
        ("x8=FIX.4.2|9=5|35=0|10=161|", "bytes before BeginString"),
        ("8=FIX.4.2|35=0|9=5|10=161|", "first three fields"),
        ("8=FIX.4.2|9=x|35=0|10=161|", "BodyLength"),
        ("8=FIX.4.2|9=4|35=0|10=161|", "BodyLength"),
        ("8=FIX.4.2|9=5|35=0|10=000|", "CheckSum"),
        ("8=FIX.4.2|9=5|35=0|10=1a1|", "CheckSum"),
        ("8=FIX.4.2|9=5|35=0|10=161|8=", "2 bytes after the message"),
    ],
)
def test_garbled_messages(fix: Dictionary, data: str, why: str) -> None:
    with pytest.raises(GarbledMessage, match=why):
        fix.decode(soh(data))


@pytest.mark.parametrize(
    "body", ["34=1|35=0|", "35=0|x=1|", "35=0|=1|", "35=0|1|", "35=0|1234567890=1|"]
)
def test_garbled_fields(fix: Dictionary, body: str) -> None:
    with pytest.raises(GarbledMessage):
        fix.decode(sealed(body))


def test_what_is_decoded_is_bytes(fix: Dictionary, report: bytes) -> None:
    assert fix.decode(memoryview(report)) == fix.decode(report)
    for wrong in ("8=FIX", None, [8]):
        with pytest.raises(TypeError, match="expected bytes"):
            fix.decode(wrong)  # type: ignore[arg-type]


def test_values_are_written_as_fix_has_them(fix: Dictionary) -> None:
    zone = datetime.timezone(datetime.timedelta(hours=2))
    values: dict[Any, tuple[Any, str]] = {
        "ClOrdID": ("a=b", "a=b"), 1: (b"raw", "raw"), "PossDupFlag": (True, "Y"),
        97: (False, "N"), 34: (-5, "-5"), 38: (2**70, str(2**70)), 44: (175.0, "175"),
        31: (1e-7, "0.0000001"), 6: (1e22, "1" + "0" * 22), 99: (-0.1, "-0.1"),
        140: (Decimal("1.50"), "1.50"), 14: (np.int64(3), "3"), 151: (np.float64(2.5), "2.5"),
        60: (datetime.datetime(2026, 3, 1, 1, 0, 0, 123_999, zone), "20260228-23:00:00.123"),
    }  # fmt: skip
    data = fix.encode("NewOrderSingle", {key: value for key, (value, _) in values.items()})
    message = fix.decode(data)
    assert [message[key] for key in values] == [text for _, text in values.values()]
    assert fix.encode("D", [(key, value) for key, (value, _) in values.items()]) == data
    assert data == sealed(data[data.index(b"35=") : -7])


@pytest.mark.parametrize(
    "value",
    [None, float("nan"), float("inf"), Decimal("NaN"), "", "a\x01b", b"\x01", 1j, object(), {},
     datetime.datetime(2026, 3, 1)],
)  # fmt: skip
def test_values_that_cannot_be_carried_are_refused(fix: Dictionary, value: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"Text \(58\)"):
        fix.encode("B", {"Text": value})


def test_wrong_fields_are_refused(fix: Dictionary) -> None:
    for tag in (8, 9, 10, 35, "MsgType"):
        with pytest.raises(ValueError, match="which encode writes"):
            fix.encode("D", {tag: "x"})
    for number in (0, -1, 10**9, 10**30):
        with pytest.raises(ValueError, match=f"tag={number}, expected 1 to"):
            fix.encode("D", {number: "x"})
    with pytest.raises(KeyError, match="is it 'NewOrderSingle'"):
        fix.encode("NewOrderSingel", {})
    with pytest.raises(ValueError, match="has 3 bytes, and its length field before it says 2"):
        fix.encode("A", {95: 2, 96: b"abc"})
    with pytest.raises(ValueError, match="unpack|3 parts"):
        fix.encode("D", [(11, "x", 1)])  # type: ignore[list-item]
    assert fix.encode("D", {11: "ok"}) == sealed("35=D|11=ok|")


def test_encoding_may_be_entered_again(fix: Dictionary) -> None:
    class Inner:
        def __index__(self) -> int:
            return len(fix.encode("0", {112: "inside"}))

    inside = sealed("35=0|112=inside|")
    assert fix.encode("D", {11: "a", 38: Inner(), 55: "b"}) == sealed(
        f"35=D|11=a|38={len(inside)}|55=b|"
    )


def test_the_functions_follow_the_backend(report: bytes) -> None:
    for name in ("python", "auto"):
        with use_backend(name):
            message = decode(report, validate=True)
            assert type(message) is type(Dictionary.fix42().decode(report))
            assert (
                encode("8", [f for f in message.fields() if f[0] not in (8, 9, 35, 10)]) == report
            )
    with pytest.raises(RejectedMessage, match=r"Required tag missing \(tag 49, reason 1\)"):
        decode(sealed("35=0|"), validate=True)
