"""The inputs: daily returns from a seed for the covariances, panels of companies for the models.

A panel has the features that a factor model must bear: companies are listed late and delisted,
returns are missing on some days, capitalisations are spread over three orders of magnitude, returns
have fat tails and come from known factors.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from qpp.study import Workload

Floats = npt.NDArray[np.float64]

SECTORS, STYLES = 11, 18  # with the market 30 factors
FACTORS_SMALL = "factor model, 120 x 300 x 30"
FACTORS_MIDDLE = "factor model, 500 x 3,000 x 30"
FACTORS = "factor model, 2,500 x 3,000 x 30"
EWMA_SMALL, EWMA = "EWMA, 500 x 50", "EWMA, 2,000 x 500"
LEDOIT_SMALL, LEDOIT = "Ledoit-Wolf, 500 x 100", "Ledoit-Wolf, 2,000 x 500"
HALF_LIFE = 60.0


def correlated_returns(dates: int, assets: int, seed: int = 0) -> Floats:
    """Daily returns ``(dates, assets)`` of a market factor and fat-tailed specific returns."""
    rng = np.random.default_rng(seed)
    market = 0.01 * rng.standard_t(5, size=(dates, 1))
    beta = rng.uniform(0.5, 1.5, assets)
    found: Floats = market * beta + 0.015 * rng.standard_t(5, size=(dates, assets))
    return found


def company_panel(
    dates: int, assets: int, *, styles: int = STYLES, sectors: int = SECTORS, seed: int = 0
) -> dict[str, Any]:
    """A panel: arrays ``(dates, assets)``, sectors ``(assets,)``, styles by name.

    ``listed`` says where a company exists; ``universe`` is a part of it. Nine in ten are there on
    any date; one return in a hundred is missing where a company is listed.
    """
    rng = np.random.default_rng(seed)
    start = np.where(rng.random(assets) < 0.15, rng.integers(0, max(dates // 2, 1), assets), 0)
    end = np.where(
        rng.random(assets) < 0.15, rng.integers(dates // 2 + 1, dates + 1, assets), dates
    )
    days = np.arange(dates)[:, None]
    listed = (days >= start) & (days < end)
    size = rng.normal(size=assets)
    cap = np.exp(8.0 + 1.5 * size + 0.01 * rng.normal(size=(dates, assets)).cumsum(axis=0))
    codes = rng.integers(0, sectors, assets)
    exposures: dict[str, Floats] = {}
    factors = 0.003 * rng.standard_t(5, size=(dates, styles))
    returns = (
        0.01 * rng.standard_t(5, size=(dates, 1))
        + (0.005 * rng.standard_t(5, size=(dates, sectors)))[:, codes]
    )
    for j in range(styles):
        # Styles change slowly: a constant part and a moving one.
        moving = rng.normal(size=(dates, assets))
        style = 0.9 * rng.normal(size=assets) + 0.4 * moving
        style[~listed] = np.nan
        returns[1:] += factors[1:, j : j + 1] * np.nan_to_num(style[:-1])
        exposures[f"style_{j + 1}"] = style
    returns += rng.uniform(0.01, 0.03, assets) * rng.standard_t(5, size=(dates, assets))
    returns[~listed | (rng.random((dates, assets)) < 0.01)] = np.nan
    cap[~listed] = np.nan
    return {
        "returns": returns,
        "styles": exposures,
        "sectors": codes,
        "market_cap": cap,
        "universe": listed & (size > -1.5),
        "listed": listed,
    }


def covariance_inputs(*, dates: int, assets: int, estimator: str) -> dict[str, Any]:
    """Returns, and which covariance is wanted."""
    return {"returns": correlated_returns(dates, assets), "estimator": estimator}


def factor_inputs(*, dates: int, assets: int) -> dict[str, Any]:
    """A panel, and that a factor model is wanted."""
    return {"panel": company_panel(dates, assets), "estimator": "factor model"}


def workloads() -> list[Workload]:
    """All of them, the small ones first."""
    made = []
    for name, estimator, dates, assets, quick in (
        (EWMA_SMALL, "ewma", 500, 50, True),
        (EWMA, "ewma", 2_000, 500, False),
        (LEDOIT_SMALL, "ledoit_wolf", 500, 100, False),
        (LEDOIT, "ledoit_wolf", 2_000, 500, True),
    ):
        made.append(
            Workload(name, covariance_inputs, quick=quick, dates=dates, assets=assets,
                     estimator=estimator)
        )  # fmt: skip
    for name, dates, assets, quick in (
        (FACTORS_SMALL, 120, 300, True),
        (FACTORS_MIDDLE, 500, 3_000, False),
        (FACTORS, 2_500, 3_000, False),
    ):
        made.append(Workload(name, factor_inputs, quick=quick, dates=dates, assets=assets))
    return made
