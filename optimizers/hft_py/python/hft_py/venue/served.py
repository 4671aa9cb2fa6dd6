"""What the REST API and the streams need of a venue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from hft_py.venue.config import VenueConfig

__all__ = ["Served"]


class Served(Protocol):
    """A venue: its settings, its state, its time."""

    config: VenueConfig
    exchange: Any
    clock: Callable[[], int]

    def position(self, client: str, symbol: str) -> int:
        """The lots that a client holds."""
        ...
