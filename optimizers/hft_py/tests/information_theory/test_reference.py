"""Values worked out elsewhere: by hand, by fractions, in closed form, by other libraries."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon
from scipy.special import digamma

from hft_py import information_theory as it
from hft_py.backend import use_backend


@pytest.fixture(autouse=True)
def _chosen(kernel_set: str) -> Any:
    with use_backend(kernel_set):
        yield


def test_the_reference_list() -> None:
    x, y = [1, 1, 1, 0, 0], [1, 1, 0, 0, 1]
    assert it.compute_transfer_entropy(y, x, history=2) == pytest.approx(2 / 3, abs=1e-15)
    assert it.compute_transfer_entropy(x, y, history=2) == 0.0
    halves, thirds = [0] * 6 + [1] * 6, [0] * 4 + [1] * 4 + [2] * 4
    assert it.compute_mutual_information(halves, thirds) == pytest.approx(2 / 3, abs=1e-15)
    assert it.compute_entropy([0, 0, 1, 1, 2]) == pytest.approx(1.521928, abs=5e-7)


def rational(*columns: list[int]) -> float:
    """The plug-in entropy of rows, frequencies as fractions."""
    rows = list(zip(*columns, strict=True))
    shares = [Fraction(rows.count(row), len(rows)) for row in set(rows)]
    return -math.fsum(float(p) * math.log2(p) for p in shares)


def test_every_measure_of_all_small_samples() -> None:
    for x, y, z in itertools.product(itertools.product([0, 1], repeat=4), repeat=3):
        if z > y:
            continue
        columns = list(x), list(y), list(z)
        h = rational
        assert it.compute_joint_entropy(x, y) == pytest.approx(h(*columns[:2]), abs=1e-14)
        shared = h(list(x)) + h(list(y)) - h(list(x), list(y))
        assert it.compute_mutual_information(x, y) == pytest.approx(shared, abs=1e-14)
        given = h(list(x), list(z)) + h(list(y), list(z)) - h(list(z)) - h(*columns)
        found = it.compute_conditional_mutual_information(x, y, z)
        assert found == pytest.approx(given, abs=1e-14)
        assert it.compute_conditional_entropy(x, z) == pytest.approx(
            h(list(x), list(z)) - h(list(z)), abs=1e-14
        )


def test_estimators_by_their_formulas() -> None:
    counts = np.array([7, 4, 1, 1, 2])
    n, x = counts.sum(), np.repeat(np.arange(5), counts)
    plugin = stats.entropy(counts)
    nats = {"base": math.e}
    assert it.compute_entropy(x, **nats) == pytest.approx(plugin, abs=1e-14)
    corrected = plugin + 4 / (2 * n)
    assert it.compute_entropy(x, estimator="miller_madow", **nats) == pytest.approx(corrected)
    g = digamma(counts) + 0.5 * (-1.0) ** counts * (digamma((counts + 1) / 2) - digamma(counts / 2))
    grassberger = math.log(n) - (counts * g).sum() / n
    assert it.compute_entropy(x, estimator="grassberger", **nats) == pytest.approx(grassberger)
    p = counts / n
    weight = (1 - (p**2).sum()) / ((n - 1) * ((1 / 5 - p) ** 2).sum())
    shrunk = stats.entropy(weight / 5 + (1 - weight) * p)
    assert it.compute_entropy(x, estimator="shrinkage", **nats) == pytest.approx(shrunk)


@pytest.mark.parametrize("estimator", ["miller_madow", "grassberger"])
def test_corrections_lower_the_bias(estimator: str) -> None:
    rng = np.random.default_rng(0)
    samples = [rng.integers(0, 8, 40) for _ in range(200)]
    plain = np.mean([it.compute_entropy(x) for x in samples])
    better = np.mean([it.compute_entropy(x, estimator=estimator) for x in samples])
    assert abs(better - 3) < 0.03 < 0.1 < 3 - plain


def test_a_gaussian_pair() -> None:
    """Binned information is below the closed form, and near it for fine bins."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=50_000)
    y = 0.5 * x + math.sqrt(0.75) * rng.normal(size=50_000)
    exact = -0.5 * math.log(1 - 0.25)  # 0.14384104 nats
    options: dict[str, Any] = {"base": math.e, "estimator": "miller_madow"}
    coarse, fine = (it.compute_mutual_information(x, y, k, **options) for k in (5, 40))
    assert coarse < fine < exact + 0.01
    assert fine == pytest.approx(exact, abs=0.01)
    # Data processing: a function of y tells no more of x than y does.
    again = y + rng.normal(size=50_000)
    assert it.compute_mutual_information(x, again, **options) < 0.7 * fine


