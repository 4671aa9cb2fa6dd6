"""Reading a model: filter, smoother, decoder, likelihood.

What may be known at the time is the **filter's**: ``p(z_t | x_1..x_t)``. The smoother and Viterbi's
path use the whole series, the future included: they describe the past and must not drive a
backtest. Every function here costs ``O(T K^2)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import backend as backends
from hft_py import checks
from hft_py.hmm.bins import symbols
from hft_py.hmm.observations import Observations, observations
from hft_py.hmm.params import HMMParams
from hft_py.results import Result

Floats = npt.NDArray[np.float64]
Lengths = Sequence[int] | None

METHODS = ("filtered", "smoothed", "viterbi")


@dataclass(frozen=True, eq=False, repr=False)
class Forward(Result):
    """The forward recursion.

    Attributes
    ----------
    alpha
        ``p(z_t | x_1..x_t)``, ``(T, K)``.
    log_scale
        ``log p(x_t | x_1..x_(t-1))``, ``(T,)``: how surprising each observation was, in nats.
    log_likelihood
        Their sum.
    """

    alpha: Floats
    log_scale: Floats
    log_likelihood: float


@dataclass(frozen=True, eq=False, repr=False)
class Posterior(Result):
    """What the whole series says.

    Attributes
    ----------
    gamma
        ``p(z_t | x)``, ``(T, K)``.
    expected_transitions
        Expected number of each transition, ``(K, K)``: the sum of ``xi`` over time.
    xi
        ``p(z_t, z_(t+1) | x)``, ``(T - 1, K, K)``, zero between two sequences; None unless asked
        for, as it takes K times the memory of the rest.
    log_likelihood
        ``log p(x)``.
    """

    gamma: Floats
    expected_transitions: Floats
    xi: Floats | None
    log_likelihood: float


@dataclass(frozen=True, eq=False, repr=False)
class Decoding(Result):
    """The most probable path.

    Attributes
    ----------
    states
        ``argmax p(z | x)``, ``(T,)``; of equals the lower state.
    log_probability
        ``log p(states, x)``.
    """

    states: npt.NDArray[np.int64]
    log_probability: float


def _ready(
    returns: Any, params: HMMParams, lengths: Lengths, missing: str, backend: str | None
) -> tuple[Any, tuple[Any, ...]]:
    """The kernel set, and the arguments every kernel takes."""
    if not isinstance(params, HMMParams):
        raise TypeError(f"params={checks.short(params)}, expected HMMParams")
    data = observations(returns, lengths, missing)
    x = _fitting(data, params)
    return backends.kernels("hmm", backend), (*params.model, x, data.lengths)


def _fitting(data: Observations, params: HMMParams) -> Floats:
    d = params.n_columns
    if data.x.shape[1] != d:
        raise ValueError(f"returns has {data.x.shape[1]} columns, the model {d}")
    if params.emission == "binned":
        assert params.bin_edges is not None  # checked when the model was made
        return symbols(data.x, params.bin_edges)
    return data.x


def forward(
    returns: Any,
    params: HMMParams,
    *,
    lengths: Lengths = None,
    missing: str = "raise",
    backend: str | None = None,
) -> Forward:
    """The forward recursion: filter and one-step predictive densities.

    Parameters
    ----------
    returns
        ``(T,)`` or ``(T, D)``, in the unit the model was fitted in.
    params
        The model.
    lengths
        Rows of each sequence; None for one.
    missing
        ``"raise"``: NaN is an error. ``"ignore"``: a row with NaN has likelihood one.
    backend
        See :mod:`hft_py.backend`.

    Raises
    ------
    ValueError, TypeError
        An argument is not as above, or an observation is impossible under every reachable state.

    References
    ----------
    Rabiner, Proc. IEEE 77 (1989), section V.A.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, forward
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> forward([0.0, 2.0], model).alpha.round(3)
    array([[0.5  , 0.5  ],
           [0.018, 0.982]])
    """
    kernels, arguments = _ready(returns, params, lengths, missing, backend)
    alpha, log_scale = kernels.forward(*arguments)
    return Forward(alpha, log_scale, float(log_scale.sum()))


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
    last row. A state that the past rules out and the future demands may have infinity. Parameters
    and errors as for :func:`forward`.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, backward
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> backward([0.0, 2.0], model).round(3)
    array([[0.229, 1.771],
           [1.   , 1.   ]])
    """
    kernels, arguments = _ready(returns, params, lengths, missing, backend)
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
    """Probabilities of states (gamma) and of transitions (xi) given the whole series.

    Parameters
    ----------
    pairwise
        Give ``xi`` at every time, not only its sum.

    The others, and errors, as for :func:`forward`.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, posterior
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> posterior([0.0, 2.0], model).gamma.round(3)
    array([[0.114, 0.886],
           [0.018, 0.982]])
    """
    checks.flag("pairwise", pairwise)
    kernels, arguments = _ready(returns, params, lengths, missing, backend)
    gamma, transitions, log_likelihood = kernels.smoothed(*arguments)
    xi = kernels.pairwise(*arguments) if pairwise else None
    return Posterior(gamma, transitions, xi, log_likelihood)


