"""Returns, panels of companies and risk models that several tests use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from hft_py.risk import RiskModel

Floats = npt.NDArray[np.float64]


@pytest.fixture
def returns() -> Floats:
    """Daily returns of eight correlated assets with fat tails, ``(300, 8)``."""
    rng = np.random.default_rng(7)
    mixing = np.eye(8) + 0.4 * rng.normal(size=(8, 8))
    found: Floats = 0.01 * rng.standard_t(5, size=(300, 8)) @ mixing
    return found


@pytest.fixture
def model() -> RiskModel:
    """Forty assets, a market, three sectors that sum to zero, two styles."""
    rng = np.random.default_rng(11)
    n = 40
    sectors = np.eye(3)[np.arange(n) % 3]
    exposures = np.hstack([np.ones((n, 1)), sectors, rng.normal(size=(n, 2))])
    root = 0.01 * rng.normal(size=(6, 9))
    root[3] = -root[1] - root[2]  # singular, as the covariance of constrained sectors is
    return RiskModel.build(
        exposures,
        root @ root.T,
        rng.uniform(1e-4, 9e-4, n),
        assets=[f"A{i:02d}" for i in range(n)],
        factors=["market", "Energy", "Banks", "Tech", "size", "value"],
        families=["market", "sector", "sector", "sector", "style", "style"],
    )


@pytest.fixture
def panel() -> dict[str, Any]:
    """A small panel with late listings, delistings and missing numbers."""
    return _panel(90, 70)


@pytest.fixture
def make_panel() -> Callable[..., dict[str, Any]]:
    """Panels of other sizes: ``(dates, assets, styles, sectors)``."""
    return _panel


def _panel(
    dates: int, assets: int, styles: int = 3, sectors: int = 4, seed: int = 0
) -> dict[str, Any]:
    """Returns, styles, sectors, capitalisations and universe; the arguments of ``fit``."""
    rng = np.random.default_rng(seed)
    start = np.where(rng.random(assets) < 0.2, rng.integers(0, dates // 2, assets), 0)
    end = np.where(rng.random(assets) < 0.2, rng.integers(dates // 2, dates, assets), dates)
    days = np.arange(dates)[:, None]
    listed = (days >= start) & (days < end)
    made: dict[str, Any] = {}
    for j in range(styles):
        style = rng.normal(size=(dates, assets)) + rng.normal(size=assets)
        style[~listed] = np.nan
        made[f"style_{j + 1}"] = style
    returns = 0.02 * rng.standard_t(5, size=(dates, assets))
    returns[~listed | (rng.random((dates, assets)) < 0.02)] = np.nan
    cap = np.exp(rng.normal(size=assets) + 0.05 * rng.normal(size=(dates, assets)))
    cap[~listed] = np.nan
    universe = listed & (rng.random((dates, assets)) < 0.9)
    return {
        "returns": returns,
        "styles": made,
        "sectors": rng.integers(0, sectors, assets),
        "market_cap": cap,
        "universe": universe,
    }
