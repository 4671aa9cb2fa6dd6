"""Equal weights of the best and worst forecasts: a portfolio without an optimiser.

What a book without a risk model does, and what an optimised portfolio is compared with.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks, labels
from hft_py.portfolio._assemble import assemble
from hft_py.portfolio._forecast import assets_of, forecast_of
from hft_py.portfolio._inputs import Inputs, read_inputs
from hft_py.portfolio._report import report
from hft_py.portfolio.config import MVOConfig, settings_of
from hft_py.portfolio.result import PortfolioResult

Floats = npt.NDArray[np.float64]


def build_portfolio_heuristic(
    alpha: Any,
    as_of: Any = None,
    *,
    risk_model: Any = None,
    current_weights: Any = None,
    config: MVOConfig | None = None,
    **market: Any,
) -> PortfolioResult:
    """Equal weights of the ``top_n`` highest forecasts, and short the lowest unless long-only.

    Gross leverage is split between the sides so that the net exposure is met; weights are capped at
    their bounds. From current weights it moves towards that portfolio as far as turnover and
    volumes allow. Beta, sectors and limits on risk are not regarded: ``limits`` and ``violated`` of
    the result tell which are broken. A single asset is not held unless long-only.

    Parameters
    ----------
    alpha, as_of, risk_model, current_weights, config, market
        As in :func:`build_portfolio_mvo`; ``risk_model`` may be None, and the volatility is NaN
        then.

    Examples
    --------
    >>> settings = MVOConfig(long_only=True, top_n=2, max_weight=0.5)
    >>> forecast = {"A": 0.02, "B": 0.01, "C": 0.0}
    >>> build_portfolio_heuristic(forecast, config=settings).by_asset()
    {'A': 0.5, 'B': 0.5, 'C': 0.0}
    """
    settings = settings_of(config)
    alpha = forecast_of(alpha, as_of)
    assets = assets_of(alpha)
    if assets is None:
        assets = tuple(range(len(checks.array("alpha", alpha))))
    if not assets:
        raise ValueError("alpha has no asset, expected one or more")
    model = np.eye(len(assets)) if risk_model is None else risk_model
    inputs = read_inputs(model, assets=assets, **market)
    forecast = labels.vector("alpha", alpha, assets)
    current = None
    if current_weights is not None:
        current = labels.vector("current_weights", current_weights, assets, default=0.0)
    weights = _approached(_target(forecast, settings), current, inputs, settings)
    problem = replace(assemble(inputs, settings), alpha=forecast)
    if current is not None:
        problem = replace(problem, current=current)
    if risk_model is None and settings.impact:
        settings = replace(settings, impact=0.0)  # without volatilities it is not known
    found = report(
        inputs,
        settings,
        problem,
        weights,
        kind=labels.kind_of(alpha),
        method="heuristic",
        current=current,
        must_keep=False,
        as_of=as_of,
    )
    return found if risk_model is not None else replace(found, volatility=float("nan"))


def _target(forecast: Floats, config: MVOConfig) -> Floats:
    """Equal weights on either side, capped."""
    n = len(forecast)
    low, high = config.weight_range
    gross = config.gross_leverage if config.gross_leverage is not None else 1.0
    net = min(max(0.5 * sum(_finite(config.net_range, gross)), -gross), gross)
    order = np.argsort(-forecast, kind="stable")
    count = min(config.top_n, n if config.long_only else n // 2)
    found = np.zeros(n)
    if not count:  # one asset has no other side
        return found
    found[order[:count]] = min((gross + net) / 2 / count, high)
    if not config.long_only:
        found[order[n - count :]] = max(-(gross - net) / 2 / count, low)
    return found


def _finite(ends: tuple[float, float], most: float) -> tuple[float, float]:
    return max(ends[0], -most), min(ends[1], most)


def _approached(
    target: Floats, current: Floats | None, inputs: Inputs, config: MVOConfig
) -> Floats:
    """As near to the target as turnover and volumes allow."""
    start = np.zeros(len(target)) if current is None else current
    trades = target - start
    if inputs.adv is not None and config.max_pct_adv is not None:
        most = config.max_pct_adv * inputs.adv / config.capital
        trades = np.clip(trades, -most, most)
    limit = config.turnover_limit
    total = float(np.abs(trades).sum())
    if current is not None and limit is not None and total > limit:
        trades = trades * (limit / total)
    found: Floats = start + trades
    return found
