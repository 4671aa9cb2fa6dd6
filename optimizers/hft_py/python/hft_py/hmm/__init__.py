"""Hidden Markov models of returns: regimes fitted, filtered and decoded.

Forward, backward and Viterbi recursions, expectation maximisation for Gaussian, Student-t and
binned emissions: ``O(T K^2)`` each. The right choice where a series switches between a few
persistent regimes; not where parameters drift smoothly (use a state-space model or GARCH), and not
to forecast the direction of tomorrow's return.

Sources: Rabiner, Proc. IEEE 77 (1989); Hamilton, Econometrica 57 (1989) for regimes.

>>> from hft_py.hmm import HMMRegimeDetector
>>> HMMRegimeDetector(n_states=3)
HMMRegimeDetector(n_states=3, not fitted)
"""

from hft_py.hmm._degenerate import DegenerateDataWarning, VarianceFloorWarning
from hft_py.hmm._parameters import HMMParams
from hft_py.hmm.decoding import predict_regime, viterbi_decode
from hft_py.hmm.detector import CurrentRegime, HMMRegimeDetector, NotFittedError
from hft_py.hmm.filtering import OnlineFilter, filter_proba, forward, score
from hft_py.hmm.fitting import fit_hmm
from hft_py.hmm.forecasting import Forecast, forecast
from hft_py.hmm.incremental import IncrementalEM
from hft_py.hmm.regimes import (
    regime_labels,
    regime_parameters,
    scale_parameters,
    scaling_rule,
)
from hft_py.hmm.result import Decoding, Forward, Posterior, Sample, StateSelection
from hft_py.hmm.sampling import sample
from hft_py.hmm.selection import aic, bic, select_n_states
from hft_py.hmm.smoothing import backward, posterior, smooth_proba

# Earlier names, kept working.
adapted = scale_parameters
rule_of = scaling_rule

__all__ = [
    "CurrentRegime",
    "Decoding",
    "DegenerateDataWarning",
    "Forecast",
    "Forward",
    "HMMParams",
    "HMMRegimeDetector",
    "IncrementalEM",
    "NotFittedError",
    "OnlineFilter",
    "Posterior",
    "Sample",
    "StateSelection",
    "VarianceFloorWarning",
    "adapted",
    "aic",
    "backward",
    "bic",
    "filter_proba",
    "fit_hmm",
    "forecast",
    "forward",
    "posterior",
    "predict_regime",
    "regime_labels",
    "regime_parameters",
    "rule_of",
    "sample",
    "scale_parameters",
    "scaling_rule",
    "score",
    "select_n_states",
    "smooth_proba",
    "viterbi_decode",
]
