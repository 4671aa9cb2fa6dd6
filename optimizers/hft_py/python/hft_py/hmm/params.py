"""What a fit returns, and what everything else takes: the parameters of a model."""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.hmm.parts import LEAST_VARIANCE, frozen, positive_definite, stationary, stochastic
from hft_py.results import Result, pandas

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = npt.NDArray[np.float64]

EMISSIONS = ("gaussian", "binned", "student_t")
COVARIANCES = ("diag", "full")


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
        the mean of the data in the bins, weighted; NaN where it was not fitted.
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
        Of the data it was fitted to, in nats, under these very parameters; NaN by hand.
    log_likelihoods
        Before each iteration and after the last; never falls where there are no priors.
    objectives
        The same plus the logarithm of the priors' density: this never falls.
    converged
        Whether the last iteration gained less than the tolerance. False where iterations ran out.
    n_iterations
        Iterations done.
    stop_reason
        ``"converged"``, ``"max_iterations"``, ``"stopped_by_callback"``, ``"learned"`` (by
        :class:`hft_py.hmm.IncrementalEM`), or ``"by_hand"``.
    n_observations
        Rows that were fitted, missing ones left out.
    restarts
        Last objective of every start, the chosen one among them.
    seed
        The seed that was used.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, viterbi_decode
    >>> fever = HMMParams(
    ...     start_probabilities=[0.6, 0.4],
    ...     transition_matrix=[[0.7, 0.3], [0.4, 0.6]],
    ...     emission="binned",
    ...     bin_edges=[0.5, 1.5],
    ...     bin_probabilities=[[0.1, 0.4, 0.5], [0.6, 0.3, 0.1]],
    ... )
    >>> viterbi_decode([0, 1, 2], fever).states
    array([1, 0, 0])
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

    def __post_init__(self) -> None:
        checks.choice("emission", self.emission, EMISSIONS)
        checks.choice("covariance", self.covariance, COVARIANCES)
        for name, ndim in (("start_probabilities", 1), ("transition_matrix", 2)):
            self._set(name, stochastic(name, getattr(self, name), ndim))
        k = self.n_states
        if self.transition_matrix.shape != (k, k):
            raise ValueError(
                f"transition_matrix has shape {self.transition_matrix.shape}, expected ({k}, {k})"
            )
        if self.emission == "binned":
            self._check_bins()
        else:
            self._check_moments()
        for name in ("log_likelihoods", "objectives", "restarts"):
            self._set(name, np.asarray(getattr(self, name), dtype=np.float64))

    def _set(self, name: str, value: Floats) -> None:
        """Keep a copy that cannot be written: what was checked stays so."""
        object.__setattr__(self, name, frozen(value.copy()))

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self._names()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Arrays come back from a pickle writable.
        for value in state.values():
            if isinstance(value, np.ndarray):
                frozen(value)
        vars(self).update(state)

    def _check_bins(self) -> None:
        if self.bin_edges is None or self.bin_probabilities is None:
            raise ValueError('emission="binned" needs bin_edges and bin_probabilities')
        edges = checks.finite_array("bin_edges", self.bin_edges, least=0)
        if (np.diff(edges) <= 0).any():
            raise ValueError("bin_edges must rise from each to the next")
        table = stochastic("bin_probabilities", self.bin_probabilities, 2)
        expected = (self.n_states, len(edges) + 1)
        if table.shape != expected:
            raise ValueError(f"bin_probabilities has shape {table.shape}, expected {expected}")
        self._set("bin_edges", edges)
        self._set("bin_probabilities", table)
        for name in ("means", "variances"):
            value = getattr(self, name)
            nothing = np.full(self.n_states, np.nan)
            self._set(name, nothing if value is None else np.asarray(value, dtype=np.float64))

    def _check_moments(self) -> None:
        if self.means is None or self.variances is None:
            raise ValueError(f'emission="{self.emission}" needs means and variances')
        means = checks.finite_array("means", self.means, ndim=(1, 2))
        variances = checks.finite_array("variances", self.variances, ndim=(1, 2, 3))
        self._set("means", means)
        self._set("variances", variances)
        expected: tuple[int, ...] = (self.n_states, *means.shape[1:])
        if means.shape != expected:
            raise ValueError(f"means has shape {means.shape}, expected {expected[:1]} or more")
        if means.ndim == 2 and self.covariance == "full":
            expected = (*means.shape, means.shape[1])
        if variances.shape != expected:
            raise ValueError(f"variances has shape {variances.shape}, expected {expected}")
        if variances.ndim == 3:
            for k, matrix in enumerate(variances):
                positive_definite(f"variances[{k}]", matrix)
            self._set("variances", 0.5 * (variances + variances.transpose(0, 2, 1)))
        elif not ((variances >= LEAST_VARIANCE) & (variances <= 1 / LEAST_VARIANCE)).all():
            told = f"expected {LEAST_VARIANCE:g} to {1 / LEAST_VARIANCE:g}"
            raise ValueError(f"variances={checks.short(variances.tolist())}, {told}")
        if self.emission == "student_t":
            if means.ndim == 2:
                raise ValueError('emission="student_t" takes one column')
            dof = checks.finite_array("dof", [] if self.dof is None else self.dof)
            if dof.shape != means.shape or (dof <= 2).any():
                raise ValueError(f"dof={checks.short(dof.tolist())}, expected one above 2 a state")
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
        """How many numbers were free."""
        k, d = self.n_states, self.n_columns
        each = {
            "binned": 0 if self.bin_edges is None else len(self.bin_edges),
            "student_t": 3,
            "gaussian": d + (d * (d + 1) // 2 if self.covariance == "full" else d),
        }[self.emission]
        return k - 1 + k * (k - 1) + k * each

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
        """Mean length of a stay in each state, in steps: ``1 / (1 - a_kk)``."""
        # Not 1 - a_kk, which rounds to nothing where a state is hardly ever left.
        leaving = self.transition_matrix.sum(axis=1, where=~np.eye(self.n_states, dtype=bool))
        with np.errstate(divide="ignore"):
            return np.asarray(1.0 / leaving, dtype=np.float64)

    @property
    def stationary_distribution(self) -> Floats:
        """Long-run share of time in each state: the left eigenvector of the transition matrix.

        By state reduction (Grassmann, Taksar and Heyman, Oper. Res. 33, 1985), which subtracts
        nothing. Where several are stationary, the one of least norm.
        """
        return stationary(self.transition_matrix)

    def theta(self) -> tuple[str, Floats]:
        """The kernels' name of the emission, and each state's parameters in a row."""
        kind, _, _, theta = self.model
        return kind, theta

    @functools.cached_property
    def model(self) -> tuple[str, Floats, Floats, Floats]:
        """What every kernel takes first: kind, start, transition, theta."""
        theta = frozen(self._theta())
        return (self._kind, self.start_probabilities, self.transition_matrix, theta)

    @property
    def _kind(self) -> str:
        if self.emission == "binned":
            return "categorical"
        assert self.variances is not None  # established in __post_init__
        full = self.emission == "gaussian" and self.variances.ndim == 3
        return "gaussian_full" if full else self.emission

    def _theta(self) -> Floats:
        if self.emission == "binned":
            assert self.bin_probabilities is not None  # established in __post_init__
            return self.bin_probabilities
        assert self.means is not None and self.variances is not None
        k, d = self.n_states, self.n_columns
        means = self.means.reshape(k, d)
        if self.emission == "student_t":
            assert self.dof is not None
            scales = self.variances * (self.dof - 2.0) / self.dof
            return np.stack([self.means, scales, self.dof], axis=1)
        return np.ascontiguousarray(np.hstack([means, self.variances.reshape(k, -1)]))

    def permuted(self, order: Any) -> HMMParams:
        """The same model with its states in another order."""
        index = np.asarray(order)
        if index.dtype.kind not in "iu" or sorted(index.ravel()) != list(range(self.n_states)):
            raise ValueError(f"order={checks.short(order)}, expected each state once")
        changed: dict[str, Any] = {
            name: np.ascontiguousarray(getattr(self, name)[index])
            for name in ("start_probabilities", "means", "variances", "dof", "bin_probabilities")
            if getattr(self, name) is not None
        }
        transition = np.ascontiguousarray(self.transition_matrix[np.ix_(index, index)])
        return dataclasses.replace(self, transition_matrix=transition, **changed)

    def to_frame(self) -> Any:
        """One row a state: moments, stay, long-run share (a pandas frame)."""
        assert self.means is not None
        means = self.means.reshape(self.n_states, -1)
        volatilities = self.volatilities.reshape(self.n_states, -1)
        columns: dict[str, Any] = {}
        for d in range(means.shape[1]):
            tail = f"_{d}" if means.shape[1] > 1 else ""
            columns["mean" + tail] = means[:, d]
            columns["volatility" + tail] = volatilities[:, d]
        if self.dof is not None:
            columns["dof"] = self.dof
        columns["expected_duration"] = self.expected_durations
        columns["stationary"] = self.stationary_distribution
        frame = pandas().DataFrame(columns)
        frame.index.name = "state"
        return frame

    def plot(self) -> Figure:
        """The transition matrix, and the likelihood of each iteration."""
        from hft_py.hmm.pictures import summary

        return summary(self)
