"""Incremental expectation maximisation: a model that learns from each new observation.

:class:`IncrementalEM` keeps, for each possible present state, the expected sufficient statistics of
the past; each step discounts them a little and adds those of the new observation. It learns from
more data what the batch algorithm learns from more passes. ``O(K^4)`` a step.

Source: Cappe, J. Comput. Graph. Statist. 20 (2011), equations 8 and 9.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.hmm._parameters import HELD, HMMParams
from hft_py.hmm._types import Floats
from hft_py.hmm.filtering import OnlineFilter

# A state with less weight than this in the statistics keeps its parameters.
MIN_WEIGHT = 1e-12


class IncrementalEM:
    """A filter whose parameters are updated with each observation.

    Parameters
    ----------
    params
        The first model. Student's t keeps its degrees of freedom, and what a fit held
        (``params.fixed``) stays here too.
    n_observed
        How many observations ``params`` stand for; the larger, the less each new one weighs.
        Default: those it was fitted to, 100 for a model written by hand.
    memory
        None (default): every observation has the same weight, ``1 / n``. A number: weights decay
        over that many observations, so the model follows a market that changes.
    probabilities
        Probabilities of the states now, ``(K,)``; None before the first observation.
    variance_floor
        Least variance of a state, in units of the smallest of ``params``, which no outlier raises.
    missing, backend
        As for :class:`OnlineFilter`. An observation with a missing value updates the filter and not
        the model.

    Attributes
    ----------
    params
        The model now; its ``stop_reason`` is ``"learned"``, its likelihood NaN.
    filter
        The filter under that model.

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
                expected = f"expected {params.n_states} numbers, none below 0, that sum to 1"
                raise ValueError(f"probabilities={checks.short(probabilities)}, {expected}")
            with np.errstate(divide="ignore"):
                self.filter.resume(np.log(known))
        if n_observed is None:
            n_observed = params.n_observations or 100
        self._count = float(checks.whole_number("n_observed", n_observed, least=1))
        self.memory = None if memory is None else checks.real_number("memory", memory, above=1.0)
        floor = checks.real_number("variance_floor", variance_floor, least=0)
        self._set_statistics(floor)

    def __copy__(self) -> IncrementalEM:
        """A learner that is updated without changing this one."""
        twin = object.__new__(type(self))
        vars(twin).update(vars(self), filter=copy.copy(self.filter))
        return twin

    @property
    def params(self) -> HMMParams:
        """The model now."""
        return self.filter.params

    def _set_statistics(self, floor: float) -> None:
        """Statistics that reproduce the model, the same for each present state."""
        params = self.params
        self._kind, _, transition, theta = params.kernel_arguments
        k, d = params.n_states, params.n_columns
        share = params.stationary_distribution
        self._centre = theta[:, :d].mean(axis=0)
        if self._kind == "categorical":
            assert params.means is not None  # established when the model was made
            self._centre = params.means.mean(keepdims=True)
            self._floor = np.zeros(1)
        else:
            self._floor = floor * (params.volatilities.reshape(k, -1) ** 2).min(axis=0)
        self._pairs = np.repeat((share[:, None] * transition)[:, :, None], k, axis=2)
        each = np.stack([share[j] * self._expected(theta[j], j) for j in range(k)])
        self._each = np.repeat(each[:, :, None], k, axis=2)

    def _expected(self, row: Floats, state: int) -> Floats:
        """The expected statistics of one observation of a state."""
        d = self.params.n_columns
        if self._kind == "categorical":
            means, variances = self.params.means, self.params.variances
            assert means is not None and variances is not None  # NaN where they are not known
            y = float(means[state] - self._centre[0])
            return np.append(row, [y, y * y + variances[state]])
        y = row[:d] - self._centre
        if self._kind == "student_t":
            # E[u] = 1, and E[u (x - location)^2] is the squared scale.
            return np.array([1.0, 1.0, y[0], y[0] * y[0] + row[1]])
        if self._kind == "gaussian":
            return np.concatenate([[1.0], y, y * y + row[d:]])
        return np.concatenate([[1.0], y, np.outer(y, y).ravel() + row[d:]])

    def _statistics(self, row: Floats) -> Floats:
        """The statistics of one observation under each state, ``(K, P)``."""
        k = self.params.n_states
        y = row - self._centre
        if self._kind == "categorical":
            one = np.zeros(self._each.shape[1])
            one[int(self.filter.kernel_row(row)[0])] = 1.0
            one[-2:] = y[0], y[0] ** 2
            return np.tile(one, (k, 1))
        if self._kind == "student_t":
            location, scale, dof = self.params.kernel_arguments[3].T
            u = (dof + 1) / (dof + (row[0] - location) ** 2 / scale)
            return np.stack([np.ones(k), u, u * y[0], u * y[0] ** 2], axis=1)
        squares = y * y if self._kind == "gaussian" else np.outer(y, y).ravel()
        return np.tile(np.concatenate([[1.0], y, squares]), (k, 1))

    def update(self, x: Any, *, learn: bool = True) -> Floats:
        """Filter one observation, learn from it, and return the filtered probabilities ``(K,)``.

        With ``learn=False`` the model stays. Errors as for :meth:`OnlineFilter.update`.
        """
        before = self.filter.probabilities
        row = self.filter.validate(x)
        found = self.filter.update(x)
        if before is None:
            return found
        learns = learn and not np.isnan(row).any()
        self._count += learns
        span = self._count if self.memory is None else min(self.memory, self._count)
        # Statistics are kept by present state, which changes even where nothing is learned.
        rate = 1.0 / span if learns else 0.0
        transition = self.params.transition_matrix
        joint = before[:, None] * transition
        totals = joint.sum(axis=0)
        # p(z_(t-1) | z_t, past): arbitrary for an unreachable state, whose weight is zero.
        back = np.where(totals > 0, joint / np.where(totals > 0, totals, 1.0), 1.0 / len(before))
        index = np.arange(len(before))
        self._pairs = (1.0 - rate) * (self._pairs @ back)
        self._pairs[:, index, index] += rate * back
        self._each = (1.0 - rate) * (self._each @ back)
        if learns:
            self._each[index, :, index] += rate * self._statistics(row)
            self._maximise(found)
        return found

    def _maximise(self, probabilities: Floats) -> None:
        """Replace the model by the one that maximises the expected log-likelihood."""
        pairs, each = self._pairs @ probabilities, self._each @ probabilities
        params = self.params
        totals = pairs.sum(axis=1, keepdims=True)
        seen = totals > MIN_WEIGHT
        transition = params.transition_matrix
        if "transitions" not in params.fixed:
            transition = np.where(seen, pairs / np.where(seen, totals, 1.0), transition)
        emission = {name: params[name] for name in HELD["emissions"]}
        if "emissions" not in params.fixed:
            emission |= self._bins(each) if self._kind == "categorical" else self._moments(each)
        # A new model, as the diagnostics of the fit do not hold for what was learned since.
        names = ("start_probabilities", "emission", "covariance", "seed", "fixed")
        fields = {name: params[name] for name in names} | emission
        fields |= {"stop_reason": "learned", "n_observations": int(self._count)}
        self.filter.replace(HMMParams(transition_matrix=transition, **fields))

    def _bins(self, each: Floats) -> dict[str, Any]:
        weight = each[:, :-2].sum(axis=1)
        alive = weight > MIN_WEIGHT
        shares = each / np.where(alive, weight, 1.0)[:, None]
        first, second = shares[:, -2], shares[:, -1]
        return self._kept(
            alive,
            bin_probabilities=shares[:, :-2],
            means=self._centre[0] + first,
            variances=np.maximum(second - first**2, 0.0),
        )

    def _moments(self, each: Floats) -> dict[str, Any]:
        params, d = self.params, self.params.n_columns
        alive = each[:, 0] > MIN_WEIGHT
        weight = np.where(alive, each[:, 0], 1.0)
        if self._kind == "student_t":
            assert params.dof is not None
            y = each[:, 2] / np.where(alive, each[:, 1], 1.0)
            scale = (each[:, 3] - each[:, 1] * y * y) / weight
            variances = np.maximum(scale * (params.dof / (params.dof - 2.0)), self._floor[0])
            return self._kept(alive, means=self._centre[0] + y, variances=variances)
        y = each[:, 1 : 1 + d] / weight[:, None]
        second = each[:, 1 + d :] / weight[:, None]
        if self._kind == "gaussian":
            variances = np.maximum(second - y * y, self._floor)
        else:
            products = y[:, :, None] * y[:, None, :]
            variances = second.reshape(-1, d, d) - products + np.diag(self._floor)
        return self._kept(alive, means=self._centre + y, variances=variances)

    def _kept(self, alive: npt.NDArray[np.bool_], **new: Floats) -> dict[str, Any]:
        """The new fields of the model, where a state has weight; the old ones where it has none."""
        fields = {}
        for name, value in new.items():
            old = self.params[name]
            rows = alive.reshape(-1, *[1] * (old.ndim - 1))
            fields[name] = np.where(rows, value.reshape(old.shape), old)
        return fields
