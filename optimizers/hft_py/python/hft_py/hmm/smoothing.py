"""Smoother: the state given the whole series, **the future included**, ``O(T K^2)``."""

from __future__ import annotations

from typing import Any

from hft_py import checks
from hft_py.hmm._inputs import prepare_inputs
from hft_py.hmm._parameters import HMMParams
from hft_py.hmm._types import Floats, Lengths
from hft_py.hmm.result import Posterior


def backward(
    returns: Any,
    params: HMMParams,
    *,
    lengths: Lengths = None,
    missing: str = "raise",
    backend: str | None = None,
) -> Floats:
    """The backward recursion, scaled: ``beta`` with ``forward(...).alpha * beta == gamma``.

    ``beta_t(k) = p(x_(t+1)..x_T | z_t = k) / p(x_(t+1)..x_T | x_1..x_t)``, ``(T, K)``; 1 in the
    last row; infinity is possible for a state that underflows in the filter. Parameters, NaN and
    errors as for :func:`forward`.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, backward
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> backward([0.0, 2.0], model).round(3)
    array([[0.229, 1.771],
           [1.   , 1.   ]])
    """
    kernels, arguments = prepare_inputs(returns, params, lengths, missing, backend)
    beta: Floats = kernels.backward(*arguments)
    return beta


def posterior(
    returns: Any,
    params: HMMParams,
    *,
    pairwise: bool = False,
    lengths: Lengths = None,
    missing: str = "raise",
    backend: str | None = None,
) -> Posterior:
    """Probabilities of states (gamma, ``(T, K)``) and of transitions (xi) given the whole series.

    Parameters
    ----------
    pairwise
        Give ``xi`` at every time, not only its sum.

    The other parameters, NaN and errors as for :func:`forward`.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, posterior
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> posterior([0.0, 2.0], model).gamma.round(3)
    array([[0.114, 0.886],
           [0.018, 0.982]])
    """
    checks.flag("pairwise", pairwise)
    kernels, arguments = prepare_inputs(returns, params, lengths, missing, backend)
    gamma, transitions, log_likelihood = kernels.smoothed(*arguments)
    xi = kernels.pairwise(*arguments) if pairwise else None
    return Posterior(gamma, transitions, xi, log_likelihood, kernels.name)


def smooth_proba(
    returns: Any,
    params: HMMParams,
    *,
    lag: int | None = None,
    lengths: Lengths = None,
    missing: str = "raise",
    backend: str | None = None,
) -> Floats:
    """``p(z_t | x_1..x_T)``, or with ``lag`` ``p(z_t | x_1..x_(t + lag))``; ``(T, K)``.

    Parameters
    ----------
    lag
        None: the whole series, **the future included**. A number: fixed-lag smoothing, that many
        observations late; 0 is the filter. Costs ``O(T lag K^2)``.

    The other parameters, NaN and errors as for :func:`forward`.

    References
    ----------
    Anderson and Moore, "Optimal Filtering" (1979), chapter 7.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, smooth_proba
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> smooth_proba([0.0, 2.0, 1.0], model, lag=1).round(3)
    array([[0.114, 0.886],
           [0.004, 0.996],
           [0.017, 0.983]])
    """
    kernels, arguments = prepare_inputs(returns, params, lengths, missing, backend)
    if lag is not None:
        lag = checks.whole_number("lag", lag, least=0)
        lagged: Floats = kernels.fixed_lag(*arguments, min(lag, len(arguments[4])))
        return lagged
    gamma: Floats = kernels.smoothed(*arguments)[0]
    return gamma
