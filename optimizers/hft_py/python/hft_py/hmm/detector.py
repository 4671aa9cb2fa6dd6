"""Market regimes as an estimator: fit, predict, update, and scale a strategy to the regime."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hft_py import checks
from hft_py.hmm._inputs import prepare_inputs
from hft_py.hmm._parameters import HMMParams
from hft_py.hmm._types import Floats, Ints, Lengths
from hft_py.hmm._validation import validate_params
from hft_py.hmm.decoding import predict_regime
from hft_py.hmm.filtering import OnlineFilter, filter_proba, score
from hft_py.hmm.fitting import fit_hmm
from hft_py.hmm.incremental import IncrementalEM
from hft_py.hmm.regimes import Rule, regime_labels, scale_parameters
from hft_py.hmm.smoothing import smooth_proba


class NotFittedError(ValueError, AttributeError):
    """The detector has not been fitted; call ``fit`` first.

    Examples
    --------
    >>> HMMRegimeDetector(2).predict_regime([0.01, -0.02])
    Traceback (most recent call last):
    hft_py.hmm.detector.NotFittedError: this HMMRegimeDetector is not fitted: call fit first
    """


class HMMRegimeDetector:
    """Regimes of a return series: a hidden Markov model with its states in order and named.

    Regimes are ordered by mean, of equal means the more volatile first: 0 is the bear, the last one
    the bull. Predictions are filtered by default, without look-ahead.

    Parameters
    ----------
    n_states
        How many regimes. Three by default: bear, sideways, bull.
    n_init
        Starts of the fit. Default 4: a poor optimum mixes up regimes, and the fit is fast.
    seed, threads, backend
        As for :func:`hft_py.hmm.fit_hmm`.
    missing
        ``"raise"`` or ``"ignore"``, for the fit, predictions and updates.
    memory
        Of ``update(x, learn=True)``: see :class:`hft_py.hmm.IncrementalEM`.
    **options
        Further arguments of :func:`hft_py.hmm.fit_hmm` (``emission``, ``n_iterations``, ...).

    Attributes
    ----------
    params_
        The model, :class:`hft_py.hmm.HMMParams`.
    transition_matrix_, means_, volatilities_, labels_
        Of the regimes, in order.
    log_likelihood_, converged_
        Of the fit; nan and False after ``update(x, learn=True)``.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> returns = np.concatenate([rng.normal(0.001, 0.005, 500), rng.normal(-0.002, 0.02, 500)])
    >>> detector = HMMRegimeDetector(n_states=2).fit(returns)
    >>> detector.labels_, detector.predict_regime(returns)[[400, 900]]
    (('bear', 'bull'), array([1, 0]))
    >>> detector.update(-0.05).round(2), detector.probabilities_.round(2)
    (array([1., 0.]), array([1., 0.]))
    >>> detector.use(detector.params_).reset().score(returns) == detector.log_likelihood_
    True
    >>> detector.predict_proba(returns, method="smoothed").shape
    (1000, 2)
    >>> detector.get_regime_parameters("bull", {"stop_loss": 0.02, "entry_z": 2.0})["entry_z"]
    2.0
    """

    def __init__(
        self,
        n_states: int = 3,
        *,
        n_init: int = 4,
        seed: int | None = 0,
        missing: str = "raise",
        memory: float | None = None,
        threads: int = 1,
        backend: str | None = None,
        **options: Any,
    ) -> None:
        self.n_states = n_states
        self.n_init = n_init
        self.seed = seed
        self.missing = missing
        self.memory = memory
        self.threads = threads
        self.backend = backend
        self.options = options

    def __repr__(self) -> str:
        if not hasattr(self, "params_"):
            return f"HMMRegimeDetector(n_states={self.n_states}, not fitted)"
        return f"HMMRegimeDetector(n_states={self.params_.n_states}, fitted)"

    def fit(self, returns: Any, *, lengths: Lengths = None) -> HMMRegimeDetector:
        """Fit to ``returns`` ``(T,)`` or ``(T, D)``; updates continue from their end."""
        if "order" in self.options:
            raise TypeError("order is the detector's own: regimes run from worst to best")
        params = fit_hmm(
            returns,
            self.n_states,
            n_init=self.n_init,
            seed=self.seed,
            lengths=lengths,
            missing=self.missing,
            order="none",
            threads=self.threads,
            backend=self.backend,
            **self.options,
        )
        return self.use(params, returns, lengths=lengths)

    def use(
        self, params: HMMParams, returns: Any = None, *, lengths: Lengths = None
    ) -> HMMRegimeDetector:
        """Take a model fitted elsewhere; ``returns``, if given, are the past of the updates."""
        validate_params("params", params)
        means = np.reshape(np.asarray(params.means), (params.n_states, -1))[:, 0]
        ordered = params.permuted(np.lexsort((-_volatilities(params), means)))
        online = OnlineFilter(ordered, **self._reader_options)
        if returns is not None:
            kernels, arguments = prepare_inputs(returns, ordered, lengths, **self._reader_options)
            online.resume(kernels.last(*arguments))
        self.labels_ = regime_labels(ordered.n_states)
        self._online = online
        self._learner: IncrementalEM | None = None
        self._set_params(ordered)
        return self

    @property
    def _reader_options(self) -> dict[str, Any]:
        return {"missing": self.missing, "backend": self.backend}

    def _set_params(self, params: HMMParams) -> None:
        self.params_ = params
        self.transition_matrix_ = params.transition_matrix
        self.means_, self.volatilities_ = params.means, params.volatilities
        self.log_likelihood_, self.converged_ = params.log_likelihood, params.converged

    def _fitted(self) -> HMMParams:
        if not hasattr(self, "params_"):
            raise NotFittedError("this HMMRegimeDetector is not fitted: call fit first")
        return self.params_

    def predict_regime(
        self, returns: Any, *, method: str = "filtered", lengths: Lengths = None
    ) -> Ints:
        """The regime at each time, see :func:`hft_py.hmm.predict_regime`."""
        params = self._fitted()
        return predict_regime(
            returns, params, method=method, lengths=lengths, **self._reader_options
        )

    def predict_proba(
        self, returns: Any, *, method: str = "filtered", lengths: Lengths = None
    ) -> Floats:
        """Probability of each regime at each time, ``(T, K)``: ``"filtered"`` or ``"smoothed"``."""
        checks.choice("method", method, ("filtered", "smoothed"))
        chosen = filter_proba if method == "filtered" else smooth_proba
        return chosen(returns, self._fitted(), lengths=lengths, **self._reader_options)

    def score(self, returns: Any, *, lengths: Lengths = None) -> float:
        """``log p(returns)`` in nats."""
        return score(returns, self._fitted(), lengths=lengths, **self._reader_options)

    def reset(self) -> HMMRegimeDetector:
        """Begin a new series: the next update is its first observation."""
        self._fitted()
        self._online.reset()
        self._learner = None
        return self

    def update(self, x_t: Any, *, learn: bool = False) -> Floats:
        """Filtered probabilities after one more observation, ``(K,)``, in ``O(K^2)``.

        Equal to the last row of :meth:`predict_proba` on everything since ``fit`` (its data
        included) or :meth:`reset`.

        Parameters
        ----------
        x_t
            The observation: a number, or ``(D,)``.
        learn
            Also update the model (incremental EM, ``O(K^4)``), ``params_`` and the other
            attributes; its likelihood is unknown. Regimes keep their numbers and names even if
            their means cross: fit again, or ``use(detector.params_)``, to put them in order.
        """
        self._fitted()
        if checks.flag("learn", learn) and self._learner is None:
            self._learner = IncrementalEM(self.params_, memory=self.memory, **self._reader_options)
            self._learner.filter = self._online
        if self._learner is None:
            return self._online.update(x_t)
        found = self._learner.update(x_t, learn=learn)
        if learn:
            self._set_params(self._learner.params)
        return found

    @property
    def probabilities_(self) -> Floats | None:
        """Filtered probabilities now, ``(K,)``; None before the first observation."""
        self._fitted()
        return self._online.probabilities

    def label(self, regime: int) -> str:
        """The name of a regime."""
        return self.labels_[self._index(regime)]

    def _index(self, regime: int | str) -> int:
        k = self._fitted().n_states
        if isinstance(regime, str):
            checks.choice("regime", regime, self.labels_)
            return self.labels_.index(regime)
        return checks.whole_number("regime", regime, least=0, most=k - 1)

    def get_regime_parameters(
        self,
        regime: int | str,
        base_params: Mapping[str, Any],
        *,
        rules: Mapping[str, Rule] | None = None,
    ) -> dict[str, Any]:
        """Strategy parameters for a regime, by the table of rules in :mod:`hft_py.hmm.regimes`.

        Parameters
        ----------
        regime
            Its number or its name.
        base_params
            Parameters for average volatility, by name. They are not changed.
        rules
            By name, a rule in place of the table's (``"widen"``, ``"shrink"``, ``"shorten"``,
            ``"keep"``), or a function ``(value, ratio) -> value``.

        Raises
        ------
        ValueError, TypeError
            No such regime or rule.

        Examples
        --------
        >>> from hft_py.hmm import HMMParams
        >>> model = HMMParams([0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]], [-1.0, 1.0], [7.0, 1.0])
        >>> detector = HMMRegimeDetector(2).use(model)
        >>> detector.get_regime_parameters("bull", {"stop_loss": 0.02, "position_size": 100})
        {'stop_loss': 0.01, 'position_size': 200.0}
        """
        index = self._index(regime)
        volatilities = _volatilities(self.params_)
        average = float(np.sqrt(self.params_.stationary_distribution @ volatilities**2))
        ratio = float(volatilities[index]) / average if average > 0 else 1.0
        return scale_parameters(base_params, ratio, self.labels_[index], rules)


def _volatilities(params: HMMParams) -> Floats:
    """Volatility of the first column in each state."""
    return params.volatilities.reshape(params.n_states, -1)[:, 0]
