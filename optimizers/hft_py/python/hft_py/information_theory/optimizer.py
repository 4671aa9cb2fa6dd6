"""Feature selection, parameter importance and redundancy with one set of settings."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from hft_py import checks
from hft_py._estimator import Estimator
from hft_py.information_theory._inputs import DISCRETE, setting
from hft_py.information_theory._validation import same_length, variable
from hft_py.information_theory.mutual_information import normalized
from hft_py.information_theory.result import FeatureSelection, ParameterImportance, RedundancyReport
from hft_py.information_theory.selection import (
    METHODS,
    all_codes,
    select_features_by_mutual_information,
)
from hft_py.information_theory.significance import MAX_PERMUTATIONS, permutation_test, summary


class InformationTheoryOptimizer(Estimator):
    """What to keep of many features, and which parameters of a strategy matter.

    Parameters
    ----------
    k
        How many features :meth:`fit` selects; all where there are fewer.
    method
        ``"mrmr"`` (default, so that features do not repeat each other), ``"mrmr_quotient"`` or
        ``"ranking"``: :func:`select_features_by_mutual_information`.
    n_permutations
        Of the tests of :meth:`parameter_importance`.
    seed
        Of the permutations; None for a new one each time.
    n_bins, binning, estimator, base, threads, backend
        As for :func:`compute_mutual_information`, with one of its discrete estimators.

    Attributes
    ----------
    selection_
        The :class:`FeatureSelection` of the last :meth:`fit`.
    selected_, names_
        Its columns and their names.

    Raises
    ------
    ValueError, TypeError
        A wrong setting, when it is given.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> features = rng.normal(size=(500, 5))
    >>> target = features[:, 3] + features[:, 1] > 0
    >>> optimizer = InformationTheoryOptimizer(2, seed=1).fit(features, target)
    >>> sorted(optimizer.names_), optimizer.transform(features).shape
    (['features1', 'features3'], (500, 2))
    """

    selection_: FeatureSelection

    def __init__(
        self,
        k: int = 10,
        n_bins: Any = 10,
        *,
        method: str = "mrmr",
        n_permutations: int = 200,
        binning: str = "auto",
        estimator: str = "plugin",
        base: float = 2.0,
        seed: Any = None,
        threads: int = 1,
        backend: str | None = None,
    ) -> None:
        self._given = {name: value for name, value in locals().items() if name != "self"}
        checks.whole_number("k", k, least=1)
        checks.choice("method", method, METHODS)
        checks.whole_number("n_permutations", n_permutations, least=1, most=MAX_PERMUTATIONS)
        checks.thread_count(threads)
        self._setting()

    def _setting(self) -> Any:
        names = ("n_bins", "binning", "estimator", "base", "backend")
        n_bins, binning, estimator, base, backend = (self._given[name] for name in names)
        return setting(n_bins, binning, estimator, base, backend, DISCRETE)

    def fit(self, features: Any, target: Any) -> Self:
        """Select features ``(n, d)`` for a target ``(n,)``; errors name the argument."""
        tests = ("n_permutations", "seed")
        given = {name: value for name, value in self._given.items() if name not in tests}
        columns = variable("features", features, ndim=(2,))
        given["k"] = min(given["k"], len(columns.columns))
        self.selection_ = select_features_by_mutual_information(features, target, **given)
        return self

    def _fitted(self) -> FeatureSelection:
        if not hasattr(self, "selection_"):
            raise ValueError("nothing is selected yet: call fit(features, target)")
        return self.selection_

    @property
    def selected_(self) -> Any:
        """The columns selected, best first."""
        return self._fitted().selected

    @property
    def names_(self) -> tuple[str, ...]:
        """Their names."""
        return self._fitted().names

    def transform(self, features: Any) -> Any:
        """The columns selected of ``features``: of a frame by name, of an array by position."""
        chosen = self._fitted()
        if hasattr(features, "columns"):
            columns = {str(column): column for column in features.columns}
            missing = [name for name in chosen.names if name not in columns]
            if missing:
                raise ValueError(f"features has no column {missing[0]!r}, which was selected")
            return features[[columns[name] for name in chosen.names]]
        found = np.asarray(features)
        expected = len(chosen.feature_names)
        if found.ndim != 2 or found.shape[1] != expected:
            raise ValueError(f"features has shape {found.shape}, expected {expected} columns")
        return found[:, chosen.selected]

    def fit_transform(self, features: Any, target: Any) -> Any:
        """:meth:`fit`, then :meth:`transform`."""
        return self.fit(features, target).transform(features)

    def parameter_importance(self, parameters: Any, objective: Any) -> ParameterImportance:
        """What each parameter of past trials tells of the objective, with a permutation test.

        Parameters
        ----------
        parameters
            ``(trials, d)``: an array, or a frame with the parameters' names.
        objective
            The value of each trial, ``(trials,)``.

        Examples
        --------
        >>> import numpy as np
        >>> points = np.random.default_rng(0).uniform(-1, 1, (400, 2))
        >>> scores = points[:, 0] ** 2 + 0.01 * points[:, 1]
        >>> optimizer = InformationTheoryOptimizer(n_bins=5, seed=1)
        >>> found = optimizer.parameter_importance(points, scores)
        >>> found.importance.round(1).tolist(), bool(found.p_values[0] < 0.01)
        ([1.0, 0.0], True)
        """
        chosen = self._setting()
        columns = variable("parameters", parameters, ndim=(1, 2))
        wanted = variable("objective", objective, ndim=(1,))
        same_length((columns, wanted))
        seed = checks.seed_number(self._given["seed"])
        threads = checks.thread_count(self._given["threads"])
        target = chosen.binner.variable(wanted)
        rows = []
        for j in range(len(columns.columns)):
            codes = (chosen.binner.column(columns, j), target, None)
            count = self._given["n_permutations"]
            how = (chosen.estimator, seed, j, 0, count, threads)
            (value, _, _), null = permutation_test(chosen.kernels, codes, *how)
            rows.append((value * chosen.scale, *summary(value, null, chosen.scale)))
        value, effective, p_values, _, _ = np.array(rows).T
        total = np.maximum(effective, 0.0).sum()
        return ParameterImportance(
            importance=np.maximum(effective, 0.0) / total if total > 0 else np.zeros(len(rows)),
            information=value,
            effective=effective,
            p_values=p_values,
            names=columns.names,
            base=chosen.base,
            estimator=chosen.estimator,
            n_permutations=self._given["n_permutations"],
            seed=seed,
            backend=chosen.kernels.name,
        )

    def redundancy_report(self, features: Any, threshold: float = 0.5) -> RedundancyReport:
        """The pairs of features that tell the same, most alike first.

        Parameters
        ----------
        threshold
            The least I(a; b) / min(H(a), H(b)): 1 where one of the two determines the other.

        Examples
        --------
        >>> rows = [[0, 0, 0], [1, 2, 0], [2, 1, 1], [2, 1, 0]]
        >>> InformationTheoryOptimizer().redundancy_report(rows, 0.9).pairs
        (('features0', 'features1'),)
        """
        least = checks.real_number("threshold", threshold, least=0.0, most=1.0)
        chosen = self._setting()
        columns = variable("features", features, ndim=(2,))
        codes = all_codes(chosen, columns)
        matrix = np.eye(len(codes))
        for j, other in enumerate(codes):
            found = [chosen.information(one, other) for one in codes[:j]]
            matrix[:j, j] = matrix[j, :j] = [normalized(one, "min") for one in found]
        a, b = np.triu_indices(len(matrix), 1)
        values = matrix[a, b]
        order = [k for k in np.argsort(-values, kind="stable") if values[k] >= least]
        names = columns.names
        return RedundancyReport(
            pairs=tuple((names[a[k]], names[b[k]]) for k in order),
            normalized=values[order],
            matrix=matrix,
            names=names,
            threshold=least,
            estimator=chosen.estimator,
            backend=chosen.kernels.name,
        )
