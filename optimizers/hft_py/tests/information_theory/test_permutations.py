"""Permutation tests: uniform under the null, powerful on coupled systems, the same however cut."""

from __future__ import annotations

from concurrent.futures import Executor, Future, ProcessPoolExecutor
from typing import Any

import numpy as np
import pytest
from scipy import stats

from hft_py import information_theory as it
from hft_py.rng import Stream


@pytest.mark.parametrize("rows", [60, 2_000])
def test_p_values_are_uniform_under_the_null(rows: int, rust_only: None) -> None:
    """Of shuffles, and of tables drawn for many rows."""
    rng = np.random.default_rng(1)
    p_values = [
        it.compute_mutual_information_significance(
            rng.normal(size=rows), rng.normal(size=rows), 199, n_bins=5, seed=k
        ).p_value
        for k in range(300)
    ]
    assert stats.kstest(p_values, "uniform").pvalue > 0.01
    # The negative control: halves of them are not.
    assert stats.kstest(np.array(p_values) / 2, "uniform").pvalue < 1e-6


def coupled(rng: Any, strength: float, n: int = 400) -> tuple[Any, Any]:
    """A target that follows its own past, and the source by ``strength``."""
    source, target = rng.normal(size=n), np.zeros(n)
    for t in range(1, n):
        target[t] = 0.4 * target[t - 1] + strength * source[t - 1] + rng.normal()
    return source, target


def test_transfer_entropy_of_a_coupled_system(rust_only: None) -> None:
    rng = np.random.default_rng(2)
    options: Any = {"n_bins": 3, "n_permutations": 199}
    forward, back = [], []
    for k in range(100):
        source, target = coupled(rng, 0.5)
        test = it.compute_transfer_entropy_significance
        forward.append(test(source, target, seed=k, **options).p_value)
        back.append(test(target, source, seed=k, **options).p_value)
    assert np.mean(np.array(forward) <= 0.01) > 0.95  # power
    assert stats.kstest(back, "uniform").pvalue > 0.01  # and size
    found = test(*coupled(rng, 0.0, 3_000), seed=1, n_bins=5, n_permutations=200)
    assert found.value > 3 * abs(found.effective)
    assert found.effective == pytest.approx(found.value - found.null.mean())
    assert found.z_score == pytest.approx(found.effective / found.null.std())
    assert found.n_permutations == 200


def test_tables_have_the_distribution_of_shuffles(kernel_set: str) -> None:
    """Of two halves and two thirds every table is known: a hypergeometric number."""
    n = 300
    x, y = np.arange(n) % 2, np.arange(n) % 3 == 0
    found = it.compute_mutual_information_significance(x, y, 3_000, seed=3, backend=kernel_set)
    counts = np.arange(101)
    exact = stats.hypergeom.pmf(counts, n, 150, 100)
    value = np.array([information_of_halves(k) for k in counts])
    # Cumulative shares, at each value that occurs.
    ends = np.unique(value.round(9))
    share = [(found.null <= end + 1e-8).mean() for end in ends]
    expected = [exact[value <= end + 1e-8].sum() for end in ends]
    assert np.abs(np.array(share) - expected).max() < 1.95 / np.sqrt(3_000)


def information_of_halves(k: int) -> float:
    table = np.array([[k, 150 - k], [100 - k, 50 + k]]) / 300
    return float(
        stats.entropy([0.5, 0.5], base=2)
        + stats.entropy([1 / 3, 2 / 3], base=2)
        - stats.entropy(table.ravel(), base=2)
    )


def test_hypergeometric_numbers() -> None:
    from hft_py.information_theory.baseline.random_tables import hypergeometric

    stream = Stream(5, 0, 0)
    for first, second, drawn in ((6, 5, 4), (50, 60, 30), (400, 3_000, 700)):
        made = np.array([hypergeometric(stream, first, second, drawn) for _ in range(4_000)])
        law = stats.hypergeom(first + second, first, drawn)
        values = np.arange(made.max() + 1)
        share = [(made <= k).mean() for k in values]
        assert np.abs(share - law.cdf(values)).max() < 1.95 / np.sqrt(4_000)


