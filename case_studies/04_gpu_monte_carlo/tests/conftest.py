"""Shared fixtures: the option of most references, and the backends that can run here."""

from __future__ import annotations

from typing import Any

import pytest

from gpu_monte_carlo import AsianOption
from gpu_monte_carlo.backends import unavailable_reason

HERE = [name for name in ("numpy", "rust", "cupy", "cuda") if unavailable_reason(name) is None]


def asian(**changes: Any) -> AsianOption:
    """At the money, 252 days, 20 % volatility, but for what is said."""
    given: dict[str, Any] = {
        "spot": 100.0,
        "strike": 100.0,
        "rate": 0.05,
        "dividend": 0.0,
        "volatility": 0.2,
        "maturity": 1.0,
        "observations": 252,
    }
    return AsianOption(**{**given, **changes})


@pytest.fixture
def option() -> Any:
    return asian


@pytest.fixture(params=HERE)
def backend(request: pytest.FixtureRequest) -> str:
    """Every backend that can run here."""
    return str(request.param)
