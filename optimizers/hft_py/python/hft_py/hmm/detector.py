"""Market regimes as an estimator: fit, predict, update, and scale a strategy to the regime."""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

import numpy as np

from hft_py import checks
from hft_py.hmm._estimator import Estimator, check_options
from hft_py.hmm._inputs import prepare_inputs
from hft_py.hmm._named_regimes import NamedRegimes, first_volatilities
from hft_py.hmm._parameters import HMMParams
from hft_py.hmm._types import Floats, Ints, Lengths
from hft_py.hmm._validation import validate_params
from hft_py.hmm.decoding import predict_regime
from hft_py.hmm.filtering import OnlineFilter, filter_proba, score
from hft_py.hmm.fitting import fit_hmm
from hft_py.hmm.forecasting import Forecast, forecast_from
from hft_py.hmm.incremental import IncrementalEM
from hft_py.hmm.regimes import regime_labels
from hft_py.hmm.smoothing import smooth_proba


class NotFittedError(ValueError, AttributeError):
    """The detector has not been fitted; call ``fit`` first.

    Examples
    --------
    >>> HMMRegimeDetector(2).predict_regime([0.01, -0.02])
    Traceback (most recent call last):
    hft_py.hmm.detector.NotFittedError: this HMMRegimeDetector is not fitted: call fit first
    """


class CurrentRegime(NamedTuple):
    """The regime now: its number, its name, and its filtered probability.

    >>> CurrentRegime(1, "bull", 0.93).label
    'bull'
    """

    regime: int
    label: str
    probability: float


