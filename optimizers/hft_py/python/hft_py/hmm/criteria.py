"""Information criteria of a model on any data: the smaller, the better."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py.hmm.filtering import score
from hft_py.hmm.observations import observations
from hft_py.hmm.params import HMMParams
from hft_py.hmm.ready import Lengths


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
    """Akaike's criterion of the model ``params`` on ``returns``, ``2 p - 2 log L``: less is better.

    ``returns`` is ``(T,)`` or ``(T, D)``; ``options`` are ``lengths`` and ``missing`` of
    :func:`forward`.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, aic
    >>> model = HMMParams([1.0], [[1.0]], [0.0], [1.0])
    >>> round(aic([0.0, 0.0], model), 4)
    7.6758
    """
    return information_criteria(returns, params, **options)[0]


def bic(returns: Any, params: HMMParams, **options: Any) -> float:
    """Schwarz's criterion of ``params`` on ``returns``, ``p log T - 2 log L``: less is better.

    ``returns`` is ``(T,)`` or ``(T, D)``; ``options`` are ``lengths`` and ``missing`` of
    :func:`forward`.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, bic
    >>> model = HMMParams([1.0], [[1.0]], [0.0], [1.0])
    >>> round(bic([0.0, 0.0], model), 4)
    5.062
    """
    return information_criteria(returns, params, **options)[1]
