"""Warnings of a fit whose data do not bear as many states as were asked for."""

from __future__ import annotations

import numpy as np

from hft_py.errors import warn
from hft_py.hmm._types import Floats


class DegenerateDataWarning(UserWarning):
    """The data cannot tell as many states apart as were asked for.

    Examples
    --------
    >>> import warnings
    >>> from hft_py.hmm import fit_hmm
    >>> with warnings.catch_warnings(record=True, action="always") as caught:
    ...     model = fit_hmm([0.01] * 50, 2)
    >>> str(caught[0].message)
    'returns do not vary: 2 states cannot be told apart'
    """


class VarianceFloorWarning(DegenerateDataWarning):
    """The variance of a state is the least that ``variance_floor`` allows, not an estimate.

    Examples
    --------
    >>> import warnings
    >>> import numpy as np
    >>> from hft_py.hmm import fit_hmm
    >>> returns = np.append(np.random.default_rng(0).normal(0.0, 0.01, 200), 500.0)
    >>> with warnings.catch_warnings(record=True, action="always") as caught:
    ...     model = fit_hmm(returns, 2)
    >>> caught[0].category.__name__, model.volatilities.round(4)
    ('VarianceFloorWarning', array([0.0096, 0.    ]))
    """


def find_duplicate(theta: Floats) -> tuple[int, int] | None:
    """Two states with the same emission; None where there are none."""
    for state, row in enumerate(theta[1:], 1):
        same = (np.abs(theta[:state] - row) <= 1e-9 * np.abs(row)).all(axis=1)
        if same.any():
            return int(same.argmax()), state
    return None


def states_on_floor(kind: str, theta: Floats, least: Floats) -> list[int]:
    """The states with a variance that is no larger than ``least``, ``(D,)``."""
    d = len(least)
    if kind == "categorical":
        return []
    if kind == "gaussian_full":
        # Kernels add the floor to a matrix one of whose pivots is below it.
        factors = np.linalg.cholesky(theta[:, d:].reshape(-1, d, d))
        variances, least = np.diagonal(factors, axis1=1, axis2=2) ** 2, 2.0 * least
    else:
        variances = theta[:, 1:2] if kind == "student_t" else theta[:, d:]
    found = (variances <= least * (1 + 1e-9)).any(axis=1)
    return [int(state) for state in np.flatnonzero(found)]


def warn_if_degenerate(known: Floats, kind: str, theta: Floats, least: Floats) -> None:
    """Warn of too few observations, of no variation, of states alike, and of those on the floor.

    ``known`` are the rows with a number, ``least`` the least variances, ``(D,)``.
    """
    n_states = len(theta)
    if len(known) < n_states:
        message = f"{len(known)} observations for {n_states} states: some states are only a guess"
        return warn(message, DegenerateDataWarning)
    if n_states > 1 and (np.fmax.reduce(known) == np.fmin.reduce(known)).all():  # NaN left out
        message = f"returns do not vary: {n_states} states cannot be told apart"
        return warn(message, DegenerateDataWarning)
    if alike := find_duplicate(theta):
        message = f"states {alike[0]} and {alike[1]} came out alike: ask for fewer, or raise n_init"
        warn(message, DegenerateDataWarning)
    if states := states_on_floor(kind, theta, least):
        named = f"state {states[0]}" if len(states) == 1 else f"states {states}"
        message = (
            f"the variance of {named} is the least allowed (variance_floor), as for one outlier, "
            "equal returns or columns that depend on each other: look for bad data, ask for fewer "
            "states, or raise emission_prior"
        )
        warn(message, VarianceFloorWarning)
    return None
