"""Mutual information and transfer entropy of every pair of variables, with permutation tests."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np

from hft_py import backend as backends
from hft_py import checks
from hft_py.information_theory._binning import Codes
from hft_py.information_theory._inputs import DISCRETE, Setting, setting
from hft_py.information_theory._validation import Floats, ensure_memory, variable
from hft_py.information_theory.result import InformationMatrix
from hft_py.information_theory.significance import MAX_PERMUTATIONS, permutation_test, summary
from hft_py.information_theory.transfer_entropy import Past
from hft_py.progress import STOPPED, reporting

# Tasks of an executor: enough for many workers, each long enough to be worth its transport.
_TASKS = 64
_TESTED = ("effective", "p_values", "null_mean", "null_std")


def compute_mutual_information_matrix(
    data: Any,
    n_bins: Any = 10,
    *,
    n_permutations: int = 0,
    binning: str = "auto",
    estimator: str = "plugin",
    base: float = 2.0,
    seed: Any = None,
    threads: int = 1,
    executor: Executor | None = None,
    progress: Any = False,
    backend: str | None = None,
) -> InformationMatrix:
    """I of every pair of the columns of ``data``; on the diagonal the entropies.

    Parameters
    ----------
    data
        ``(n, d)``: an array, or a frame, whose column names are kept.
    n_permutations
        For a permutation test of each pair: :func:`compute_mutual_information_significance`. 0
        (default) for none.
    seed
        Permutation ``p`` of a pair is a function of the seed, the pair and ``p`` alone: results
        depend neither on ``threads`` nor on ``executor``.
    executor
        Any ``concurrent.futures.Executor``, also of other machines: it is given the work in parts,
        with the codes they need, and each works on one thread.
    progress
        False, True, or a callable that may stop the run: :mod:`hft_py.progress`. Steps are pairs.

    The other parameters and errors as for :func:`compute_mutual_information`, with one of its
    discrete estimators.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).integers(0, 3, (300, 2))
    >>> found = compute_mutual_information_matrix(np.c_[x, x[:, 0]], n_permutations=99, seed=1)
    >>> found.matrix.round(2).tolist()
    [[1.58, 0.01, 1.58], [0.01, 1.57, 0.01], [1.58, 0.01, 1.58]]
    >>> float(found.p_values[0, 2]), bool(found.p_values[0, 1] > 0.05)
    (0.01, True)
    """
    chosen = setting(n_bins, binning, estimator, base, backend, DISCRETE)
    plan = _Plan(chosen, data, n_permutations, seed, threads, executor)
    columns = plan.columns
    rows = [_Row(j, list(range(j)), columns[:j], columns[j], None) for j in range(len(columns))]
    found = plan.run(rows, progress, "mutual information")
    upper = np.triu_indices(len(columns), 1)
    for table in found.values():
        if isinstance(table, np.ndarray):
            table[upper[1], upper[0]] = table[upper]
    entropies = [max(0.0, plan.chosen.information(one)[1]) for one in columns]
    np.fill_diagonal(found["matrix"], entropies)
    return plan.result(found, "mutual information", directed=False)


def compute_transfer_entropy_matrix(
    data: Any,
    lag: int = 1,
    history: int = 1,
    n_bins: Any = 10,
    *,
    n_permutations: int = 0,
    source_history: int = 1,
    binning: str = "auto",
    estimator: str = "plugin",
    base: float = 2.0,
    seed: Any = None,
    threads: int = 1,
    executor: Executor | None = None,
    progress: Any = False,
    backend: str | None = None,
) -> InformationMatrix:
    """Transfer entropy between every two of the columns of ``data``: ``matrix[source, target]``.

    Parameters as for :func:`compute_transfer_entropy_significance` and
    :func:`compute_mutual_information_matrix`. The diagonal is NaN.

    Examples
    --------
    >>> import numpy as np
    >>> coins = np.random.default_rng(0).integers(0, 2, 1_000)
    >>> data = np.c_[coins, np.roll(coins, 1)]
    >>> found = compute_transfer_entropy_matrix(data, n_permutations=99, seed=1)
    >>> found.matrix.round(2).tolist(), float(found.p_values[0, 1])
    ([[nan, 1.0], [0.0, nan]], 0.01)
    """
    chosen = setting(n_bins, binning, estimator, base, backend, DISCRETE)
    plan = _Plan(chosen, data, n_permutations, seed, threads, executor)
    past = Past(lag, history, source_history, plan.n)
    sources = [past.source_codes(one) for one in plan.columns]
    rows = []
    for j, target in enumerate(plan.columns):
        now, before = past.target_codes(target)
        others = [i for i in range(len(sources)) if i != j]
        rows.append(_Row(j, others, [sources[i] for i in others], now, before))
    found = plan.run(rows, progress, "transfer entropy")
    return plan.result(found, "transfer entropy", directed=True)


@dataclass(frozen=True)
class _Row:
    """A target, and what is measured against it."""

    target: int
    sources: list[int]
    x: list[Codes]
    y: Codes
    z: Codes | None


@dataclass(frozen=True)
class _Task:
    """Permutations ``first`` to ``first + count`` of a row, for a worker anywhere."""

    row: _Row
    pairs: list[int]
    estimator: str
    seed: int
    first: int
    count: int
    threads: int
    backend: str

    def run(self) -> tuple[Floats, Floats]:
        """In bits, not clipped: ``(sources, 3)`` of the data, and ``(sources, count)`` permuted."""
        kernels = backends.kernels("information_theory", self.backend)
        row, how = self.row, (self.first, self.count, self.threads)
        tests = [
            permutation_test(kernels, (x, row.y, row.z), self.estimator, self.seed, pair, *how)
            for x, pair in zip(row.x, self.pairs, strict=True)
        ]
        found, null = zip(*tests, strict=True)
        return np.array(found), np.array(null)


class _Plan:
    """The arguments of a matrix, checked, and the run over its rows."""

    def __init__(
        self,
        chosen: Setting,
        data: Any,
        n_permutations: Any,
        seed: Any,
        threads: Any,
        executor: Any,
    ) -> None:
        self.chosen = chosen
        columns = variable("data", data, ndim=(2,))
        self.names, self.n = columns.names, len(columns)
        self.count = checks.whole_number(
            "n_permutations", n_permutations, least=0, most=MAX_PERMUTATIONS
        )
        ensure_memory(len(self.names), max(self.count, len(self.names)))
        self.seed = checks.seed_number(seed) if self.count else None
        self.threads = checks.thread_count(threads)
        self.executor = executor
        if executor is not None and not callable(getattr(executor, "submit", None)):
            raise TypeError(f"executor={checks.short(executor)}, expected one with submit()")
        code = chosen.binner.column
        self.columns = [code(columns, j) for j in range(len(self.names))]

    def run(self, rows: list[_Row], progress: Any, description: str) -> dict[str, Any]:
        """Every table by its name, ``[source, target]``; NaN where the run was stopped before."""
        d = len(self.columns)
        names = ["matrix", *(_TESTED if self.count else ())]
        tables = {name: np.full((d, d), np.nan) for name in names}
        pairs = sum(len(row.sources) for row in rows)
        rows = [row for row in rows if row.sources]
        done, best, reason = 0, 0.0, "completed"
        with reporting(progress, pairs, description) as reporter:
            for row, (values, null) in zip(rows, self._results(rows), strict=False):
                self._fill(tables, row, values, null)
                before, done = done, done + len(row.sources)
                best = max(best, float(tables["matrix"][row.sources, row.target].max()))
                if reporter and reporter.due(before, done) and not reporter(done, best):
                    reason = STOPPED
                    break
        return {**tables, "stop_reason": reason}

    def _results(self, rows: list[_Row]) -> Iterator[tuple[Floats, Floats]]:
        """What each row's tasks return, put together, in order."""
        if self.executor is None:
            for row in rows:
                yield self._task(row, 0, self.count).run()
            return
        part = max(1, self.count * len(rows) // _TASKS)
        starts = range(0, max(1, self.count), part)
        submit = self.executor.submit
        futures = [
            [submit(self._task(row, s, min(part, self.count - s)).run) for s in starts]
            for row in rows
        ]
        try:
            for parts in futures:
                results = [future.result() for future in parts]
                yield results[0][0], np.concatenate([null for _, null in results], axis=1)
        finally:
            for future in (future for parts in futures for future in parts):
                future.cancel()

    def _task(self, row: _Row, first: int, count: int) -> _Task:
        d = len(self.columns)
        pairs = [i * d + row.target for i in row.sources]
        threads, backend = 1 if self.executor else self.threads, self.chosen.kernels.name
        how = (self.chosen.estimator, self.seed or 0, first, count, threads, backend)
        return _Task(row, pairs, *how)

    def _fill(self, tables: dict[str, Any], row: _Row, values: Floats, null: Floats) -> None:
        scale = self.chosen.scale
        shared = np.maximum(values.min(axis=1), 0.0) * scale
        tables["matrix"][row.sources, row.target] = shared
        if self.count:
            for source, value, permuted in zip(row.sources, values[:, 0], null, strict=True):
                found = summary(float(value), permuted, scale)
                for name, number in zip(_TESTED, found, strict=True):
                    tables[name][source, row.target] = number

    def result(self, found: dict[str, Any], measure: str, directed: bool) -> InformationMatrix:
        """The tables with what they are of."""
        return InformationMatrix(
            names=self.names,
            measure=measure,
            directed=directed,
            base=self.chosen.base,
            estimator=self.chosen.estimator,
            backend=self.chosen.kernels.name,
            n_permutations=self.count,
            seed=self.seed,
            **found,
        )
