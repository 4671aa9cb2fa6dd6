"""Recordings of several instruments: each is read as if it were alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hft_orderbook as hft


def snapshot(id_: int, bid: str, ask: str, **more: Any) -> dict[str, Any]:
    return {"lastUpdateId": id_, "bids": [[bid, "1"]], "asks": [[ask, "1"]], **more}


def depth(symbol: str, first: int, last: int, previous: int, bid: str) -> dict[str, Any]:
    ids = {"U": first, "u": last, "pu": previous}
    data = {"e": "depthUpdate", "s": symbol, **ids, "b": [[bid, "1"]], "a": []}
    return {"stream": f"{symbol.lower()}@depth", "data": data}


def ticker(symbol: str, id_: int, bid: str, ask: str) -> dict[str, Any]:
    data = {"e": "bookTicker", "s": symbol, "u": id_, "b": bid, "B": "1", "a": ask, "A": "1"}
    return {"stream": f"{symbol.lower()}@bookTicker", "data": data}


BITCOIN = [
    snapshot(10, "100.0", "101.0", symbol="BTCUSDT"),
    depth("BTCUSDT", 9, 12, 8, "100.5"),
    ticker("BTCUSDT", 12, "100.5", "101.0"),
    depth("BTCUSDT", 13, 20, 12, "100.7"),
]
#: In a tick of its own, and with update ids that would continue those of the other one.
ETHER = [
    {"stream": "ethusdt@depth", "data": snapshot(11, "9.001", "9.250")},
    depth("ETHUSDT", 10, 12, 9, "9.003"),
    ticker("ETHUSDT", 12, "9.003", "9.250"),
    depth("ETHUSDT", 13, 21, 12, "9.005"),
]
SIZES: dict[str, Any] = {"BTCUSDT": {}, "ETHUSDT": {"tick_size": "0.001"}}


def load(folder: Path, lines: list[dict[str, Any]], **options: Any) -> hft.BinanceRecording:
    file = folder / "feed"
    file.write_text("\n".join(f"{ts} {json.dumps(line)}" for ts, line in enumerate(lines)))
    return hft.load_binance(file, **options)


def without_times(events: hft.events.Events) -> Any:
    return events[["seq", "tick", "lots", "kind", "side", "flags"]].tolist()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("symbol", ["BTCUSDT", "ETHUSDT"])
def test_each_symbol_is_read_as_if_alone(tmp_path: Path, symbol: str, seed: int) -> None:
    parts = {"BTCUSDT": list(BITCOIN), "ETHUSDT": list(ETHER)}
    alone = load(tmp_path, parts[symbol], **SIZES[symbol])
    turns = np.random.default_rng(seed).permutation(["BTCUSDT"] * 4 + ["ETHUSDT"] * 4)
    mixed = [parts[str(turn)].pop(0) for turn in turns]
    found = load(tmp_path, mixed, symbol=symbol.lower(), **SIZES[symbol])
    assert without_times(found.events) == without_times(alone.events)
    assert found.tickers["bid"].to_list() == alone.tickers["bid"].to_list()
    assert (found.symbol, found.messages, found.live) == (symbol, 3, True)
    assert found.gaps.is_empty() and alone.symbol == symbol


def test_several_symbols_without_a_choice_are_named(tmp_path: Path) -> None:
    for lines in (BITCOIN + ETHER, ETHER + BITCOIN):
        for on_error in ("raise", "skip"):
            with pytest.raises(ValueError, match=r"has the symbols BTCUSDT, ETHUSDT: .*symbol="):
                load(tmp_path, lines, on_error=on_error)
    with pytest.raises(ValueError, match='symbol="XRPUSDT": .*recording: BTCUSDT, ETHUSDT'):
        load(tmp_path, BITCOIN + ETHER, symbol="xrpusdt")
    with pytest.raises(TypeError, match="symbol=3: expected a string"):
        load(tmp_path, BITCOIN, symbol=3)


def test_a_snapshot_without_a_symbol(tmp_path: Path) -> None:
    nameless = snapshot(10, "100.0", "101.0")
    assert load(tmp_path, [nameless, *BITCOIN[1:]]).messages == 3
    assert load(tmp_path, [nameless, *BITCOIN[1:]], symbol="BTCUSDT").messages == 3
    # Ids of the one symbol alone join it: it is of that one.
    later = [ETHER[0], depth("ETHUSDT", 11, 12, 11, "9.003")]
    mixed = [nameless, *BITCOIN[1:], *later]
    found = load(tmp_path, mixed, symbol="BTCUSDT")
    assert (found.messages, found.live) == (3, True)
    found = load(tmp_path, mixed, symbol="ETHUSDT", tick_size="0.001")
    assert found.events["tick"].max() == 9_250
    # Ids of both join it, or of neither.
    both = [nameless, *BITCOIN[1:], *ETHER]
    for lines, line in ((both, 1), ([*later, BITCOIN[3], nameless], 4)):
        with pytest.raises(
            ValueError, match=f'^line {line}: .* has BTCUSDT, ETHUSDT: add "symbol"'
        ):
            load(tmp_path, lines, symbol="BTCUSDT")
