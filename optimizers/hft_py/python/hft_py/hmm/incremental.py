"""Expectation maximisation as data come.

:class:`IncrementalEM` carries, for each possible present state, the expected sufficient statistics
of the past, discounts them a little and adds the new ones; what the batch algorithm learns by
passing over the data again and again, it learns by getting more of them. ``O(K^4)`` a step.

Source: Cappe, J. Comput. Graph. Statist. 20 (2011), equations 8 and 9.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.hmm.online import OnlineFilter
from hft_py.hmm.params import HMMParams

Floats = npt.NDArray[np.float64]

# What a fit says of itself is not true of what was learned since.
LEARNED: dict[str, Any] = {
    "log_likelihood": float("nan"),
    "log_likelihoods": np.empty(0),
    "objectives": np.empty(0),
    "restarts": np.empty(0),
    "converged": False,
    "n_iterations": 0,
    "stop_reason": "learned",
}
# A state with less weight than this in the statistics keeps its parameters.
UNSEEN = 1e-12


class IncrementalEM:
    """A filter whose parameters learn.

    Parameters
    ----------
    params
        Where learning starts. Student's t keeps its degrees of freedom.
    n_observed
        How many observations ``params`` stand for; more makes each new one weigh less. Default:
        those it was fitted to, 100 for a model written by hand.
    memory
        None (default): every observation counts alike, the step falls as ``1 / n``. A number: the
        past fades over that many observations, so the model follows a market that changes.
    probabilities
        What is known of the state now, ``(K,)``; None before the first observation.
    variance_floor
        Least variance of a state, in units of the average of ``params``.
    missing, backend
        As for :class:`OnlineFilter`. A missing observation moves the filter and teaches nothing.

    Attributes
    ----------
    params
        The model now; its ``stop_reason`` is ``"learned"``, and it knows no likelihood.
    filter
        The filter it drives.

    Examples
    --------
    >>> import numpy as np
    >>> from hft_py.hmm import HMMParams, IncrementalEM
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> learner = IncrementalEM(model, memory=100)
    >>> for x in np.random.default_rng(0).normal([-3.0, 3.0] * 500, 0.5):
    ...     _ = learner.update(x)
    >>> learner.params.means.round()
    array([-3.,  3.])
    """

    def __init__(
        self,
        params: HMMParams,
        *,
        n_observed: int | None = None,
        memory: float | None = None,
        probabilities: Any = None,
        variance_floor: float = 1e-6,
        missing: str = "raise",
        backend: str | None = None,
    ) -> None:
        self.filter = OnlineFilter(params, missing=missing, backend=backend)
        if probabilities is not None:
            known = checks.finite_array("probabilities", probabilities)
            wrong = known.shape != (params.n_states,) or abs(known.sum() - 1) > 1e-8
            if wrong or (known < 0).any():
                told = f"expected {params.n_states} numbers, none below 0, that sum to 1"
                raise ValueError(f"probabilities={checks.short(probabilities)}, {told}")
            with np.errstate(divide="ignore"):
                self.filter.resume(np.log(known))
        if n_observed is None:
            n_observed = params.n_observations or 100
        self._count = float(checks.whole_number("n_observed", n_observed, least=1))
        self.memory = None if memory is None else checks.real_number("memory", memory, above=1.0)
        floor = checks.real_number("variance_floor", variance_floor, least=0)
        self._kind, theta = params.theta()
        self._begin(theta, floor)

    @property
    def params(self) -> HMMParams:
        """The model now."""
        return self.filter.params

    def _begin(self, theta: Floats, floor: float) -> None:
        """Statistics that reproduce the model: the same whatever the present state."""
        k, d = len(theta), self.params.n_columns
        share = self.params.stationary_distribution
        self._centre = theta[:, :d].mean(axis=0)
        if self._kind == "categorical":
            assert self.params.means is not None  # established when the model was made
            self._centre = self.params.means.mean(keepdims=True)
        pairs = share[:, None] * self.params.transition_matrix
        self._pairs = np.repeat(pairs[:, :, None], k, axis=2)
        each = np.stack([share[j] * self._expected(theta[j], j) for j in range(k)])
        self._each = np.repeat(each[:, :, None], k, axis=2)
        if self._kind == "categorical":
            self._floor = np.zeros(1)
        else:
            variances = self.params.volatilities.reshape(k, -1) ** 2
            self._floor = floor * variances.mean(axis=0)

    def _expected(self, row: Floats, state: int) -> Floats:
        """The statistics a state expects of its own observations."""
        d = self.params.n_columns
        if self._kind == "categorical":
            means, variances = self.params.means, self.params.variances
            assert means is not None and variances is not None  # NaN where they are not known
            y = float(means[state] - self._centre[0])
            return np.append(row, [y, y * y + variances[state]])
        if self._kind == "student_t":
            y = row[0] - self._centre[0]
            # E[u] = 1, and E[u (x - location)^2] is the squared scale.
            return np.array([1.0, 1.0, y, y * y + row[1]])
        y = row[:d] - self._centre
        if self._kind == "gaussian":
            return np.concatenate([[1.0], y, y * y + row[d:]])
        return np.concatenate([[1.0], y, (np.outer(y, y) + row[d:].reshape(d, d)).ravel()])

    def _statistics(self, row: Floats) -> Floats:
        """The statistics of one observation under each state, ``(K, P)``."""
        k = self.params.n_states
        y = row - self._centre
        if self._kind == "categorical":
            one = np.zeros(self._each.shape[1])
            one[int(self.filter.seen(row)[0])] = 1.0
            one[-2:] = y[0], y[0] ** 2
            return np.tile(one, (k, 1))
        if self._kind == "student_t":
            location, scale, dof = self.filter._model[3].T
            u = (dof + 1) / (dof + (row[0] - location) ** 2 / scale)
            return np.stack([np.ones(k), u, u * y[0], u * y[0] ** 2], axis=1)
        squares = y * y if self._kind == "gaussian" else np.outer(y, y).ravel()
        return np.tile(np.concatenate([[1.0], y, squares]), (k, 1))

    def update(self, x: Any, *, learn: bool = True) -> Floats:
        """Filter one observation, learn from it, and return the filtered probabilities ``(K,)``.

        Without ``learn`` the model stays. Errors as for :meth:`OnlineFilter.update`.
        """
        before = self.filter.probabilities
        row = self.filter.row(x)
        found = self.filter.update(x)
        if before is None:
            return found
        taught = learn and not np.isnan(row).any()
        self._count += taught
        span = self._count if self.memory is None else min(self.memory, self._count)
        # What teaches nothing still moves the state that the statistics are told by.
        rate = 1.0 / span if taught else 0.0
        transition = self.params.transition_matrix
        joint = before[:, None] * transition
        totals = joint.sum(axis=0)
        # p(z_(t-1) | z_t, past): of an unreachable state any will do, its weight is nil.
        back = np.where(totals > 0, joint / np.where(totals > 0, totals, 1.0), 1.0 / len(before))
        index = np.arange(len(before))
        self._pairs = (1.0 - rate) * (self._pairs @ back)
        self._pairs[:, index, index] += rate * back
        self._each = (1.0 - rate) * (self._each @ back)
        if taught:
            self._each[index, :, index] += rate * self._statistics(row)
            self._maximise(found)
        return found

    def _maximise(self, probabilities: Floats) -> None:
        pairs, each = self._pairs @ probabilities, self._each @ probabilities
        params = self.params
        totals = pairs.sum(axis=1, keepdims=True)
        seen = totals > UNSEEN
        transition = np.where(seen, pairs / np.where(seen, totals, 1.0), params.transition_matrix)
        changes: dict[str, Any] = {"transition_matrix": transition, **LEARNED}
        changes["n_observations"] = int(self._count)
        if self._kind == "categorical":
            changes |= self._bins(each)
        else:
            changes |= self._moments(each, each[:, 0] > UNSEEN)
        self.filter.replace(dataclasses.replace(params, **changes))

    def _bins(self, each: Floats) -> dict[str, Any]:
        params = self.params
        assert params.bin_probabilities is not None  # it is binned
        assert params.means is not None and params.variances is not None
        weight = each[:, :-2].sum(axis=1)
        alive = weight > UNSEEN
        shares = each / np.where(alive, weight, 1.0)[:, None]
        first, second = shares[:, -2], shares[:, -1]
        variances = np.maximum(second - first**2, 0.0)
        table = np.where(alive[:, None], shares[:, :-2], params.bin_probabilities)
        return {
            "bin_probabilities": table,
            "means": np.where(alive, self._centre[0] + first, params.means),
            "variances": np.where(alive, variances, params.variances),
        }

    def _moments(self, each: Floats, alive: npt.NDArray[np.bool_]) -> dict[str, Any]:
        params, d = self.params, self.params.n_columns
        assert params.means is not None and params.variances is not None
        weight = np.where(alive, each[:, 0], 1.0)
        if self._kind == "student_t":
            assert params.dof is not None
            y = each[:, 2] / np.where(alive, each[:, 1], 1.0)
            scale = (each[:, 3] - each[:, 1] * y * y) / weight
            inflation = params.dof / (params.dof - 2.0)
            variances = np.maximum(scale * inflation, self._floor[0])
            means = self._centre[0] + y
        else:
            y = each[:, 1 : 1 + d] / weight[:, None]
            means = self._centre + y
            if self._kind == "gaussian":
                variances = each[:, 1 + d :] / weight[:, None] - y * y
                variances = np.maximum(variances, self._floor)
            else:
                second = each[:, 1 + d :].reshape(-1, d, d) / weight[:, None, None]
                variances = second - y[:, :, None] * y[:, None, :] + np.diag(self._floor)
        means = means.reshape(params.means.shape)
        variances = variances.reshape(params.variances.shape)
        keep = alive.reshape(-1, *[1] * (means.ndim - 1))
        keep_variances = alive.reshape(-1, *[1] * (variances.ndim - 1))
        return {
            "means": np.where(keep, means, params.means),
            "variances": np.where(keep_variances, variances, params.variances),
        }
