"""Both kernel sets as implementations of the study, and the target beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hft_py.venue import match_orders
from qpp.study import Inputs

Output = Mapping[str, Any]


def run_hft_py(backend: str) -> Callable[..., Output]:
    """The function of this library on one kernel set."""

    def call(orders: Any) -> Output:
        found = match_orders(orders, backend=backend)
        return {"filled": found.filled, "fills": found.fills}

    return call


def seconds_at_a_million(inputs: Inputs, bandwidth: Callable[[int], float]) -> float:
    """The time at a million orders a second."""
    return len(inputs["orders"]) / 1e6
