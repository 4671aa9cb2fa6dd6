"""The kernels in NumPy: loops over time, written to be read.

The same functions, with the same signatures, are in ``hft_py._rust.hmm``. Arguments are checked
by the callers; shapes here are

``kind``
    What ``theta`` means: see :mod:`hft_py.hmm.baseline.emission`.
``start``, ``transition``, ``theta``
    ``(K,)``, ``(K, K)`` with rows that sum to one, ``(K, P)``.
``x``
    Observations ``(T, D)``, NaN where missing: a row has the likelihood of its known columns, and
    one under every state where it has none.
``lengths``
    How many rows each sequence has, in order; they sum to ``T``.
"""

from hft_py.hmm.baseline.decoding import viterbi
from hft_py.hmm.baseline.em import fit
from hft_py.hmm.baseline.emission import log_densities
from hft_py.hmm.baseline.filtering import filtered, forward, last, score, step
from hft_py.hmm.baseline.sampling import simulate
from hft_py.hmm.baseline.smoothing import backward, fixed_lag, pairwise, smoothed

__all__ = [
    "backward",
    "filtered",
    "fit",
    "fixed_lag",
    "forward",
    "last",
    "log_densities",
    "pairwise",
    "score",
    "simulate",
    "smoothed",
    "step",
    "viterbi",
]
