"""Which messages a feed applies, against the update ids that each of them holds."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

import hft_orderbook as hft
from hft_orderbook import Sequencer


def test_an_overlapping_spot_message_is_applied() -> None:
    feed = Sequencer("spot")
    assert feed.snapshot(200) == []
    assert feed.message(198, 207, "overlaps") == "apply"
    assert feed.message(207, 210, "begins with the last id") == "apply"
    assert feed.message(205, 210, "has nothing new") == "drop"
    assert feed.message(211, 211, "follows") == "apply"
    assert (feed.live, feed.gaps) == (True, 0)
    assert feed.message(213, 220, "leaves 212 out") == "gap"
    assert feed.snapshot(215) == ["leaves 212 out"]


def test_a_futures_message_names_the_one_before() -> None:
    """Its rule is ``pu``, also where the ids overlap."""
    feed = Sequencer("futures")
    assert feed.snapshot(200) == []
    assert feed.message(198, 207, "overlaps the snapshot", previous=197) == "apply"
    assert feed.message(205, 209, "follows", previous=207) == "apply"
    assert feed.message(205, 212, "follows another", previous=204) == "gap"


@given(st.lists(st.tuples(st.integers(-4, 2), st.integers(1, 6)), max_size=30))
def test_a_spot_book_misses_no_id(messages: list[tuple[int, int]]) -> None:
    """Id ``i`` sets price ``i`` to 1, so the book shows which ids were applied.

    A message begins from 4 ids before the newest to 2 behind it: some overlap, some repeat and
    some leave an id out.
    """
    lines = ['0 {"lastUpdateId":20,"bids":[["20","1"]],"asks":[]}']
    newest = end = 20
    live = True
    for offset, length in messages:
        first = newest + 1 + offset
        last = first + length - 1
        levels = ",".join(f'["{i}","1"]' for i in range(first, last + 1))
        data = f'{{"e":"depthUpdate","U":{first},"u":{last},"b":[{levels}],"a":[]}}'
        lines.append(f'1 {{"data":{data}}}')
        newest = max(newest, last)
        live = live and first <= end + 1
        end = max(end, last) if live else end
    with TemporaryDirectory() as folder:
        file = Path(folder, "feed")
        file.write_text("\n".join(lines))
        recording = hft.load_binance(file, tick_size=1, lot_size=1, market="spot")
    book = hft.OrderBook()
    book.apply(recording.events)
    ticks = sorted(int(price) for price, _ in book.depth("bid"))
    assert (recording.live, recording.gaps.height) == (live, 0 if live else 1)
    assert ticks == list(range(ticks[0], end + 1))
