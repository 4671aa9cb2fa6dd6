"""What a model expects of the next observations: regimes, mean and variance of the returns.

``O(K^2)`` a step. The regimes' probabilities tend to the stationary distribution, the moments to
those of all regimes together, as fast as the chain forgets. Source: Hamilton, "Time Series
Analysis" (1994), section 22.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hft_py import checks
from hft_py.hmm._inputs import prepare_inputs
from hft_py.hmm._parameters import HMMParams
from hft_py.hmm._types import Floats, Lengths
from hft_py.results import Result


@dataclass(frozen=True, eq=False, repr=False)
class Forecast(Result):
    """Row ``h - 1`` of each array is ``h`` steps after the last observation.

    Attributes
    ----------
    probabilities
        ``p(z_(T+h) | x_1..x_T)``, ``(H, K)``.
    means
        ``E(x_(T+h) | x_1..x_T)``, ``(H,)``, or ``(H, D)`` for several columns.
    variances
        Of the return in that step alone, around its mean: ``(H,)``, ``(H, D)``, or for full
        covariances ``(H, D, D)``. The regimes' own variances, and how far their means are apart.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, forecast
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> forecast([0.0, 2.0], model, 2)["means"].round(3)
    array([0.771, 0.617])
    """

    probabilities: Floats
    means: Floats
    variances: Floats


def forecast(
    returns: Any,
    params: HMMParams,
    horizon: int,
    *,
    lengths: Lengths = None,
    missing: str = "raise",
    backend: str | None = None,
) -> Forecast:
    """Regimes and returns of the next ``horizon`` steps, given all of ``returns``.

    Only the filtered probabilities after the last observation (of the last sequence) matter. What
    a model says of means is little where their standard errors are larger than the means, as those
    of daily returns are; volatilities can be forecast.

    Parameters
    ----------
    horizon
        H, 1 or more.

    The other parameters, NaN and errors as for :func:`forward`. The moments of a binned emission
    are those of the data of the fit in each bin; NaN where the model was written by hand.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, forecast
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 9.0])
    >>> found = forecast([0.0, -2.0], model, 3)
    >>> found.probabilities.round(3)
    array([[0.767, 0.233],
           [0.714, 0.286],
           [0.671, 0.329]])
    >>> np.sqrt(found.variances).round(3)
    array([1.891, 2.026, 2.125])
    """
    horizon = checks.whole_number("horizon", horizon, least=1)
    kernels, arguments = prepare_inputs(returns, params, lengths, missing, backend)
    return forecast_from(np.exp(kernels.last(*arguments)), params, horizon)


def forecast_from(probabilities: Floats, params: HMMParams, horizon: int) -> Forecast:
    """The same from the filtered probabilities now, ``(K,)``."""
    assert params.means is not None and params.variances is not None  # NaN where not known
    ahead = np.empty((horizon, params.n_states))
    for h in range(horizon):
        probabilities = probabilities @ params.transition_matrix
        ahead[h] = probabilities
    means = np.einsum("hk,k...->h...", ahead, params.means)
    apart = params.means - means[:, None]
    full = params.variances.ndim == 3
    spread = apart[..., :, None] * apart[..., None, :] if full else apart**2
    variances = np.einsum("hk,hk...->h...", ahead, params.variances + spread)
    return Forecast(ahead, means, variances)
