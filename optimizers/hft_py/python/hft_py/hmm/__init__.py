"""Hidden Markov models of returns: regimes, fitted, filtered and decoded.

Forward, backward and Viterbi recursions, expectation maximisation for Gaussian, Student-t and
binned emissions: ``O(T K^2)`` each. The right tool where a series switches between a few persistent
regimes; not where parameters drift smoothly (a state-space model or GARCH is), and not a forecast
of the direction of tomorrow's return.

Sources: Rabiner, Proc. IEEE 77 (1989); Hamilton, Econometrica 57 (1989) for regimes.

>>> from hft_py.hmm import HMMRegimeDetector
>>> HMMRegimeDetector(n_states=3)
HMMRegimeDetector(n_states=3, not fitted)
"""

from hft_py.hmm.adaptation import adapted, rule_of
from hft_py.hmm.criteria import aic, bic
from hft_py.hmm.decoding import Decoding, predict_regime, viterbi_decode
from hft_py.hmm.detector import HMMRegimeDetector, NotFittedError, regime_labels
from hft_py.hmm.filtering import Forward, filter_proba, forward, score
from hft_py.hmm.fitting import DegenerateDataWarning, fit_hmm
from hft_py.hmm.incremental import IncrementalEM
from hft_py.hmm.online import OnlineFilter
from hft_py.hmm.params import HMMParams
from hft_py.hmm.sampling import Sample, sample
from hft_py.hmm.selection import StateSelection, select_n_states
from hft_py.hmm.smoothing import Posterior, backward, posterior, smooth_proba

__all__ = [
    "Decoding",
    "DegenerateDataWarning",
    "Forward",
    "HMMParams",
    "HMMRegimeDetector",
    "IncrementalEM",
    "NotFittedError",
    "OnlineFilter",
    "Posterior",
    "Sample",
    "StateSelection",
    "adapted",
    "aic",
    "backward",
    "bic",
    "filter_proba",
    "fit_hmm",
    "forward",
    "posterior",
    "predict_regime",
    "regime_labels",
    "rule_of",
    "sample",
    "score",
    "select_n_states",
    "smooth_proba",
    "viterbi_decode",
]