def filter_proba(
    returns: Any,
    params: HMMParams,
    *,
    lengths: Lengths = None,
    missing: str = "raise",
    backend: str | None = None,
) -> Floats:
    """``p(z_t | x_1..x_t)``, ``(T, K)``: what was known at the time.

    Row t does not change when data are appended. Parameters and errors as for :func:`forward`;
    memory beside the result does not grow with T.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, filter_proba
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> filter_proba([0.0, 2.0], model)[0]
    array([0.5, 0.5])
    """
    kernels, arguments = _ready(returns, params, lengths, missing, backend)
    alpha: Floats = kernels.filtered(*arguments)
    return alpha


def last_log_probabilities(
    returns: Any,
    params: HMMParams,
    *,
    lengths: Lengths = None,
    missing: str = "raise",
    backend: str | None = None,
) -> Floats:
    """``log p(z_T | x_1..x_T)`` at the end of the last sequence, ``(K,)``: where to go on from."""
    kernels, arguments = _ready(returns, params, lengths, missing, backend)
    logs: Floats = kernels.last(*arguments)
    return logs


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
        None: the whole series, **the future included**. A number: fixed-lag smoothing, which waits
        that many observations; 0 is the filter. Costs ``O(T lag K^2)``.

    The others, and errors, as for :func:`forward`.

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
    kernels, arguments = _ready(returns, params, lengths, missing, backend)
    if lag is not None:
        lag = checks.whole_number("lag", lag, least=0)
        waited: Floats = kernels.fixed_lag(*arguments, min(lag, len(arguments[4])))
        return waited
    gamma: Floats = kernels.smoothed(*arguments)[0]
    return gamma


def viterbi_decode(
    returns: Any,
    params: HMMParams,
    *,
    lengths: Lengths = None,
    missing: str = "raise",
    backend: str | None = None,
) -> Decoding:
    """The most probable path of states given the whole series, **the future included**.

    Parameters and errors as for :func:`forward`.

    References
    ----------
    Viterbi, IEEE Trans. Inform. Theory 13 (1967).

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, viterbi_decode
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> viterbi_decode([-1.0, 0.2, -1.0, 3.0], model).states
    array([0, 0, 0, 1])
    """
    kernels, arguments = _ready(returns, params, lengths, missing, backend)
    states, log_probability = kernels.viterbi(*arguments)
    return Decoding(states, log_probability)


def score(
    returns: Any,
    params: HMMParams,
    *,
    lengths: Lengths = None,
    missing: str = "raise",
    backend: str | None = None,
) -> float:
    """``log p(x)`` in nats, summed over sequences; minus infinity for impossible observations.

    Other parameters and errors as for :func:`forward`.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, score
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> round(score([0.0, 2.0], model), 6)
    -3.512874
    """
    kernels, arguments = _ready(returns, params, lengths, missing, backend)
    return float(kernels.score(*arguments))


def predict_regime(
    returns: Any,
    params: HMMParams,
    *,
    method: str = "filtered",
    lengths: Lengths = None,
    missing: str = "raise",
    backend: str | None = None,
) -> npt.NDArray[np.int64]:
    """The regime at each time, ``(T,)``.

    Parameters
    ----------
    method
        ``"filtered"`` (default): the likeliest given the past and present, safe in a backtest.
        ``"smoothed"``: given the whole series. ``"viterbi"``: on the likeliest path. The last two
        look ahead.

    The others, and errors, as for :func:`forward`. Of equally likely regimes the lower.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, predict_regime
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> predict_regime([0.2, 2.0, -0.1, -3.0], model)
    array([1, 1, 1, 0])
    """
    checks.choice("method", method, METHODS)
    kernels, arguments = _ready(returns, params, lengths, missing, backend)
    if method == "viterbi":
        path: npt.NDArray[np.int64] = kernels.viterbi(*arguments)[0]
        return path
    filtering = method == "filtered"
    table = kernels.filtered(*arguments) if filtering else kernels.smoothed(*arguments)[0]
    return np.asarray(table.argmax(axis=1), dtype=np.int64)


def information_criteria(
    returns: Any, params: HMMParams, *, lengths: Lengths = None, missing: str = "raise"
) -> tuple[float, float]:
    """Akaike's and Schwarz's criteria of a model on any data; less is better."""
    log_likelihood = score(returns, params, lengths=lengths, missing=missing)
    data = observations(returns, lengths, missing)
    known = int((~np.isnan(data.x).any(axis=1)).sum())
    free = params.n_parameters
    return (
        2.0 * free - 2.0 * log_likelihood,
        free * float(np.log(max(known, 1))) - 2.0 * log_likelihood,
    )


def aic(returns: Any, params: HMMParams, **options: Any) -> float:
    """Akaike's criterion on ``returns``, ``2 p - 2 log L``: less is better.

    ``options`` are ``lengths`` and ``missing`` of :func:`forward`.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, aic
    >>> model = HMMParams([1.0], [[1.0]], [0.0], [1.0])
    >>> round(aic([0.0, 0.0], model), 4)
    7.6758
    """
    return information_criteria(returns, params, **options)[0]


def bic(returns: Any, params: HMMParams, **options: Any) -> float:
    """Schwarz's criterion on ``returns``, ``p log T - 2 log L``: less is better.

    ``options`` are ``lengths`` and ``missing`` of :func:`forward`.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, bic
    >>> model = HMMParams([1.0], [[1.0]], [0.0], [1.0])
    >>> round(bic([0.0, 0.0], model), 4)
    5.062
    """
    return information_criteria(returns, params, **options)[1]
