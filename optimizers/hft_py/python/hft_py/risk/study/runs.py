"""The implementations: this library, the baseline and the peers, on the inputs of a workload.

Frames and containers are made outside the clock: a user of pandas or skfolio has them already.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np

from hft_py.backend import require_release_build
from hft_py.risk import FactorModel, ewma_covariance, ledoit_wolf_covariance
from hft_py.risk.study import skfolio_model, user
from hft_py.risk.study.workloads import HALF_LIFE
from qpp.study import Implementation

require_release_build()

DECAY = 0.94
Inputs = Mapping[str, Any]


def covariance(name: str, *, threads: int = 1, **more: Any) -> Implementation:
    """The covariances of this library."""
    return Implementation(name, our_covariance, threads=threads, **more)


def our_covariance(returns: Any, estimator: str) -> Any:
    """The one that is wanted."""
    if estimator == "ewma":
        return {"covariance": ewma_covariance(returns, DECAY)}
    return {"covariance": ledoit_wolf_covariance(returns)}


def factors(name: str, *, backend: str, threads: int = 1, **more: Any) -> Implementation:
    """The factor model of this library."""
    call = functools.partial(our_model, backend=backend, threads=threads)
    return Implementation(name, call, threads=threads, collect=our_outputs, **more)


def our_model(panel: dict[str, Any], estimator: str, *, backend: str, threads: int) -> FactorModel:
    """Fitted with the conventions that all share: no shrinkage, no lags, one half-life."""
    model = FactorModel(
        standardise=False,
        volatility_half_life=HALF_LIFE,
        correlation_half_life=HALF_LIFE,
        newey_west_lags=0,
        specific_half_life=HALF_LIFE,
        specific_shrinkage=0.0,
        min_observations=1,
        threads=threads,
        backend=backend,
    )
    return model.fit(**{name: value for name, value in panel.items() if name != "listed"})


def our_outputs(fitted: FactorModel) -> dict[str, Any]:
    """What is compared; NaN for an asset that is not covered on the last date."""
    specific = np.full(np.shape(fitted.specific_returns_)[1], np.nan)
    model = fitted.model_
    specific[[int(asset) for asset in model.assets]] = model.specific_variance
    return {
        "factor_returns": fitted.factor_returns_,
        "factor_covariance": model.factor_covariance,
        "specific_variance": specific,
    }


def in_frames(inputs: Inputs) -> dict[str, Any]:
    """The same numbers in pandas' frames."""
    import pandas as pd

    if inputs["estimator"] != "factor model":
        return {**inputs, "returns": pd.DataFrame(inputs["returns"])}
    panel = inputs["panel"]
    frames = {name: pd.DataFrame(panel[name]) for name in ("returns", "market_cap", "universe")}
    styles = {name: pd.DataFrame(values) for name, values in panel["styles"].items()}
    return {
        "estimator": "factor model",
        "panel": {**frames, "styles": styles, "sectors": pd.Series(panel["sectors"])},
    }


def by_a_user(estimator: str, returns: Any = None, panel: Any = None) -> Any:
    """The baseline."""
    if estimator == "ewma":
        return {"covariance": user.ewma(returns, DECAY)}
    if estimator == "ledoit_wolf":
        return {"covariance": user.ledoit_wolf(returns)}
    return user.factor_model(**panel, half_life=HALF_LIFE)


def scikit_learn(returns: Any, estimator: str) -> Any:
    """Its Ledoit-Wolf function."""
    from sklearn.covariance import ledoit_wolf

    return {"covariance": ledoit_wolf(returns)[0]}


def pandas_ewm(returns: Any, estimator: str) -> Any:
    """``ewm().cov()`` of all dates, the last one taken; its weighted mean is put back."""
    weighted = returns.ewm(alpha=1.0 - DECAY)
    last = returns.index[-1]
    mean = weighted.mean().loc[last].to_numpy()
    return {"covariance": weighted.cov(bias=True).loc[last].to_numpy() + np.outer(mean, mean)}


def for_skfolio(inputs: Inputs) -> dict[str, Any]:
    """Its container for panels, and the estimator without data."""
    if inputs["estimator"] == "ewma":
        return dict(inputs)
    panel = inputs["panel"]
    return {
        "estimator": "factor model",
        "returns": skfolio_model.asset_panel(panel),
        "model": skfolio_model.estimator(list(panel["styles"]), HALF_LIFE),
    }


def skfolio(estimator: str, returns: Any, model: Any = None) -> Any:
    """Its exponentially weighted covariance, or its factor model."""
    if estimator == "ewma":
        from skfolio.moments import EWCovariance

        half_life = np.log(0.5) / np.log(DECAY)
        return EWCovariance(half_life=half_life, nearest=False).fit(returns)
    return model.fit(characteristics=returns)


def skfolio_outputs(fitted: Any) -> dict[str, Any]:
    """What is compared."""
    if hasattr(fitted, "covariance_"):
        return {"covariance": fitted.covariance_}
    model = fitted.factor_model_
    return {
        "factor_returns": model.factor_returns,
        "factor_covariance": model.factor_covariance,
        "specific_variance": model.idio_covariance,
    }
