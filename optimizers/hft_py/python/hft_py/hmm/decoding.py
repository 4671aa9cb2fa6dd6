"""The regime at each time: by the filter, the smoother or the most probable path (Viterbi)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.hmm.params import HMMParams
from hft_py.hmm.ready import Lengths, ready
from hft_py.results import Result

METHODS = ("filtered", "smoothed", "viterbi")


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


def viterbi_decode(
    returns: Any,
    params: HMMParams,
    *,
    lengths: Lengths = None,
    missing: str = "raise",
    backend: str | None = None,
) -> Decoding:
    """The most probable path of states given the whole series, **the future included**.

    Parameters
    ----------
    returns, params
        The series, ``(T,)`` or ``(T, D)``, and the model, as for :func:`forward`.
    lengths, missing, backend
        As for :func:`forward`, and so are the errors.

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
    kernels, arguments = ready(returns, params, lengths, missing, backend)
    states, log_probability = kernels.viterbi(*arguments)
    return Decoding(states, log_probability)


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
    returns, params
        The series, ``(T,)`` or ``(T, D)``, and the model, as for :func:`forward`.
        The first regime comes from the model's start probabilities: a series that goes on must
        bring its past.
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
    kernels, arguments = ready(returns, params, lengths, missing, backend)
    if method == "viterbi":
        path: npt.NDArray[np.int64] = kernels.viterbi(*arguments)[0]
        return path
    filtering = method == "filtered"
    table = kernels.filtered(*arguments) if filtering else kernels.smoothed(*arguments)[0]
    return np.asarray(table.argmax(axis=1), dtype=np.int64)
