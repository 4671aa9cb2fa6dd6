"""The parameters of a model: checked, read-only, and as the kernels take them."""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hft_py import checks
from hft_py.hmm._bins import validate_bin_edges
from hft_py.hmm._stochastic import (
    read_only,
    stationary_distribution,
    validate_shape,
    validate_stochastic,
    validate_variances,
)
from hft_py.hmm._theta import fields_of, theta_of
from hft_py.hmm._types import Floats
from hft_py.results import Result, pandas

EMISSIONS = ("gaussian", "binned", "student_t")
COVARIANCES = ("diag", "full")
# The parts of a model that a fit can hold, and their fields.
HELD = {
    "starts": ("start_probabilities",),
    "transitions": ("transition_matrix",),
    "emissions": ("means", "variances", "dof", "bin_edges", "bin_probabilities"),
}


@dataclass(frozen=True, eq=False, repr=False)
class HMMParams(Result):
    """A hidden Markov model: fitted by :func:`hft_py.hmm.fit_hmm`, or written by hand.

    Attributes
    ----------
    start_probabilities
        ``p(z_1)``, ``(K,)``.
    transition_matrix
        ``p(z_(t+1) = j | z_t = i)`` in row i and column j, ``(K, K)``.
    means
        Mean of each state, ``(K,)``, or ``(K, D)`` for several columns. Of a binned emission:
        the weighted mean of the data in the bins; NaN where it was not fitted.
    variances
        Variance of each state: ``(K,)``, ``(K, D)``, or for full covariances ``(K, D, D)``. Of
        Student's t: the squared scale times ``dof / (dof - 2)``.
    emission
        ``"gaussian"``, ``"student_t"`` or ``"binned"``.
    covariance
        ``"diag"`` or ``"full"``; matters for several columns only.
    dof
        Degrees of freedom of each state, ``(K,)``; Student's t only.
    bin_edges
        The edges between bins, ``(B - 1,)``; bin b holds ``edges[b-1] <= x < edges[b]``.
    bin_probabilities
        ``p(bin | state)``, ``(K, B)``.
    log_likelihood
        Of the data it was fitted to, in nats, under exactly these parameters; NaN for a model
        that was not fitted.
    log_likelihoods
        Before each iteration and after the last; never decreases where there are no priors.
    objectives
        The same plus the logarithm of the priors' density: this never decreases.
    converged
        Whether little is left to gain by further iterations, see ``tolerance``. False where the
        limit of iterations came first.
    n_iterations
        Iterations run.
    stop_reason
        ``"converged"``, ``"max_iterations"``, ``"stopped_by_callback"``, ``"learned"`` (by
        :class:`hft_py.hmm.IncrementalEM`), or ``"by_hand"``.
    n_observations
        Rows that were fitted: those with a number.
    restarts
        Last objective of each start, the chosen one included.
    seed
        The seed that was used.
    fixed
        The parts that the fit held: ``"starts"``, ``"transitions"``, ``"emissions"``.
    n_bins
        Bins that were asked for; ``bin_edges`` make fewer where quantiles are equal.
    backend
        The kernels that fitted it, ``"rust"`` or ``"python"``; empty for a model by hand.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, viterbi_decode
    >>> chain = [0.6, 0.4], [[0.7, 0.3], [0.4, 0.6]]
    >>> bins = {"bin_edges": [0.5, 1.5], "bin_probabilities": [[0.1, 0.4, 0.5], [0.6, 0.3, 0.1]]}
    >>> viterbi_decode([0, 1, 2], HMMParams(*chain, emission="binned", **bins)).states
    array([1, 0, 0])
    >>> model = HMMParams(*chain, means=[-1.0, 1.0], variances=[1.0, 4.0])
    >>> model.n_parameters, model.permuted([1, 0]).volatilities
    (7, array([2., 1.]))
    >>> model.expected_durations.round(2), model.stationary_distribution.round(2)
    (array([3.33, 2.5 ]), array([0.57, 0.43]))
    """

    start_probabilities: Floats
    transition_matrix: Floats
    means: Floats | None = None
    variances: Floats | None = None
    emission: str = "gaussian"
    covariance: str = "diag"
    dof: Floats | None = None
    bin_edges: Floats | None = None
    bin_probabilities: Floats | None = None
    log_likelihood: float = float("nan")
    log_likelihoods: Floats = field(default_factory=lambda: np.empty(0))
    objectives: Floats = field(default_factory=lambda: np.empty(0))
    converged: bool = False
    n_iterations: int = 0
    stop_reason: str = "by_hand"
    n_observations: int = 0
    restarts: Floats = field(default_factory=lambda: np.empty(0))
    seed: int | None = None
    fixed: tuple[str, ...] = field(default=(), repr=False)
    n_bins: int | None = field(default=None, repr=False)
    backend: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        checks.choice("emission", self.emission, EMISSIONS)
        checks.choice("covariance", self.covariance, COVARIANCES)
        for part in self.fixed:
            checks.choice("fixed", part, HELD)
        for name, ndim in (("start_probabilities", 1), ("transition_matrix", 2)):
            self._set(name, validate_stochastic(name, getattr(self, name), ndim))
        validate_shape("transition_matrix", self.transition_matrix, (self.n_states,) * 2)
        if self.emission == "binned":
            self._check_bins()
        else:
            self._check_moments()
        for name in ("log_likelihoods", "objectives", "restarts"):
            self._set(name, getattr(self, name))

    def _set(self, name: str, value: Any) -> None:
        """Keep a copy that cannot be written to, so that it stays as it was checked."""
        object.__setattr__(self, name, read_only(np.array(value, dtype=np.float64, order="C")))

    def __getstate__(self) -> dict[str, Any]:
        return self.to_dict()

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Arrays come back from a pickle writable.
        for value in state.values():
            if isinstance(value, np.ndarray):
                read_only(value)
        vars(self).update(state)

    def _check_bins(self) -> None:
        if self.bin_edges is None or self.bin_probabilities is None:
            raise ValueError('emission="binned" needs bin_edges and bin_probabilities')
        edges = validate_bin_edges(self.bin_edges, least=0)
        table = validate_stochastic("bin_probabilities", self.bin_probabilities, 2)
        validate_shape("bin_probabilities", table, (self.n_states, len(edges) + 1))
        self._set("bin_edges", edges)
        self._set("bin_probabilities", table)
        for name in ("means", "variances"):
            value = getattr(self, name)
            self._set(name, np.full(self.n_states, np.nan) if value is None else value)

    def _check_moments(self) -> None:
        if self.means is None or self.variances is None:
            raise ValueError(f'emission="{self.emission}" needs means and variances')
        means = checks.finite_array("means", self.means, ndim=(1, 2))
        variances = checks.finite_array("variances", self.variances, ndim=(1, 2, 3))
        if len(means) != self.n_states:
            raise ValueError(f"means has shape {means.shape}, expected ({self.n_states},) or more")
        full = means.ndim == 2 and self.covariance == "full"
        validate_shape("variances", variances, means.shape + means.shape[1:] * full)
        self._set("means", means)
        self._set("variances", validate_variances(variances, full))
        if self.emission == "student_t":
            if means.ndim == 2:
                raise ValueError('emission="student_t" takes one column')
            dof = checks.finite_array("dof", [] if self.dof is None else self.dof)
            if dof.shape != means.shape or (dof <= 2).any():
                raise ValueError(f"dof={checks.short(dof.tolist())}, expected values above 2")
            self._set("dof", dof)

    @property
    def n_states(self) -> int:
        """K, the number of states."""
        return len(self.start_probabilities)

    @property
    def n_columns(self) -> int:
        """D, the number of columns of the observations."""
        if self.emission == "binned" or self.means is None or self.means.ndim == 1:
            return 1
        return int(self.means.shape[1])

    @property
    def volatilities(self) -> Floats:
        """Standard deviation of each state, of the shape of ``means``."""
        assert self.variances is not None  # established in __post_init__
        if self.variances.ndim == 3:
            return np.sqrt(np.diagonal(self.variances, axis1=1, axis2=2))
        return np.sqrt(self.variances)

    @property
    def n_parameters(self) -> int:
        """The number of free parameters: what a fit held is not counted."""
        k, d = self.n_states, self.n_columns
        each = {
            "binned": 0 if self.bin_edges is None else len(self.bin_edges),
            "student_t": 3,
            "gaussian": d + (d * (d + 1) // 2 if self.covariance == "full" else d),
        }[self.emission]
        free = {"starts": k - 1, "transitions": k * (k - 1), "emissions": k * each}
        return sum(count for part, count in free.items() if part not in self.fixed)

    @property
    def aic(self) -> float:
        """Akaike's criterion of the fit, ``2 p - 2 log L``: less is better."""
        return 2.0 * self.n_parameters - 2.0 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Schwarz's criterion of the fit, ``p log T - 2 log L``: less is better."""
        weight = float(np.log(max(self.n_observations, 1)))
        return self.n_parameters * weight - 2.0 * self.log_likelihood

    @property
    def expected_durations(self) -> Floats:
        """Mean length of a stay in each state, in steps: ``1 / (1 - a_kk)``.

        Infinite where a state is never left, or where the length is above the largest float.
        """
        # Not 1 - a_kk, which rounds to zero where a state is hardly ever left.
        leaving = self.transition_matrix.sum(axis=1, where=~np.eye(self.n_states, dtype=bool))
        with np.errstate(divide="ignore", over="ignore"):
            return np.asarray(1.0 / leaving, dtype=np.float64)

    @property
    def stationary_distribution(self) -> Floats:
        """Long-run share of time in each state: the left eigenvector of the transition matrix.

        By state reduction (Grassmann, Taksar and Heyman, Oper. Res. 33, 1985), free of
        cancellation. Where several are stationary, the one of least norm.
        """
        return stationary_distribution(self.transition_matrix)

    @functools.cached_property
    def kernel_arguments(self) -> tuple[str, Floats, Floats, Floats]:
        """What every kernel takes first: the kind of emission, start, transition, theta."""
        kind, theta = theta_of(self)
        return kind, self.start_probabilities, self.transition_matrix, read_only(theta)

    @classmethod
    def from_kernel(
        cls,
        kind: str,
        start: Floats,
        transition: Floats,
        theta: Floats,
        shape: tuple[int, ...],
        **fields: Any,
    ) -> HMMParams:
        """The inverse of :attr:`kernel_arguments`; ``shape`` is that of the means."""
        fields |= fields_of(kind, theta, shape)
        return cls(start, transition, **fields)

    def permuted(self, order: Any) -> HMMParams:
        """The same model with its states in another order."""
        index = np.asarray(order)
        if index.dtype.kind not in "iu" or sorted(index.ravel()) != list(range(self.n_states)):
            raise ValueError(f"order={checks.short(order)}, expected each state once")
        by_state = ("start_probabilities", "means", "variances", "dof", "bin_probabilities")
        given = {name: getattr(self, name) for name in by_state}
        changed: dict[str, Any] = {n: v[index] for n, v in given.items() if v is not None}
        transition = self.transition_matrix[np.ix_(index, index)]
        return dataclasses.replace(self, transition_matrix=transition, **changed)

    def to_frame(self) -> Any:
        """One row for each state: moments, expected duration, long-run share (a pandas frame)."""
        assert self.means is not None
        columns: dict[str, Any] = {}
        volatilities = self.volatilities.reshape(self.n_states, -1).T
        for d, mean in enumerate(self.means.reshape(self.n_states, -1).T):
            suffix = f"_{d}" if len(volatilities) > 1 else ""
            columns["mean" + suffix], columns["volatility" + suffix] = mean, volatilities[d]
        if self.dof is not None:
            columns["dof"] = self.dof
        columns["expected_duration"] = self.expected_durations
        columns["stationary"] = self.stationary_distribution
        frame = pandas().DataFrame(columns)
        frame.index.name = "state"
        return frame

    def plot(self) -> Any:
        """The transition matrix, and the log-likelihood after each iteration (matplotlib)."""
        from hft_py.hmm.plotting import plot_model

        return plot_model(self)
