"""How many states: information criteria, and one fit for each number of states."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import numpy as np

from hft_py import checks
from hft_py.hmm._parameters import HMMParams
from hft_py.hmm._types import Lengths
from hft_py.hmm._validation import validate_observations
from hft_py.hmm.filtering import score
from hft_py.hmm.fitting import MAX_STATES, fit_hmm
from hft_py.hmm.result import StateSelection


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
    return _scored(returns, params, **options).aic


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
    return _scored(returns, params, **options).bic


def _scored(
    returns: Any, params: HMMParams, *, lengths: Lengths = None, missing: str = "raise"
) -> HMMParams:
    """The model with the likelihood and the number of these observations."""
    log_likelihood = score(returns, params, lengths=lengths, missing=missing)
    x = validate_observations(returns, lengths, missing).x
    known = int((~np.isnan(x).all(axis=1)).sum())
    return dataclasses.replace(params, log_likelihood=log_likelihood, n_observations=known)


def select_n_states(
    returns: Any,
    candidates: Iterable[int] = (1, 2, 3, 4, 5),
    *,
    criterion: str = "bic",
    **options: Any,
) -> StateSelection:
    """Fit once for each number of states and choose by an information criterion.

    Parameters
    ----------
    returns
        As for :func:`fit_hmm`.
    candidates
        Numbers of states.
    criterion
        ``"bic"`` (default: consistent, prefers fewer states) or ``"aic"``.
    **options
        Passed to :func:`fit_hmm`; ``n_init`` of 5 or so is wise, as a poor optimum counts against
        its number of states.

    Raises
    ------
    ValueError, TypeError
        No candidate, or as :func:`fit_hmm`.

    References
    ----------
    Schwarz, Ann. Statist. 6 (1978); Akaike, IEEE Trans. Automat. Control 19 (1974). Their theory
    asks for regular models, which mixtures with a superfluous state are not: a guide, not a test.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=400)
    >>> select_n_states(x, (1, 2, 3)).n_states
    1
    """
    checks.choice("criterion", criterion, ("aic", "bic"))
    if not isinstance(candidates, Iterable):
        raise TypeError(f"candidates={checks.short(candidates)}, expected numbers of states")
    given = (checks.whole_number("candidates", k, least=1, most=MAX_STATES) for k in candidates)
    numbers = tuple(given)
    if not numbers:
        raise ValueError("candidates is empty, expected numbers of states")
    fits = tuple(fit_hmm(returns, k, **options) for k in numbers)
    best = min(fits, key=lambda fit: (getattr(fit, criterion), fit.n_states))
    return StateSelection(
        n_states=best.n_states,
        criterion=criterion,
        candidates=numbers,
        log_likelihoods=np.array([fit.log_likelihood for fit in fits]),
        aic=np.array([fit.aic for fit in fits]),
        bic=np.array([fit.bic for fit in fits]),
        converged=tuple(fit.converged for fit in fits),
        best=best,
        fits=fits,
    )
