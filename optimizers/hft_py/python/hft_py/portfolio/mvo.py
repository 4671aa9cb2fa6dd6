"""Portfolios of one date: by mean-variance optimisation, or by rank.

Maximise ``alpha'w - risk_aversion * w'(B F B' + D)w - cost`` over the weights ``w``, with costs
that grow linearly and with the power 3/2 of each trade, subject to limits on leverage, net
exposure, weights, beta, sectors, turnover, shares of volume, tracking error and volatility.

Sources: Markowitz, J. Finance 7 (1952) 77; Boyd et al., "Multi-period trading via convex
optimization", Foundations and Trends in Optimization 3 (2017) 1, for costs and limits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py import labels
from hft_py.portfolio import heuristic
from hft_py.portfolio.config import MVOConfig
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
    settings = MVOConfig() if config is None else config
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
        forecast_of(alpha, as_of),
        as_of,
        risk_model=risk_model,
        current_weights=current_weights,
        config=settings,
        **market,
    )


def assets_of(alpha: Any) -> Any:
    """The labels of a forecast; None of an array."""
    given = labels.by_label("alpha", alpha)
    return None if given is None else tuple(given)


def forecast_of(alpha: Any, as_of: Any) -> Any:
    """A forecast of one date: ``alpha`` itself, or a row of a frame by date."""
    kind = labels.kind_of(alpha)
    by_date = (kind == "pandas" and alpha.ndim == 2) or (
        kind == "polars"
        and hasattr(alpha, "columns")
        and any(t.is_temporal() for t in alpha.dtypes)
    )
    if not by_date:
        return alpha
    found = labels.panel("alpha", alpha, allow_nan=True)
    if as_of is None:
        raise ValueError("as_of is None: alpha has several dates, expected one of them")
    times = np.asarray(found.dates)
    date = np.asarray(as_of) if times.dtype.kind != "M" else np.datetime64(as_of)
    if not times[0] <= date <= times[-1]:
        raise ValueError(f"as_of={as_of} is outside alpha's dates, {times[0]} to {times[-1]}")
    row = found.values[int(np.searchsorted(times, date, side="right")) - 1]
    return labels.vector_like(kind, found.assets, row, "alpha")
