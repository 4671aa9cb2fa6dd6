"""A venue to trade on: a matching engine served by FIX 4.2 and by an Alpaca-compatible REST API.

``python -m hft_py.venue`` starts one; :class:`Venue` is one in this process; :func:`match_orders`
is the matching engine alone. Auctions are left out: trading is continuous from start to end.
"""

from __future__ import annotations

from hft_py.venue.config import VenueConfig
from hft_py.venue.matching import Matched, match_orders, random_orders
from hft_py.venue.recording import read_lobster_orders
from hft_py.venue.venue import Venue

__all__ = [
    "Matched",
    "Venue",
    "VenueConfig",
    "match_orders",
    "random_orders",
    "read_lobster_orders",
]
