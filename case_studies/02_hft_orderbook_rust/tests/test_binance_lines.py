"""Forms in which recorders write prices, levels and messages, and what is said of others."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hft_orderbook as hft

SNAPSHOT = '1 {"lastUpdateId":10,"bids":[["9.9","1.000"]],"asks":[["10.1","2.000"]]}'
IDS = '"e":"depthUpdate","U":9,"u":12,"pu":8'


def update(bids: str) -> str:
    return f'2 {{"data":{{{IDS},"b":{bids},"a":[]}}}}'


def load(line: str, snapshot: str = SNAPSHOT, **options: Any) -> hft.BinanceRecording:
    with TemporaryDirectory() as folder:
        file = Path(folder, "feed")
        file.write_text(f"{snapshot}\n{line}")
        return hft.load_binance(file, **options)


@given(
    digits=st.integers(0, 10**7),
    point=st.integers(0, 8),
    exponent=st.integers(-12, 3),
    form=st.sampled_from(["{}e{}", "+{}E{}", '"{}e{:+03d}"']),
)
def test_prices_with_an_exponent(digits: int, point: int, exponent: int, form: str) -> None:
    text = f"{digits:09d}"
    mantissa = f"{text[: 9 - point].lstrip('0') or '0'}.{text[9 - point :]}".rstrip(".")
    written = form.format(mantissa, exponent)
    written = written if written[0] != "+" else f'"{written}"'  # JSON's numbers have no plus
    ticks = Decimal(written.strip('"')) / Decimal("1e-8")
    line = update(f"[[{written},3]]")
    if ticks != int(ticks):
        with pytest.raises(ValueError, match=r"not a multiple of 10\^-8: finer than the unit"):
            load(line, tick_size="1e-8")
    else:
        events = load(line, tick_size="1e-8").events
        assert events[["tick", "lots"]][-1].tolist() == (int(ticks), 3_000)


def test_numbers_are_read_as_written() -> None:
    """Digits beyond a double's are not lost, and what is off the grid is refused."""
    line = update("[[0.123456789012345678, 61800.2]]")
    empty = '1 {"lastUpdateId":10,"bids":[],"asks":[]}'
    event = load(line, empty, tick_size="1e-18").events[-1]
    assert (event["tick"], event["lots"]) == (123_456_789_012_345_678, 61_800_200)
    with pytest.raises(ValueError, match="finer than the unit"):
        load(line, empty, tick_size="1e-17")


@pytest.mark.parametrize(
    "line",
    [
        update('[["9.8","1.5"]]'),
        update("[[9.8, 1.5]]"),
        update('[["9.8", 1.5, []]]'),  # the exchange's older form
        update('[["98e-1", "15E-1"]]'),
        f'2 {{{IDS},"s":"BTCUSDT","b":[["9.8","1.5"]],"a":[]}}',  # of a raw stream
    ],
)
def test_forms_of_the_same_message(line: str) -> None:
    recording = load(line)
    event = recording.events[-1]
    assert (event["seq"], event["tick"], event["lots"], event["side"]) == (12, 98, 1_500, 0)
    assert (recording.messages, recording.live) == (2, True)


def test_bare_messages_of_other_kinds() -> None:
    ticker = '2 {"e":"bookTicker","u":11,"s":"BTCUSDT","b":"9.9","B":"1","a":"10.1","A":"2"}'
    recording = load(f'{ticker}\n3 {{"e":"trade","s":"BTCUSDT","t":1,"b":5,"a":6}}')
    assert recording.tickers.row(0) == (2, 11, 99, 1_000, 101, 2_000)
    assert (recording.trades, recording.symbol) == (1, "BTCUSDT")


@pytest.mark.parametrize(
    "line",
    [
        '2 {"result":null,"id":1}',
        '2 {"result":["btcusdt@depth"],"id":"a"}',
        '2 {"method":"SUBSCRIBE","params":["btcusdt@depth","ethusdt@depth"],"id":1}',
    ],
)
def test_requests_and_replies_are_passed_over(line: str) -> None:
    recording = load(line)
    assert (recording.messages, recording.skipped) == (1, [])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (update('[["9.8","1","2"]]'), r'b: \["9.8","1","2"\]: expected \[price, quantity\]'),
        (update('[["9.8"]]'), r'b: \["9.8"\]: expected \[price, quantity\]'),
        (update('["9.8"]'), r'b: "9.8": expected \[price, quantity\]'),
        (update('"9.8"'), 'b is "9.8": expected a list of levels'),
        (update('[["abc","1"]]'), '"abc" is not a decimal number'),
        (update('[[null,"1"]]'), '"null" is not a decimal number'),
        (update('[["1e30","1"]]'), r'"1e30" is too large: beyond 2\^63 - 1 steps of 10\^-1'),
        (update('[["9.8","1e-999999999999"]]'), "finer than the unit"),
        (update("[]").replace("2 ", "", 1), "expected a time, a blank and a message"),
        ('2 {"error":{"code":2,"msg":"Invalid"},"id":1}', 'sent an error: {"code":2,'),
        (update("[]")[:-3], "EOF while parsing a list$"),
        ('2 {"data":{"e":"news"}}', 'message of unknown type "news"'),
        (
            f'2 {{"stream":"btcusdt@depth20@100ms","data":{{{IDS},"b":[],"a":[]}}}}',
            "sends the best levels, not what changes",
        ),
    ],
)
def test_what_is_wrong_is_named(line: str, message: str) -> None:
    with pytest.raises(ValueError, match="^line 2: .*" + message):
        load(line)
    assert load(line, on_error="skip").skipped == [2]
