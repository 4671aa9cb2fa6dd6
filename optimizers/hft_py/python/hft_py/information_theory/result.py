"""What permutation tests and matrices return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import results

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Significance(results.Result):
    """A measure with its distribution where the variables have nothing in common.

    Attributes
    ----------
    value
        The measure of the data, in units of ``base``.
    effective
        ``value`` less the mean under the null: corrected for the bias of a finite sample. It may be
        negative.
    p_value
        ``(1 + #{null >= value}) / (1 + n_permutations)``: never 0.
    null_mean, null_std
        Of the values under the null.
    null
        All of them, ``(n_permutations,)``.
    measure, names, base, estimator
        What was computed, of which variables.
    seed, backend
        How; the seed makes the same null again.

    Examples
    --------
    >>> from hft_py.information_theory import compute_mutual_information_significance
    >>> x = [0, 1] * 20
    >>> found = compute_mutual_information_significance(x, x, 99, seed=1)
    >>> found.value, found.p_value, found["n_permutations"]
    (1.0, 0.01, 99)
    """

    value: float
    effective: float
    p_value: float
    null_mean: float
    null_std: float
    null: Floats
    measure: str
    names: tuple[str, ...]
    base: float
    estimator: str
    seed: int
    backend: str

    @property
    def n_permutations(self) -> int:
        """How many values there are under the null."""
        return len(self.null)

    @property
    def z_score(self) -> float:
        """``effective`` in standard deviations of the null; NaN where that has none."""
        return self.effective / self.null_std if self.null_std > 0 else float("nan")

    def plot(self) -> Any:
        """A matplotlib figure: the values under the null, and the measure."""
        from hft_py.information_theory.plotting import draw_null

        return draw_null(self)


@dataclass(frozen=True, eq=False, repr=False)
class InformationMatrix(results.Result):
    """A measure of every pair of variables.

    Attributes
    ----------
    matrix
        Shape ``(d, d)``, in units of ``base``. Of a directed measure rows are sources and columns
        targets; the diagonal is then NaN.
    names
        The variables.
    effective, p_values, null_mean, null_std
        As in :class:`Significance`, ``(d, d)``; None without permutations.
    measure, directed, base, estimator, n_permutations, seed, backend
        What was computed, and how.
    stop_reason
        ``"completed"``, or ``"stopped_by_callback"``: pairs not reached are NaN.

    Examples
    --------
    >>> from hft_py.information_theory import compute_mutual_information_matrix
    >>> found = compute_mutual_information_matrix([[1, 0], [0, 1], [0, 0], [0, 0]])
    >>> found.matrix.round(3).tolist(), found.names
    ([[0.811, 0.123], [0.123, 0.811]], ('data0', 'data1'))
    """

    matrix: Floats
    names: tuple[str, ...]
    measure: str
    directed: bool
    base: float
    estimator: str
    backend: str
    effective: Floats | None = None
    p_values: Floats | None = None
    null_mean: Floats | None = None
    null_std: Floats | None = None
    n_permutations: int = 0
    seed: int | None = None
    stop_reason: str = "completed"

    def to_frame(self, field: str = "matrix") -> Any:
        """A field as a pandas frame with the names on both sides."""
        pandas = results.pandas()
        table = self[field]
        if table is None:
            raise ValueError(f"{field} is None: ask for n_permutations")
        return pandas.DataFrame(table, index=list(self.names), columns=list(self.names))

    def plot(self, kind: str = "heatmap", *, level: float = 0.05, most: int = 40) -> Any:
        """A matplotlib figure.

        ``"heatmap"``; or ``"graph"``: the pairs whose p-values keep the false discovery rate at
        ``level`` (Benjamini and Hochberg, J. R. Statist. Soc. B 57, 1995), or without permutations
        the largest tenth; and of these at most the ``most`` largest.
        """
        from hft_py.information_theory.plotting import draw

        return draw(self, kind, level, most)


@dataclass(frozen=True, eq=False, repr=False)
class FeatureSelection(results.Result):
    """The features chosen, best first.

    Attributes
    ----------
    selected, names
        Their columns ``(k,)``, from 0, and their names.
    scores
        What they were chosen by, ``(k,)``: relevance, or relevance less (or over) redundancy.
    relevance
        I(feature; target) of every feature, ``(d,)``, in units of ``base``.
    redundancy
        The mean I(feature; chosen) over those chosen before, ``(k,)``; None for a ranking.
    feature_names, method, base, estimator, backend
        Of what, and how.

    Examples
    --------
    >>> from hft_py.information_theory import select_features_by_mutual_information
    >>> found = select_features_by_mutual_information([[0, 1], [1, 1], [0, 0]], [0, 1, 0], 1)
    >>> found.names, found.relevance.round(3).tolist()
    (('features0',), [0.918, 0.252])
    """

    selected: npt.NDArray[np.int64]
    names: tuple[str, ...]
    scores: Floats
    relevance: Floats
    redundancy: Floats | None
    feature_names: tuple[str, ...]
    method: str
    base: float
    estimator: str
    backend: str

    def to_frame(self) -> Any:
        """One row for each feature chosen, as a pandas frame."""
        pandas = results.pandas()
        columns = {"score": self.scores, "relevance": self.relevance[self.selected]}
        if self.redundancy is not None:
            columns["redundancy"] = self.redundancy
        return pandas.DataFrame(columns, index=list(self.names))


@dataclass(frozen=True, eq=False, repr=False)
class ParameterImportance(results.Result):
    """What each parameter of past trials tells of their objective.

    Attributes
    ----------
    importance
        Shares of the effective information, ``(d,)``; they sum to 1, or are all 0.
    information, effective, p_values
        I(parameter; objective) in units of ``base``, the same less its mean under permutations, and
        p-values, ``(d,)`` each. Parameters are looked at one by one: what only two together tell is
        not seen.
    names, base, estimator, n_permutations, seed, backend
        Of what, and how.

    Examples
    --------
    >>> from hft_py.information_theory import InformationTheoryOptimizer
    >>> trials = [[0, 0], [0, 1], [1, 0], [1, 1]] * 20
    >>> found = InformationTheoryOptimizer(seed=1).parameter_importance(trials, [5, 5, 7, 7] * 20)
    >>> found.importance.tolist(), found.names
    ([1.0, 0.0], ('parameters0', 'parameters1'))
    """

    importance: Floats
    information: Floats
    effective: Floats
    p_values: Floats
    names: tuple[str, ...]
    base: float
    estimator: str
    n_permutations: int
    seed: int
    backend: str

    def to_frame(self) -> Any:
        """One row for each parameter, the most important first, as a pandas frame."""
        fields = ("importance", "information", "effective", "p_values")
        frame = results.pandas().DataFrame({n: self[n] for n in fields}, index=list(self.names))
        return frame.sort_values("importance", ascending=False, kind="stable")


@dataclass(frozen=True, eq=False, repr=False)
class RedundancyReport(results.Result):
    """Pairs of features that tell the same.

    Attributes
    ----------
    pairs
        Names of two features each, most alike first.
    normalized
        I(a; b) / min(H(a), H(b)) of each, at least ``threshold``.
    matrix
        That of all pairs, ``(d, d)``.
    names, threshold, estimator, backend
        Of what, and how.

    Examples
    --------
    >>> from hft_py.information_theory import InformationTheoryOptimizer
    >>> rows = [[0, 1, 0], [1, 0, 0], [0, 1, 1], [1, 0, 1]]
    >>> found = InformationTheoryOptimizer().redundancy_report(rows)
    >>> found.pairs, found.normalized.tolist()
    ((('features0', 'features1'),), [1.0])
    """

    pairs: tuple[tuple[str, str], ...]
    normalized: Floats
    matrix: Floats
    names: tuple[str, ...]
    threshold: float
    estimator: str
    backend: str

    def to_frame(self) -> Any:
        """One row for each pair, as a pandas frame."""
        first, second = zip(*self.pairs, strict=True) if self.pairs else ((), ())
        columns = {"first": first, "second": second, "normalized": self.normalized}
        return results.pandas().DataFrame(columns)