class HMMRegimeDetector(Estimator, NamedRegimes):
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
        Further arguments of :func:`hft_py.hmm.fit_hmm` (``emission``, ``n_iterations``, ...);
        ``fit`` takes them too.

    Attributes
    ----------
    params_
        The model, :class:`hft_py.hmm.HMMParams`.
    transition_matrix_, means_, volatilities_, labels_
        Of the regimes, in order. ``transition_matrix``, ``emission_params`` and ``state_sequence``
        read without the underscore.
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
    >>> detector.update(-0.05).round(2)
    array([1., 0.])
    >>> detector.current_regime(returns[-50:]).label
    'bear'
    >>> detector.forecast(5).means.shape
    (5,)
    >>> detector.get_regime_parameters("bear", {"stop_loss": 0.02, "position_size": 100})
    {'stop_loss': 0.01, 'position_size': 50.0}
    >>> detector.use(detector.params_).reset().score(returns) == detector.log_likelihood_
    True
    >>> detector.predict_proba(returns, method="smoothed").shape
    (1000, 2)
    """

    def __repr__(self) -> str:
        if not hasattr(self, "params_"):
            return f"HMMRegimeDetector(n_states={self.n_states}, not fitted)"
        return f"HMMRegimeDetector(n_states={self.params_.n_states}, fitted)"

    def __copy__(self) -> HMMRegimeDetector:
        """A detector that is updated without changing this one; the model and data are shared."""
        twin = object.__new__(type(self))
        vars(twin).update(vars(self), options=dict(self.options))
        if hasattr(self, "params_"):
            twin._learner = copy.copy(self._learner)
            twin._online = twin._learner.filter if twin._learner else copy.copy(self._online)
        return twin

    def fit(self, returns: Any, *, lengths: Lengths = None, **options: Any) -> HMMRegimeDetector:
        """Fit to ``returns`` ``(T,)`` or ``(T, D)``; updates continue from their end.

        ``options`` are arguments of :func:`hft_py.hmm.fit_hmm`; for this fit they win over those of
        the constructor.
        """
        check_options(options)
        names = ("n_states", "n_init", "seed", "missing", "threads", "backend")
        chosen = {name: getattr(self, name) for name in names} | self.options | options
        # In order already, so that warnings number the regimes as the detector does.
        params = fit_hmm(returns, lengths=lengths, order="mean", **chosen)
        self._reader_options = {name: chosen[name] for name in ("missing", "backend")}
        return self._read(params, returns, lengths)

    def use(
        self, params: HMMParams, returns: Any = None, *, lengths: Lengths = None
    ) -> HMMRegimeDetector:
        """Take a model fitted elsewhere; ``returns``, if given, are the past of the updates."""
        self._reader_options = {"missing": self.missing, "backend": self.backend}
        return self._read(params, returns, lengths)

    def _read(self, params: HMMParams, returns: Any, lengths: Lengths) -> HMMRegimeDetector:
        """Put the regimes in order, and filter the past."""
        validate_params("params", params)
        means = np.reshape(np.asarray(params.means), (params.n_states, -1))[:, 0]
        ordered = params.permuted(np.lexsort((-first_volatilities(params), means)))
        online, states = OnlineFilter(ordered, **self._reader_options), None
        if returns is not None:
            kernels, arguments = prepare_inputs(returns, ordered, lengths, **self._reader_options)
            online.resume(kernels.last(*arguments))
            states = kernels.viterbi(*arguments)[0]
        self._states: Ints | None = states
        self.labels_ = regime_labels(ordered.n_states)
        self._online = online
        self._learner: IncrementalEM | None = None
        self._set_params(ordered)
        return self

    def _set_params(self, params: HMMParams) -> None:
        self.params_ = params
        self.transition_matrix_ = params.transition_matrix
        self.means_, self.volatilities_ = params.means, params.volatilities
        self.log_likelihood_, self.converged_ = params.log_likelihood, params.converged

    def _fitted(self) -> HMMParams:
        if not hasattr(self, "params_"):
            raise NotFittedError("this HMMRegimeDetector is not fitted: call fit first")
        return self.params_

    @property
    def transition_matrix(self) -> Floats:
        """``p(z_(t+1) = j | z_t = i)`` in row i and column j, ``(K, K)``."""
        return self._fitted().transition_matrix

    @property
    def emission_params(self) -> dict[str, Floats]:
        """What a regime draws from: ``means`` and ``variances``; also ``dof``, or the bins."""
        params = self._fitted()
        names = ("means", "variances", "dof", "bin_edges", "bin_probabilities")
        return {name: params[name] for name in names if params[name] is not None}

    @property
    def state_sequence(self) -> Ints:
        """The most probable path of the data of the fit, ``(T,)``: **it looks ahead** (Viterbi)."""
        self._fitted()
        if self._states is None:
            raise NotFittedError("state_sequence: this detector was given a model without its data")
        return self._states

    def current_regime(self, returns: Any = None, *, lengths: Lengths = None) -> CurrentRegime:
        """The likeliest regime now, given the past alone: its number, name and probability.

        Parameters
        ----------
        returns
            The series up to now, ``(T,)`` or ``(T, D)``. Default: what the detector has seen, by
            ``fit`` and ``update``.

        Raises
        ------
        ValueError
            ``returns`` is empty, or left out where nothing was seen.
        """
        last = self._last(returns, lengths)
        index = int(last.argmax())
        return CurrentRegime(index, self.labels_[index], float(last[index]))

    def forecast(self, horizon: int, returns: Any = None, *, lengths: Lengths = None) -> Forecast:
        """Regimes, mean and variance of the next ``horizon`` returns: :func:`hft_py.hmm.forecast`.

        ``returns`` as for :meth:`current_regime`.
        """
        horizon = checks.whole_number("horizon", horizon, least=1)
        return forecast_from(self._last(returns, lengths), self._fitted(), horizon)

    def _last(self, returns: Any, lengths: Lengths) -> Floats:
        """Filtered probabilities at the end of ``returns``, or of what was seen."""
        if returns is None:
            last = self.probabilities_
        else:
            last = next(iter(self.predict_proba(returns, lengths=lengths)[-1:]), None)
        if last is None:
            raise ValueError("returns: expected at least one observation")
        return last

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
