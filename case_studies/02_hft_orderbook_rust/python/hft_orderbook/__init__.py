"""An exact L2 order book: an array near the best prices, and every other level kept.

>>> from hft_orderbook import OrderBook
>>> book = OrderBook(tick_size="0.1", lot_size="0.001")
>>> book.set("bid", "61800.2", "2.507")
>>> book.set("ask", "61800.3", "2.510")
>>> book.best_bid(), book.spread()
((61800.2, 2.507), 0.1)
"""

from hft_orderbook._rust import OrderTracker, Sequencer
from hft_orderbook.book import OrderBook
from hft_orderbook.events import EVENT, LAST, Kind, as_events, to_frame
from hft_orderbook.flow import published_flow, synthetic_flow
from hft_orderbook.load import load_binance, load_lobster
from hft_orderbook.replay import depth_over_time, replay
from hft_orderbook.result import BinanceRecording, LobsterRecording, Sweep

__all__ = [
    "EVENT",
    "LAST",
    "BinanceRecording",
    "Kind",
    "LobsterRecording",
    "OrderBook",
    "OrderTracker",
    "Sequencer",
    "Sweep",
    "as_events",
    "depth_over_time",
    "load_binance",
    "load_lobster",
    "published_flow",
    "replay",
    "synthetic_flow",
    "to_frame",
]
