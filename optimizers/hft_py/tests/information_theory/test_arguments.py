"""What cannot be computed is refused, with the argument, its value and the remedy."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from hft_py import information_theory as it

X = np.arange(20.0)
BAD: list[tuple[Any, tuple[Any, ...], dict[str, Any], type[Exception], str]] = [
    (it.compute_entropy, ([1.0],), {}, ValueError, "x has 1 rows, expected 2 or more"),
    (it.compute_entropy, ([1.0, np.nan],), {}, ValueError,
     "x[1] is nan, expected finite numbers: remove those rows from every argument"),
    (it.compute_entropy, ([1.0, np.inf],), {"binning": "discrete"}, ValueError, "x[1] is inf"),
    (it.compute_entropy, ([-1e308, 1e308],), {}, ValueError, "x ranges from -1e+308 to 1e+308"),
    (it.compute_entropy, (X, 0), {}, ValueError, "n_bins=0, expected 1 or more"),
    (it.compute_entropy, (X, 2.5), {}, TypeError, "n_bins=2.5, expected an integer"),
    (it.compute_entropy, (X, [3, 3]), {}, ValueError, "n_bins=[3.0, 3.0], expected increasing"),
    (it.compute_entropy, (X, [0, 5]), {}, ValueError,
     "x ranges from 0.0 to 19.0, outside the edges n_bins from 0.0 to 5.0: begin with -inf"),
    (it.compute_entropy, (X,), {"binning": "best"}, ValueError, "binning='best', expected one of"),
    (it.compute_entropy, (X,), {"base": 1}, ValueError, "base=1.0, expected more than 1"),
    (it.compute_entropy, (X,), {"base": 0.5}, ValueError, "base=0.5, expected more than 1"),
    (it.compute_entropy, (X,), {"estimator": "ksg"}, ValueError, "estimator='ksg', expected"),
    (it.compute_entropy, (X,), {"estimator": "shrinkage", "local": True}, ValueError,
     'local=True with estimator="shrinkage", expected "plugin"'),
    (it.compute_entropy, (["a", "b"],), {"binning": "equal_width"}, TypeError,
     'x holds strings, expected numbers, or binning="discrete"'),
    (it.compute_entropy, (np.array(["a", np.nan], dtype=object),), {}, ValueError, "x[1] is miss"),
    (it.compute_entropy, (["a", float("nan")],), {}, ValueError, "x[1] is missing"),
    (it.compute_entropy, (["a", 1],), {}, TypeError, "x holds 'int, str'"),
    (it.compute_entropy, ([2**70, 1],), {}, TypeError, "of more than 64 bits: pass them"),
    (it.compute_entropy, ([2**63, 2**63 - 1, -1],), {}, TypeError, "of more than 64 bits"),
    (it.compute_mutual_information, (X, X), {"estimator": "ksg", "n_neighbors": 0}, ValueError,
     "n_neighbors=0, expected 1 or more"),
    (it.compute_mutual_information, (X, X), {"estimator": "ksg", "n_neighbors": 20}, ValueError,
     "n_neighbors=20, expected at most 19"),
    (it.compute_mic, (X, X), {"alpha": 1.5}, ValueError, "alpha=1.5, expected at most 1"),
    (it.compute_mic, (X, X), {"clumps": 0}, ValueError, "clumps=0"),
    (it.compute_mic, (X, np.r_[X[1:], np.nan]), {}, ValueError, "y[19] is nan"),
    (it.compute_mic, (X[:3], X[:3]), {}, ValueError, "x has 3 rows, expected 4"),
    (it.compute_information_decomposition, (X, X, X), {"measure": "i_ccs"}, ValueError,
     "measure='i_ccs', expected one of"),
    (it.compute_information_decomposition, (X, X, X[1:]), {}, ValueError, "target 19"),
    (it.compute_mutual_information, (X, X), {"threads": -1}, ValueError, "threads=-1"),
    (it.compute_entropy, (["a", None],), {}, ValueError, "x[1] is missing: remove those rows"),
    (it.compute_entropy, (np.array([1, "a"], dtype=object),), {}, TypeError, "x holds 'int, str'"),
    (it.compute_entropy, ([[1, 2], [3]],), {}, ValueError, "x is not an array"),
    (it.compute_entropy, ([1j, 2j],), {}, TypeError, "x has dtype complex128"),
    (it.compute_entropy, (np.ma.array(X),), {}, TypeError, "x is a masked array"),
    (it.compute_entropy, (np.zeros((3, 0)),), {}, ValueError, "x has no column"),
    (it.compute_entropy, (np.zeros((3, 2, 2)),), {}, ValueError, "x has 3 dimensions"),
    (it.compute_mutual_information, (X, X[:-1]), {}, ValueError,
     "x has 20 rows and y 19, expected the same"),
    (it.compute_conditional_mutual_information, (X, X, X[:-1]), {}, ValueError, "z 19"),
    (it.compute_normalized_mutual_information, (X, X), {"normalization": "mean"}, ValueError,
     "normalization='mean', expected one of"),
    (it.compute_kl_divergence, ([1, 2], [1]), {}, ValueError,
     "p has 2 outcomes and q 1, expected the same; for two samples give n_bins"),
    (it.compute_kl_divergence, ([1, -2], [1, 2]), {}, ValueError, "p[1] is -2.0"),
    (it.compute_js_divergence, ([1, 2], [0, 0]), {}, ValueError, "q sums to 0"),
    (it.compute_js_divergence, (["a", "b"], [0, 1]), {"n_bins": 2}, TypeError, "p holds strings"),
    (it.compute_transfer_entropy, (X, X), {"lag": 0}, ValueError, "lag=0, expected 1 or more"),
    (it.compute_transfer_entropy, (X, X), {"lag": 19}, ValueError,
     "lag=19, history=1 and source_history=1 leave 1 of 20 times, expected 2 or more"),
    (it.compute_transfer_entropy, (X, X), {"history": 30}, ValueError, "leave 0 of 20 times"),
    (it.compute_transfer_entropy, (np.c_[X, X], X), {}, ValueError,
     "source has 2 columns, expected one"),
    (it.compute_transfer_entropy_matrix, (X,), {}, ValueError, "data has 1 dimension"),
    (it.compute_transfer_entropy_matrix, (np.c_[X, X],), {"executor": 3}, TypeError,
     "executor=3, expected one with submit()"),
    (it.compute_mutual_information_matrix, (np.c_[X, X],), {"progress": 3}, TypeError, "progress"),
    (it.compute_mutual_information_significance, (X, X, 0), {}, ValueError, "n_permutations=0"),
    (it.compute_mutual_information_significance, (X, X), {"seed": -1}, ValueError, "seed=-1"),
    (it.compute_mutual_information_significance, (X, X), {"threads": -1}, ValueError, "threads"),
    (it.compute_rolling_entropy, (X, 1), {}, ValueError, "window=1, expected 2 or more"),
    (it.compute_rolling_entropy, (X, 21), {}, ValueError, "window=21, expected at most 20"),
    (it.compute_rolling_entropy, (X, 5), {"estimator": "shrinkage"}, ValueError, "estimator"),
    (it.select_features_by_mutual_information, (np.c_[X, X], X, 3), {}, ValueError,
     "k=3, expected at most 2: the features"),
    (it.select_features_by_mutual_information, (X, X, 1), {}, ValueError, "features has 1 dim"),
    (it.select_features_by_mutual_information, (np.c_[X, np.r_[X[1:], np.nan]], X, 1), {},
     ValueError, "features['features1'][19] is nan"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "given", "options", "kind", "message"), BAD)
def test_errors(
    function: Any, given: Any, options: Any, kind: type[Exception], message: str, kernel_set: str
) -> None:
    with pytest.raises(kind, match=re.escape(message)):
        function(*given, **options, backend=kernel_set)


def test_constants_have_nothing_to_tell(kernel_set: str) -> None:
    flat = np.full(20, 3.5)
    for estimator in ("plugin", "miller_madow", "grassberger", "shrinkage"):
        options: Any = {"estimator": estimator, "backend": kernel_set}
        assert it.compute_entropy(flat, **options) == 0.0
        assert it.compute_mutual_information(flat, X, **options) == 0.0
        assert it.compute_normalized_mutual_information(flat, flat, **options) == 0.0
    for binning in ("equal_frequency", "freedman_diaconis", "discrete"):
        assert it.compute_entropy(flat, binning=binning, backend=kernel_set) == 0.0
    found = it.compute_mutual_information_significance(flat, X, 9, seed=1, backend=kernel_set)
    assert found.p_value == 1.0 and np.isnan(found.z_score)


def test_kinds_of_data(kernel_set: str) -> None:
    """Whole numbers, truth values and strings as they are; real numbers in bins."""
    for values in (
        np.arange(32) % 16, np.arange(32, dtype=np.uint64) % 16, [v % 16 for v in range(32)],
        [str(v % 16) for v in range(32)], np.arange(32, dtype=np.int8) % 16 - 8,
        (np.arange(32) % 16).astype(object), np.arange(32) % 16 * 10**15,
    ):  # fmt: skip
        assert it.compute_entropy(values, backend=kernel_set) == 4.0
    options: Any = {"backend": kernel_set}
    assert it.compute_entropy([True, False], **options) == 1.0
    assert it.compute_entropy(np.arange(32.0), 4, **options) == 2.0
    assert it.compute_entropy(np.arange(32), 4, binning="equal_width", **options) == 2.0
    assert it.compute_entropy(np.arange(32.0), binning="discrete", **options) == 5.0
    assert it.compute_entropy(np.arange(32.0, dtype=np.float32), 4, **options) == 2.0
    assert it.compute_entropy(np.arange(32.0), [-np.inf, 8.0, np.inf], **options) < 0.9
    pair = np.c_[np.arange(32) % 2, np.arange(32) // 16]
    assert it.compute_entropy(pair, **options) == 2.0


def test_many_columns_together(kernel_set: str) -> None:
    """Ten columns of a hundred values each have more combinations than 64 bits can number."""
    x = np.random.default_rng(0).integers(0, 100, (50, 10))
    assert it.compute_entropy(x, backend=kernel_set) == pytest.approx(np.log2(50))
    y = x[:, 0]
    expected = it.compute_entropy(y, backend=kernel_set)
    found = it.compute_mutual_information(x, y, backend=kernel_set)
    assert found == pytest.approx(expected, abs=1e-13)
