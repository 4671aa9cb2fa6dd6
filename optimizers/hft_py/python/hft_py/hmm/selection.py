"""How many states: one fit for each number, and an information criterion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.hmm.fitting import MOST_STATES, fit_hmm
from hft_py.hmm.params import HMMParams
from hft_py.results import Result, pandas

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class StateSelection(Result):
    """Fits with different numbers of states.

    Attributes
    ----------
    n_states
        The number with the least criterion, the smallest of equals.
    criterion
        ``"aic"`` or ``"bic"``.
    candidates
        The numbers tried.
    log_likelihoods, aic, bic
        Of each candidate.
    converged
        Whether each candidate's fit did: one that did not counts for less than it could.
    best
        The chosen fit.
    fits
        All of them.
    """

    n_states: int
    criterion: str
    candidates: tuple[int, ...]
    log_likelihoods: Floats
    aic: Floats
    bic: Floats
    converged: tuple[bool, ...]
    best: HMMParams
    fits: tuple[HMMParams, ...]

    def to_frame(self) -> Any:
        """One row a candidate (a pandas frame)."""
        columns = {"log_likelihood": self.log_likelihoods, "aic": self.aic, "bic": self.bic}
        columns["converged"] = np.array(self.converged)
        return pandas().DataFrame(columns, index=list(self.candidates))


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
    given = (checks.whole_number("candidates", k, least=1, most=MOST_STATES) for k in candidates)
    numbers = tuple(given)
    if not numbers:
        raise ValueError("candidates is empty, expected numbers of states")
    fits = tuple(fit_hmm(returns, k, **options) for k in numbers)
    aic, bic = (np.array([getattr(f, name) for f in fits]) for name in ("aic", "bic"))
    values = aic if criterion == "aic" else bic
    ranked = sorted(range(len(fits)), key=lambda i: (values[i], numbers[i]))
    return StateSelection(
        n_states=numbers[ranked[0]],
        criterion=criterion,
        candidates=numbers,
        log_likelihoods=np.array([f.log_likelihood for f in fits]),
        aic=aic,
        bic=bic,
        converged=tuple(f.converged for f in fits),
        best=fits[ranked[0]],
        fits=fits,
    )
