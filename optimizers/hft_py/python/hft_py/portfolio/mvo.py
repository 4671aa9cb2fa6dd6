"""Portfolios of one date: by mean-variance optimisation, or by rank.

Maximise ``alpha'w - risk_aversion * w'(B F B' + D)w - cost`` over the weights ``w``, with costs
that grow linearly and with the power 3/2 of each trade, subject to limits on leverage, net
exposure, weights, beta, sectors, turnover, shares of volume, tracking error and volatility.

Sources: Markowitz, J. Finance 7 (1952) 77; Boyd et al., "Multi-period trading via convex
optimization", Foundations and Trends in Optimization 3 (2017) 1, for costs and limits.
"""

from __future__ import annotations

from typing import Any

from hft_py.portfolio import heuristic
from hft_py.portfolio._forecast import assets_of, forecast_of
from hft_py.portfolio.config import MVOConfig, settings_of
from hft_py.portfolio.rebalancer import MVORebalancer
from hft_py.portfolio.result import PortfolioResult


def build_portfolio_mvo(
    alpha: Any,
    as_of: Any = None,
    *,
    risk_model: Any,
    current_weights: Any = None,
    config: MVOConfig | None = None,
    **market: Any,
) -> PortfolioResult:
    """The portfolio of highest utility that keeps every limit.

    Parameters
    ----------
    alpha
        Expected return of each asset over the period to the next rebalance: a series, mapping,
        Polars frame or array; or a frame of them by date, of which the last row at or before
        ``as_of`` is taken. Its assets are the universe; weights are labelled as it is.
    as_of
        The date. Needed for a frame by date, otherwise recorded only.
    risk_model
        A :class:`hft_py.risk.RiskModel`, an estimator that has one in ``model_``, anything with
        ``exposures``, ``factor_covariance`` and ``specific_variance``, or a covariance matrix.
    current_weights
        Weights before the trades; assets not named have none. None: cash, and then turnover is
        not limited.
    config
        Settings and limits. Default: long and short, dollar-neutral.
    market
        ``linear_cost``, ``betas``, ``adv``, ``sectors``, ``benchmark`` and ``borrow_rates`` as
        :class:`MVORebalancer` has them.

    Raises
    ------
    InfeasiblePortfolioError
        Limits in conflict, by name, unless ``config.infeasible="least_violating"``.
    ValueError, TypeError
        Labels that do not match, numbers that are not finite, a covariance with a negative
        eigenvalue, an ``as_of`` outside the data.

    Examples
    --------
    >>> found = build_portfolio_mvo(
    ...     {"A": 0.02, "B": 0.01},
    ...     risk_model=[[0.04, 0.01], [0.01, 0.09]],
    ...     config=MVOConfig(long_only=True, max_weight=0.8),
    ... )
    >>> {name: round(weight, 6) for name, weight in found.by_asset().items()}
    {'A': 0.729091, 'B': 0.270909}
    >>> build_portfolio_mvo(
    ...     {"A": 0.02, "B": 0.01},
    ...     risk_model=[[0.04, 0.01], [0.01, 0.09]],
    ...     config=MVOConfig(long_only=True, max_weight=0.3),
    ... )
    Traceback (most recent call last):
        ...
    hft_py.portfolio.infeasible.InfeasiblePortfolioError: no portfolio satisfies net_exposure and \
weight bounds together: relax one of them (of all limits, the least violations are \
net_exposure by 0.4)
    """
    forecast = forecast_of(alpha, as_of)
    rebalancer = MVORebalancer(risk_model, config=config, assets=assets_of(forecast), **market)
    return rebalancer.rebalance(forecast, as_of, current_weights=current_weights)


def build_portfolio(
    alpha: Any,
    as_of: Any = None,
    *,
    risk_model: Any = None,
    current_weights: Any = None,
    config: MVOConfig | None = None,
    **market: Any,
) -> PortfolioResult:
    """:func:`build_portfolio_mvo` or :func:`build_portfolio_heuristic`, as ``config.use_mvo`` says.

    Parameters are theirs; the heuristic needs no risk model.

    Examples
    --------
    >>> settings = MVOConfig(use_mvo=False, top_n=1, max_weight=0.5)
    >>> build_portfolio({"A": 0.02, "B": 0.0, "C": -0.01}, config=settings).by_asset()
    {'A': 0.5, 'B': 0.0, 'C': -0.5}
    """
    settings = settings_of(config)
    if settings.use_mvo:
        if risk_model is None:
            raise ValueError("risk_model is None: use_mvo=True needs one")
        return build_portfolio_mvo(
            alpha,
            as_of,
            risk_model=risk_model,
            current_weights=current_weights,
            config=settings,
            **market,
        )
    return heuristic.build_portfolio_heuristic(
        alpha,
        as_of,
        risk_model=risk_model,
        current_weights=current_weights,
        config=settings,
        **market,
    )
