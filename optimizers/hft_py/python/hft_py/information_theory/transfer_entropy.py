"""Transfer entropy: what the past of a source tells of a target beyond the target's own past."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py import checks
from hft_py.information_theory._binning import Codes, joint
from hft_py.information_theory._inputs import estimated, information_of_codes, setting
from hft_py.information_theory._validation import Floats, Variable, same_length, variable


def compute_transfer_entropy(
    source: Any,
    target: Any,
    lag: int = 1,
    history: int = 1,
    n_bins: Any = 10,
    *,
    source_history: int = 1,
    binning: str = "auto",
    estimator: str = "plugin",
    base: float = 2.0,
    local: bool = False,
    n_neighbors: int = 3,
    threads: int = 1,
    backend: str | None = None,
) -> Any:
    """Transfer entropy from ``source`` to ``target``, by default in bits.

    With source X and target Y it is the conditional mutual information
    ``I(Y_t; X_(t-lag), ..., X_(t-lag-source_history+1) | Y_(t-1), ..., Y_(t-history))``.

    Parameters
    ----------
    source, target
        Series of one length, ``(n,)``, in the order of time.
    lag
        Steps from the source's last value to the target's, at least 1 (default): at 0 it would be
        the present, which is not transferred.
    history, source_history
        How many past values of the target, and of the source, count: 1 each by default. Their
        cells grow as powers of ``n_bins``; where few observations fall into each, the estimate is
        biased upwards: see :func:`compute_transfer_entropy_significance`.
    n_bins, binning, base, backend
        As for :func:`compute_entropy`; each series has its own bins.
    estimator, n_neighbors, threads
        As for :func:`compute_mutual_information`.
    local
        Give what each time contributes instead, ``(n,)``; NaN where there is not enough past. The
        mean of the others is the transfer entropy.

    Errors are those of :func:`compute_entropy`, and a past that leaves fewer than 2 times.

    References
    ----------
    Schreiber, Phys. Rev. Lett. 85, 461 (2000); with a lag: Wibral et al., PLoS ONE 8 (2013).

    Examples
    --------
    The target repeats the source a step later: a bit for each of a fair coin's tosses.

    >>> import numpy as np
    >>> source = np.random.default_rng(0).integers(0, 2, 10_000)
    >>> target = np.roll(source, 1)
    >>> round(compute_transfer_entropy(source, target), 3)
    1.0
    >>> round(compute_transfer_entropy(target, source), 3)
    0.0
    >>> x, y = [1, 1, 1, 0, 0], [1, 1, 0, 0, 1]
    >>> round(compute_transfer_entropy(y, x, history=2), 6)
    0.666667
    """
    chosen = setting(n_bins, binning, estimator, base, backend)
    first, second = series(source, target)
    past = Past(lag, history, source_history, same_length((first, second)))
    if chosen.is_discrete:
        x, y, z = past.codes(chosen.binner.column(first), chosen.binner.column(second))
        found = information_of_codes(chosen, x, y, z, checks.flag("local", local))
    else:
        columns = past.columns(first, second)
        found = estimated(chosen, *columns, local=local, n_neighbors=n_neighbors, threads=threads)
    return np.concatenate([np.full(past.first, np.nan), found]) if local else found


def series(source: Any, target: Any) -> tuple[Variable, Variable]:
    """Two arguments of one column each."""
    return variable("source", source, ndim=(1,)), variable("target", target, ndim=(1,))


class Past:
    """Which times are compared with which: ``first`` is the first target time, of ``rows``."""

    def __init__(self, lag: Any, history: Any, source_history: Any, n: int) -> None:
        self.lag = checks.whole_number("lag", lag, least=1)
        self.history = checks.whole_number("history", history, least=1)
        self.source_history = checks.whole_number("source_history", source_history, least=1)
        self.first = max(self.history, self.lag + self.source_history - 1)
        self.rows = n - self.first
        if self.rows < 2:
            raise ValueError(
                f"lag={self.lag}, history={self.history} and source_history="
                f"{self.source_history} leave {max(self.rows, 0)} of {n} times, expected 2 or more"
            )

    def target_codes(self, target: Codes) -> tuple[Codes, Codes]:
        """Of each time the target's value, and its past."""
        past = [self._shifted(target, step) for step in range(1, self.history + 1)]
        return self._shifted(target, 0), joint(past)

    def source_codes(self, source: Codes) -> Codes:
        """Of each time the source's past."""
        steps = range(self.lag, self.lag + self.source_history)
        return joint([self._shifted(source, step) for step in steps])

    def codes(self, source: Codes, target: Codes) -> tuple[Codes, Codes, Codes]:
        """The source's past, the target, the target's past."""
        return self.source_codes(source), *self.target_codes(target)

    def columns(self, source: Variable, target: Variable) -> tuple[Variable, Variable, Variable]:
        """The same as numbers, for continuous estimators."""
        x, y = source.floats()[:, 0], target.floats()[:, 0]
        lags = range(self.lag, self.lag + self.source_history)
        return (
            self._embedded("source", [self._cut(x, step) for step in lags]),
            self._embedded("target", [self._cut(y, 0)]),
            self._embedded("target", [self._cut(y, s) for s in range(1, self.history + 1)]),
        )

    def _embedded(self, label: str, columns: list[Floats]) -> Variable:
        matrix = np.stack(columns, axis=1)
        names = tuple(f"{label}{j}" for j in range(len(columns)))
        return Variable(label, tuple(matrix.T), names, matrix)

    def _cut(self, values: Any, step: int) -> Any:
        return values[self.first - step : len(values) - step]

    def _shifted(self, variable: Codes, step: int) -> Codes:
        return Codes(self._cut(variable.codes, step), variable.size)
