"""Filter and likelihood: what is known of the state from the past alone, ``O(T K^2)``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.hmm.params import HMMParams
from hft_py.hmm.ready import Lengths, ready
from hft_py.results import Result

Floats = npt.NDArray[np.float64]


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
    kernels, arguments = ready(returns, params, lengths, missing, backend)
    alpha, log_scale = kernels.forward(*arguments)
    return Forward(alpha, log_scale, float(log_scale.sum()))


def filter_proba(
    returns: Any,
    params: HMMParams,
    *,
    lengths: Lengths = None,
    missing: str = "raise",
    backend: str | None = None,
) -> Floats:
    """``p(z_t | x_1..x_t)``, ``(T, K)``: what was known at the time.

    Row t does not change when data are appended. The first row begins with the model's start
    probabilities, which a fit makes all but certain of the regime its data began in: a series that
    goes on must bring its past, or go on by :class:`hft_py.hmm.OnlineFilter`. Memory beside the
    result does not grow with T.

    Parameters
    ----------
    returns, params
        The series, ``(T,)`` or ``(T, D)``, and the model, as for :func:`forward`.
    lengths, missing, backend
        As for :func:`forward`, and so are the errors.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, filter_proba
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> filter_proba([0.0, 2.0], model)[0]
    array([0.5, 0.5])
    """
    kernels, arguments = ready(returns, params, lengths, missing, backend)
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
    kernels, arguments = ready(returns, params, lengths, missing, backend)
    logs: Floats = kernels.last(*arguments)
    return logs


def score(
    returns: Any,
    params: HMMParams,
    *,
    lengths: Lengths = None,
    missing: str = "raise",
    backend: str | None = None,
) -> float:
    """``log p(x)`` in nats, summed over sequences; minus infinity for impossible observations.

    Parameters
    ----------
    returns, params
        The series, ``(T,)`` or ``(T, D)``, and the model, as for :func:`forward`.
    lengths, missing, backend
        As for :func:`forward`, and so are the errors.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, score
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> round(score([0.0, 2.0], model), 6)
    -3.512874
    """
    kernels, arguments = ready(returns, params, lengths, missing, backend)
    return float(kernels.score(*arguments))
