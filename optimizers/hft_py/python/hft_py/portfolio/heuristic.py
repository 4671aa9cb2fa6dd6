"""Equal weights of the best and worst forecasts: a portfolio without an optimiser.

What a book without a risk model does, and what an optimised portfolio is compared with.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import labels
from hft_py.portfolio._assemble import assemble
from hft_py.portfolio._inputs import Inputs, read_inputs
from hft_py.portfolio._report import report
from hft_py.portfolio.config import MVOConfig
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
    the result tell which are broken.

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
    settings = MVOConfig() if config is None else config
    given = labels.by_label("alpha", alpha)
    assets = tuple(range(len(alpha))) if given is None else tuple(given)
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
    found[order[:count]] = min((gross + net) / 2 / count, high)
    if not config.long_only and count:
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
