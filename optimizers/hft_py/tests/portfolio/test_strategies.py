"""Strategies that change their prices, look ahead in sample, or are given windows of no length."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from hft_py.portfolio import MultiStrategyOptimizer

Floats = npt.NDArray[np.float64]
PRICES: Floats = 100 * np.exp(
    np.cumsum(np.random.default_rng(1).normal(3e-4, 0.012, (300, 2)), axis=0)
)


def plan(strategies: Any, params: Any = None, **options: Any) -> Any:
    given: dict[str, Any] = {"train": 150, "test": 100, "evaluations": 8, "seed": 1}
    given |= {"generations": 2, "population_size": 8}
    optimizer = MultiStrategyOptimizer(strategies, ["A", "B"], objectives=["sharpe"])
    return optimizer.optimize(PRICES, params, **{**given, **options})


def test_a_strategy_cannot_change_prices() -> None:
    before = PRICES.copy()

    def spoils(prices: Floats) -> Floats:
        prices *= 2.0
        return np.ones_like(prices)

    with pytest.raises(ValueError, match="read-only"):
        plan({"spoils": spoils})
    np.testing.assert_array_equal(PRICES, before)


def test_looking_ahead_is_refused_without_a_walk_forward_too() -> None:
    def centred(prices: Floats) -> Floats:
        return np.asarray(np.sign(prices - prices.mean(axis=0)))

    with pytest.raises(ValueError, match="'centred' looks ahead"):
        plan({"centred": centred}, walk_forward=False)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("momentum", {"window": 0}),
        ("momentum", {"window": -5}),
        ("mean_reversion", {"window": 0}),
        ("moving_average", {"fast": 0}),
        ("moving_average", {"slow": 0}),
    ],
)
def test_windows_of_no_length_are_refused(name: str, params: dict[str, int]) -> None:
    (window, value), *_ = params.items()
    with pytest.raises(ValueError, match=f"{window}={value}, expected 1 or more"):
        plan([name], {name: params})