class Backwards(Executor):
    """Runs what it is given when it is asked, the last first."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Any]] = []
        self.tasks = 0

    def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, lambda: function(*args, **kwargs)))
        self.tasks += 1
        future.result = lambda timeout=None: self._result(future)  # type: ignore[method-assign]
        return future

    def _result(self, future: Future[Any]) -> Any:
        for waiting, call in reversed(self.waiting):
            waiting.set_result(call())
        self.waiting.clear()
        return Future.result(future)


@pytest.fixture
def series() -> Any:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(120, 4))
    x[1:, 1] += x[:-1, 0]
    x[:, 3] += x[:, 2]
    return x


@pytest.mark.parametrize(
    "measure", [it.compute_transfer_entropy_matrix, it.compute_mutual_information_matrix]
)
def test_a_matrix_does_not_depend_on_who_computes_it(
    measure: Any, series: Any, kernel_set: str
) -> None:
    options: Any = {"n_bins": 3, "n_permutations": 40, "seed": 9, "backend": kernel_set}
    found = measure(series, **options)
    assert measure(series, **options, threads=3) == found
    executor = Backwards()
    assert measure(series, **options, executor=executor) == found
    assert executor.tasks >= 40
    other = measure(series, **{**options, "backend": "python"})
    np.testing.assert_allclose(other.matrix, found.matrix, rtol=0, atol=1e-14)
    np.testing.assert_array_equal(other.p_values, found.p_values)
    assert found.n_permutations == 40 and found.names == ("data0", "data1", "data2", "data3")
    related = (0, 1) if found.directed else (2, 3)
    assert found.p_values[related] == 1 / 41
    assert np.nanargmax(found.effective) == related[0] * 4 + related[1]
    plain = measure(series, n_bins=3, backend=kernel_set)
    np.testing.assert_array_equal(plain.matrix, found.matrix)
    assert plain.p_values is None and plain.seed is None


def test_the_matrix_holds_what_the_functions_return(series: Any) -> None:
    found = it.compute_transfer_entropy_matrix(series, 2, 1, 4, source_history=2, base=10)
    expected = it.compute_transfer_entropy(
        series[:, 2], series[:, 0], 2, 1, 4, source_history=2, base=10
    )
    assert found.matrix[2, 0] == expected and np.isnan(np.diag(found.matrix)).all()
    found = it.compute_mutual_information_matrix(series, 4, estimator="grassberger")
    pair = series[:, 3], series[:, 1]
    expected = it.compute_mutual_information(*pair, 4, estimator="grassberger")
    assert found.matrix[3, 1] == found.matrix[1, 3] == expected
    assert found.matrix[2, 2] == it.compute_entropy(series[:, 2], 4, estimator="grassberger")


def test_a_null_is_of_the_seed_and_the_pair(series: Any, kernel_set: str) -> None:
    options: Any = {"n_permutations": 40, "n_bins": 3, "backend": kernel_set}
    x, y = series[:, 0], series[:, 2]
    test = it.compute_mutual_information_significance
    found = test(x, y, seed=1, **options)
    assert test(x, y, seed=1, **options) == found
    assert (test(x, y, seed=2, **options).null != found.null).any()
    # Equal pairs of a matrix have permutations of their own.
    table = it.compute_mutual_information_matrix(np.c_[x, x, y, y], seed=1, **options)
    assert table.null_mean is not None and len(set(table.null_mean[:2, 2:].ravel())) == 4
    nats = (
        test(x, y, seed=1, base=np.e, **options),
        it.compute_mutual_information_matrix(np.c_[x, x, y, y], seed=1, base=np.e, **options),
    )
    for bits, other in zip((found, table), nats, strict=True):
        for name in {"value", "matrix", "null", "effective", "null_mean", "null_std"} & {*bits}:
            np.testing.assert_allclose(other[name], bits[name] * np.log(2), rtol=1e-12, atol=1e-15)
        name = "p_value" if "p_value" in bits else "p_values"
        np.testing.assert_array_equal(other[name], bits[name])


@pytest.mark.timeout(60)
def test_processes(series: Any) -> None:
    options: Any = {"n_bins": 3, "n_permutations": 20, "seed": 9}
    with ProcessPoolExecutor(1) as executor:
        found = it.compute_transfer_entropy_matrix(series, executor=executor, **options)
    assert found == it.compute_transfer_entropy_matrix(series, **options)


def test_progress_may_stop_the_run(series: Any) -> None:
    seen = []

    def listen(state: Any) -> bool:
        seen.append(state)
        return state.done < 6

    found = it.compute_transfer_entropy_matrix(series, n_permutations=5, seed=1, progress=listen)
    assert [state.done for state in seen] == [3, 6] and seen[0].total == 12
    assert found.stop_reason == "stopped_by_callback"
    assert np.isfinite(found.matrix[:, :2]).sum() == 6 and np.isnan(found.matrix[:, 2:]).all()