def test_numpy_and_scipy() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(2, 3_000)).round(3)
    counts = np.histogram2d(x, y, 10)[0].ravel()
    h = [stats.entropy(c, base=2) for c in (np.histogram(x, 10)[0], np.histogram(y, 10)[0], counts)]
    assert it.compute_entropy(x) == pytest.approx(h[0], abs=1e-13)
    assert it.compute_mutual_information(x, y) == pytest.approx(h[0] + h[1] - h[2], abs=1e-12)
    bins = np.histogram_bin_edges(x, "fd")
    expected = stats.entropy(np.histogram(x, bins)[0], base=2)
    assert it.compute_entropy(x, binning="freedman_diaconis") == pytest.approx(expected)
    assert it.compute_entropy(x, bins) == pytest.approx(expected)
    quarters = it.compute_entropy(np.arange(400.0), 4, binning="equal_frequency")
    assert quarters == 2.0
    # Quantiles that are equal are one edge, and none below all values: shrinkage counts empty bins.
    tied = np.r_[np.zeros(60), np.arange(1.0, 41.0)]
    found = it.compute_entropy(tied, 4, binning="equal_frequency", estimator="shrinkage")
    above = tied >= np.quantile(tied, 0.75)
    assert found == it.compute_entropy(above, estimator="shrinkage")
    p, q = rng.random(6), rng.random(6)
    assert it.compute_kl_divergence(p, q, base=math.e) == pytest.approx(stats.entropy(p, q))
    assert it.compute_js_divergence(p, q) == pytest.approx(jensenshannon(p, q, 2) ** 2)
    samples = [0, 0, 1, 2], [0, 1, 1, 1, 2, 2]
    found = it.compute_kl_divergence(*samples, n_bins=10)
    assert found == pytest.approx(stats.entropy([2, 1, 1], [1, 3, 2], base=2))


def test_transfer_entropy_is_conditional_information_of_embeddings() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.integers(0, 3, (2, 400))
    for lag, history, source_history in ((1, 1, 1), (3, 2, 1), (2, 1, 3), (1, 4, 2)):
        first = max(history, lag + source_history - 1)
        t = np.arange(first, 400)
        past = np.stack([y[t - k] for k in range(1, history + 1)], axis=1)
        source = np.stack([x[t - lag - k] for k in range(source_history)], axis=1)
        expected = it.compute_conditional_mutual_information(source, y[t], past)
        options: Any = {"lag": lag, "history": history, "source_history": source_history}
        assert it.compute_transfer_entropy(x, y, **options) == expected
        options["estimator"] = "gaussian"  # of the numbers
        expected_numbers = it.compute_conditional_mutual_information(
            source, y[t], past, estimator="gaussian"
        )
        assert it.compute_transfer_entropy(x, y, **options) == pytest.approx(expected_numbers)
        options["estimator"] = "plugin"
        local = it.compute_transfer_entropy(x, y, local=True, **options)
        assert np.isnan(local[:first]).all() and len(local) == 400
        assert local[first:].mean() == pytest.approx(expected, abs=1e-12)


def test_local_values_have_the_whole_as_mean() -> None:
    rng = np.random.default_rng(4)
    x, y, z = rng.integers(0, 4, (3, 500))
    for measure, given in (
        (it.compute_entropy, (x,)),
        (it.compute_mutual_information, (x, y)),
        (it.compute_conditional_mutual_information, (x, y, z)),
    ):
        whole = measure(*given, base=10)
        assert measure(*given, base=10, local=True).mean() == pytest.approx(whole, abs=1e-13)
    assert it.compute_mutual_information(x, y, local=True).min() < 0


def test_infomeasure_and_pyinform() -> None:
    infomeasure = pytest.importorskip("infomeasure", reason="infomeasure is not installed")
    rng = np.random.default_rng(5)
    x = rng.integers(0, 4, 2_000)
    y = np.roll((x + rng.integers(0, 2, 2_000)) % 4, 1)
    expected = infomeasure.transfer_entropy(
        x, y, approach="discrete", base=2, src_hist_len=1, dest_hist_len=2
    )
    assert it.compute_transfer_entropy(x, y, history=2) == pytest.approx(expected, abs=1e-10)
    for ours, theirs in (("miller_madow", "miller_madow"), ("shrinkage", "shrink")):
        expected = infomeasure.entropy(x, approach=theirs, base=2)
        assert it.compute_entropy(x, estimator=ours) == pytest.approx(expected, abs=1e-10)


def test_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    rng = np.random.default_rng(6)
    x, y = rng.integers(0, 5, (2, 300))
    for normalization in ("arithmetic", "geometric", "min", "max"):
        expected = metrics.normalized_mutual_info_score(x, y, average_method=normalization)
        found = it.compute_normalized_mutual_information(x, y, normalization=normalization)
        assert found == pytest.approx(expected, abs=1e-12)
