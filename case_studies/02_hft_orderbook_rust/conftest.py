"""Names that the examples in the docstrings of private modules take for imported."""

from __future__ import annotations

from typing import Any

import pytest

from hft_orderbook import OrderBook


@pytest.fixture(autouse=True)
def _names_of_examples(doctest_namespace: dict[str, Any]) -> None:
    doctest_namespace["OrderBook"] = OrderBook
