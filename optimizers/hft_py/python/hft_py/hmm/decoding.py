"""The regime at each time: by the filter, the smoother or the most probable path (Viterbi)."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py import checks
from hft_py.hmm._inputs import prepare_inputs
from hft_py.hmm._parameters import HMMParams
from hft_py.hmm._types import Ints, Lengths
from hft_py.hmm.result import Decoding

METHODS = ("filtered", "smoothed", "viterbi")


def viterbi_decode(
    returns: Any,
    params: HMMParams,
    n_bins: int | None = None,
    *,
    lengths: Lengths = None,
    missing: str = "raise",
    backend: str | None = None,
) -> Decoding:
    """The most probable path of states given the whole series, **the future included**.

    Parameters
    ----------
    n_bins
        Checked against the bins of a binned model. Default: whatever the model has.

    The other parameters, NaN and errors as for :func:`forward`.

    Returns
    -------
    Decoding
        It iterates, indexes and converts to an array like its states; ``log_probability`` beside.

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
    kernels, arguments = prepare_inputs(returns, params, lengths, missing, backend, n_bins)
    states, log_probability = kernels.viterbi(*arguments)
    return Decoding(states, log_probability, kernels.name)


def predict_regime(
    returns: Any,
    params: HMMParams,
    n_bins: int | None = None,
    *,
    method: str = "filtered",
    lengths: Lengths = None,
    missing: str = "raise",
    backend: str | None = None,
) -> Ints:
    """The regime at each time, ``(T,)``; the lower of two equally likely regimes.

    The first regime uses the model's start probabilities: to continue a series, pass its past too.

    Parameters
    ----------
    n_bins
        Checked against the bins of a binned model. Default: whatever the model has.
    method
        ``"filtered"`` (default): the likeliest given the past and present, safe in a backtest.
        ``"smoothed"``: given the whole series. ``"viterbi"``: on the likeliest path. The last two
        look ahead.

    The other parameters, NaN and errors as for :func:`forward`.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, predict_regime
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> predict_regime([0.2, 2.0, -0.1, -3.0], model)
    array([1, 1, 1, 0])
    """
    checks.choice("method", method, METHODS)
    kernels, arguments = prepare_inputs(returns, params, lengths, missing, backend, n_bins)
    if method == "viterbi":
        path: Ints = kernels.viterbi(*arguments)[0]
        return path
    filtered = method == "filtered"
    table = kernels.filtered(*arguments) if filtered else kernels.smoothed(*arguments)[0]
    return np.asarray(table.argmax(axis=1), dtype=np.int64)
