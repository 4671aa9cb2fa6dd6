"""Both kernel sets give the same answer to any bytes: messages, hostile ones, and mutations."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hft_py.fix import Dictionary, GarbledMessage, Message, RejectedMessage

from .conftest import SAMPLE, sealed, soh

pytestmark = pytest.mark.usefixtures("rust_only")

EAST = datetime.timezone(datetime.timedelta(hours=13, minutes=45))
GETTERS = ("__getitem__", "raw", "int", "float", "decimal", "bool", "time", "groups")
CHECKS = ("fields_order", "values", "user_defined", "required")


def answer(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """What a call returns, or what it raises."""
    try:
        return function(*arguments, **named)
    except (KeyError, TypeError, ValueError) as error:
        return type(error), str(error)


def everything(fix: Dictionary, data: bytes, checks: dict[str, bool]) -> Any:
    """All that one kernel set has to say about some bytes."""
    message = answer(fix.decode, data)
    if isinstance(message, tuple):
        return message
    tags = [tag for tag, _ in message.fields()]
    told = [[answer(getattr(message, name), tag) for tag in tags] for name in GETTERS]
    entries = [e.fields() for found in told[-1] if isinstance(found, list) for e in found]
    told[-1] = [found for found in told[-1] if not isinstance(found, list)]
    try:
        fix.validate(message, **checks)
        refused = None
    except RejectedMessage as error:
        refused = error.args
    return message.fields(), message.name, repr(message), told, entries, refused


def agree(data: bytes, checks: dict[str, bool]) -> Any:
    both = [everything(Dictionary.fix42(name), data, checks) for name in ("rust", "python")]
    # repr, as NaN is not among the values and 0.0 is not -0.0.
    assert repr(both[0]) == repr(both[1])
    return both[0]


TEMPLATES = [
    SAMPLE[SAMPLE.index("35=") : SAMPLE.index("10=")],
    "35=A|49=A|56=B|34=1|52=20260301-14:30:00|98=0|108=30|95=4|96=a|b=|141=Y|",
    "35=V|49=A|56=B|34=2|52=20260301-14:30:00|262=1|263=1|264=0|267=2|269=0|269=1|146=2|55=A|167=CS|55=B|",
    "35=E|49=A|56=B|34=3|52=20260301-14:30:00|66=1|394=1|68=1|73=1|11=1|67=1|78=1|79=a|80=1|55=A|54=1|38=1|",
    "35=B|49=A|56=B|34=3|52=20260301-14:30:00|148=x|33=2|58=a|354=3|355=\xff|1|58=b|",
]  # fmt: skip

values = st.one_of(
    st.from_regex(rb"-?[0-9]{0,4}(\.[0-9]{0,3})?", fullmatch=True),
    st.from_regex(
        rb"20[0-9]{2}[01][0-9][0-3][0-9](-[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{1,9})?)?",
        fullmatch=True,
    ),
    st.sampled_from([b"Y", b"N", b"1", b"D", b"1 2", b"", b"AAPL", b"9223372036854775808", b"-0"]),
    st.binary(max_size=8),
)
tags = st.one_of(st.integers(0, 470), st.sampled_from([5001, 78, 79, 146, 55, 33, 95, 96, 8, 10]))
fields = st.builds(lambda tag, value: b"%d=%b\x01" % (tag, value), tags, values)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A real body with fields changed, left out, moved or put in."""
    parts = [part + b"\x01" for part in soh(draw(st.sampled_from(TEMPLATES))).split(b"\x01")[:-1]]
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(parts)))
        match draw(st.integers(0, 3)):
            case 0:
                parts.insert(at, draw(fields))
            case 1:
                parts[at : at + 1] = [draw(fields)]
            case 2:
                del parts[at : at + 1]
            case _:
                parts.insert(draw(st.integers(0, len(parts))), parts[at - 1] if parts else b"")
    return b"".join(parts)


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    """A message, perhaps with bytes changed after its checksum was written, or any bytes at all."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=60))
    data = bytearray(sealed(draw(bodies())))
    for _ in range(draw(st.integers(0, 3)) * draw(st.integers(0, 1))):
        at = draw(st.integers(0, len(data) - 1))
        match draw(st.integers(0, 2)):
            case 0:
                data[at] = draw(st.one_of(st.sampled_from(b"\x01=0189"), st.integers(0, 255)))
            case 1:
                del data[at]
            case _:
                del data[at:]
                break
    return bytes(data)


checks = st.fixed_dictionaries({name: st.booleans() for name in CHECKS})


@given(streams(), checks)
@settings(max_examples=200)
def test_any_bytes(data: bytes, checks: dict[str, bool]) -> None:
    agree(data, checks)


@pytest.mark.thorough
@pytest.mark.timeout(600)
@given(streams(), checks)
@settings(max_examples=4_000)
def test_any_bytes_many_times(data: bytes, checks: dict[str, bool]) -> None:
    agree(data, checks)


@pytest.mark.parametrize("template", TEMPLATES)
def test_what_is_mutated_is_accepted(template: str) -> None:
    """Or mutations of it would all be refused for one reason."""
    *_, refused = agree(sealed(template), {})
    assert refused is None


def test_every_cut_of_a_message() -> None:
    data = soh(SAMPLE)
    for at in range(len(data)):
        assert agree(data[:at], {})[0] is GarbledMessage
        agree(data[at:], {})


@given(st.dictionaries(tags, st.one_of(
    st.text(max_size=6), st.binary(max_size=6), st.integers(), st.booleans(),
    st.floats(), st.decimals(), st.none(),
    st.datetimes(timezones=st.sampled_from([None, datetime.UTC, EAST])),
), max_size=5))  # fmt: skip
@settings(max_examples=200)
def test_any_values_are_written_alike(body: dict[int, Any]) -> None:
    both = [answer(Dictionary.fix42(name).encode, "D", body) for name in ("rust", "python")]
    assert both[0] == both[1]


def test_prices_are_written_by_their_shortest_decimals() -> None:
    draw = np.random.default_rng(1)
    prices = draw.integers(-(10**9), 10**9, 2_000) / 10.0 ** draw.integers(0, 10, 2_000)
    prices = np.concatenate([prices, np.nextafter(prices, 0), [0.0, -0.0, 1e8, 99999999.5, 1e-7]])
    for name in ("rust", "python"):
        fix = Dictionary.fix42(name)
        for price in prices.tolist():
            told = fix.decode(fix.encode("D", {44: price}))[44]
            assert told == format(Decimal(repr(price)), "f").removesuffix(".0")


def test_the_dictionary_of_quickfix_says_what_ours_says() -> None:
    """The same tags and messages, and the same templates accepted; where the peer is installed."""
    pytest.importorskip("quickfix", reason="the peer quickfix is not installed")
    path = Path(sys.prefix) / "share/quickfix/FIX42.xml"
    theirs = Dictionary.from_quickfix_xml(path)
    ours = Dictionary.fix42()
    # Some of its names are those of later versions.
    assert theirs.messages.keys() == ours.messages.keys()
    known = [{tag for tag in range(1, 500) if fix.name(tag)} for fix in (theirs, ours)]
    assert known[0] == known[1]
    for template in TEMPLATES:
        message = ours.decode(sealed(template))
        assert repr(answer(theirs.validate, message)) == repr(answer(ours.validate, message))


def test_both_kernel_sets_offer_the_same() -> None:
    for interface in (Message, Dictionary):
        written = {name for name in dir(interface) if not name.startswith("_")}
        for name in ("rust", "python"):
            fix = Dictionary.fix42(name)
            made = fix if interface is Dictionary else fix.decode(sealed("35=0|"))
            missing = {one for one in written if not hasattr(made, one)}
            assert missing <= {"fix42", "load", "from_quickfix_xml", "register"}, (name, missing)
