"""What holds for all data: bounds, symmetry, chain rules, invariance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hft_py import information_theory as it

ESTIMATORS = ["plugin", "miller_madow", "grassberger", "shrinkage"]
SAMPLES = st.integers(2, 60).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 6), min_size=n, max_size=n), min_size=3, max_size=3)
)


@given(SAMPLES, st.sampled_from(ESTIMATORS))
def test_information_is_symmetric_and_bounded(samples: Any, estimator: str) -> None:
    x, y, z = samples
    shared = it.compute_mutual_information(x, y, estimator=estimator)
    assert shared == it.compute_mutual_information(y, x, estimator=estimator)
    entropies = [it.compute_entropy(v, estimator=estimator) for v in (x, y)]
    assert 0.0 <= shared <= min(entropies)
    given_z = it.compute_conditional_mutual_information(x, y, z, estimator=estimator)
    assert given_z == it.compute_conditional_mutual_information(y, x, z, estimator=estimator)
    assert given_z >= 0.0
    assert 0.0 <= it.compute_normalized_mutual_information(x, y, estimator=estimator) <= 1.0


@given(SAMPLES)
def test_chain_rules(samples: Any) -> None:
    x, y, z = samples
    joint = it.compute_joint_entropy(x, y)
    assert joint == pytest.approx(
        it.compute_entropy(x) + it.compute_conditional_entropy(y, x), abs=1e-12
    )
    assert joint <= it.compute_entropy(x) + it.compute_entropy(y) + 1e-12
    both = it.compute_mutual_information(np.c_[x, y], z)
    parts = it.compute_mutual_information(x, z)
    parts += it.compute_conditional_mutual_information(y, z, x)
    assert both == pytest.approx(parts, abs=1e-12)
    assert both >= it.compute_mutual_information(x, z)  # in every bit: no tolerance


@given(SAMPLES, st.sampled_from(ESTIMATORS), st.permutations(range(7)))
def test_names_and_order_do_not_matter(samples: Any, estimator: str, names: Any) -> None:
    x, y, _ = map(np.array, samples)
    shared = it.compute_mutual_information(x, y, estimator=estimator)
    renamed = np.array(names)[x]
    assert it.compute_mutual_information(renamed, y, estimator=estimator) == shared
    order = np.random.default_rng(0).permutation(len(x))
    assert it.compute_mutual_information(x[order], y[order], estimator=estimator) == shared
    letters = np.array(list("abcdefg"))[x]
    assert it.compute_mutual_information(letters, y, estimator=estimator) == shared


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=80), st.integers(1, 70))
def test_bins_are_those_of_numpy(values: Any, bins: int) -> None:
    x = np.array(values)
    if x.min() == x.max():
        assert it.compute_entropy(x, bins) == 0.0
        return
    if not np.diff(np.linspace(x.min(), x.max(), bins + 1)).min() > 0:
        return  # NumPy has too many bins for this range
    counts = np.histogram(x, np.linspace(x.min(), x.max(), bins + 1))[0]
    expected = it.compute_entropy(np.repeat(np.arange(bins), counts))
    assert it.compute_entropy(x, bins) == pytest.approx(expected, abs=1e-13)


@settings(max_examples=30)
@given(SAMPLES, st.integers(2, 60))
def test_a_window_equals_its_recomputation(samples: Any, window: int) -> None:
    x, y, _ = samples
    if window > len(x):
        return
    found = it.compute_rolling_mutual_information(x, y, window)
    entropy = it.compute_rolling_entropy(x, window)
    assert np.isnan(found[: window - 1]).all()
    for end in range(window, len(x) + 1):
        part = slice(end - window, end)
        assert found[end - 1] == it.compute_mutual_information(x[part], y[part])
        assert entropy[end - 1] == it.compute_entropy(x[part])
