"""Feature selection, parameter importance, redundancy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hft_py import information_theory as it


@pytest.fixture
def data() -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(800, 12))
    features[:, 5] = features[:, 2] + 0.05 * rng.normal(size=800)  # repeats column 2
    target = 2 * features[:, 2] + features[:, 9] + 0.3 * rng.normal(size=800)
    return features, target


@pytest.mark.parametrize("estimator", ["plugin", "miller_madow", "shrinkage"])
def test_ranking(data: Any, estimator: str, kernel_set: str) -> None:
    features, target = data
    options: Any = {"estimator": estimator, "backend": kernel_set}
    found = it.select_features_by_mutual_information(features, target, 3, 8, **options)
    expected = [it.compute_mutual_information(x, target, 8, **options) for x in features.T]
    np.testing.assert_array_equal(found.relevance, expected)
    np.testing.assert_array_equal(found.selected, np.argsort(expected)[::-1][:3])
    np.testing.assert_array_equal(found.scores, found.relevance[found.selected])
    same = it.select_features_by_mutual_information(
        np.asfortranarray(features), target, 3, 8, threads=3, **options
    )
    assert same == found
    gaps = np.repeat(features, 2, axis=1)[:, ::2]
    assert it.select_features_by_mutual_information(gaps, target, 3, 8, **options) == found


def test_more_cells_than_memory(kernel_set: str) -> None:
    """A table of all cells would take terabytes."""
    x, target = np.random.default_rng(0).normal(size=(40, 2)), np.arange(40)
    found = it.select_features_by_mutual_information(x, x[:, 1], 1, 2**20, backend=kernel_set)
    assert found.relevance.tolist() == pytest.approx([np.log2(40)] * 2)
    found = it.select_features_by_mutual_information(x, target, 1, 2**20, backend=kernel_set)
    assert found.relevance.tolist() == pytest.approx([np.log2(40)] * 2)


@pytest.mark.parametrize("method", ["mrmr", "mrmr_quotient"])
@pytest.mark.parametrize("binning", ["equal_width", "equal_frequency", "freedman_diaconis"])
def test_mrmr_step_by_step(data: Any, method: str, binning: str, kernel_set: str) -> None:
    features, target = data
    options: Any = {"binning": binning, "backend": kernel_set}
    found = it.select_features_by_mutual_information(
        features, target, 4, method=method, threads=2, **options
    )
    chosen: list[int] = []
    for step in range(4):
        best, index = -np.inf, -1
        for j in set(range(12)) - set(chosen):
            score = it.compute_mutual_information(features[:, j], target, **options)
            if chosen:
                shared = np.mean(
                    [
                        it.compute_mutual_information(features[:, j], features[:, i], **options)
                        for i in chosen
                    ]
                )
                score = score - shared if method == "mrmr" else score / shared
            if score > best:
                best, index = score, j
        chosen.append(index)
        assert found.scores[step] == pytest.approx(best, abs=1e-12)
    assert found.selected.tolist() == chosen
    assert chosen[0] in (2, 5) and chosen[1] == 9
    ranked = it.select_features_by_mutual_information(features, target, 2, **options)
    assert set(ranked.selected) == {2, 5}  # the negative control: it repeats itself


def test_every_feature_is_chosen_once(kernel_set: str) -> None:
    for method in ("ranking", "mrmr", "mrmr_quotient"):
        found = it.select_features_by_mutual_information(
            np.zeros((9, 3)), np.arange(9), 3, method=method, backend=kernel_set
        )
        assert found.selected.tolist() == [0, 1, 2]  # of equal scores the first


def test_frames_keep_names_and_categories(data: Any) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    polars = pytest.importorskip("polars", reason="polars is not installed")
    features, target = data
    columns = {f"f{j}": features[:, j] for j in range(12)}
    sides = {"side": np.where(target > 0, "buy", "sell"), "size": np.arange(800) % 3}
    for frame in (pandas.DataFrame(columns), polars.DataFrame(columns)):
        found = it.select_features_by_mutual_information(frame, target, 2)
        assert set(found.names) == {"f2", "f5"}
        assert list(found.to_frame().index) == list(found.names)
    for frame in (pandas.DataFrame(columns | sides), polars.DataFrame(columns | sides)):
        found = it.select_features_by_mutual_information(frame, target, 3, method="mrmr")
        assert found.feature_names[-2:] == ("side", "size")
        optimizer = it.InformationTheoryOptimizer(2).fit(frame, target > 0)
        assert list(optimizer.fit_transform(frame, target > 0).columns) == list(optimizer.names_)
        assert optimizer.names_[0] == "side"
    matrix = it.compute_mutual_information_matrix(frame)
    assert matrix.names[-1] == "size" and list(matrix.to_frame().columns) == list(matrix.names)
    assert it.compute_entropy(polars.Series("s", ["a", "b"])) == 1.0
    series = pandas.Series(["a", "b"] * 9, dtype="category", name="kind")
    result = it.compute_mutual_information_significance(series, series, 9, seed=1)
    assert result.names == ("kind", "kind") and result.value == 1.0


def test_parameter_importance(kernel_set: str) -> None:
    rng = np.random.default_rng(1)
    trials = rng.uniform(size=(500, 3))
    objective = np.sin(6 * trials[:, 0]) + 0.8 * trials[:, 1]
    optimizer = it.InformationTheoryOptimizer(
        n_bins=5, n_permutations=99, seed=1, backend=kernel_set
    )
    found = optimizer.parameter_importance(trials, objective)
    assert found.importance[0] > 5 * found.importance[1] > 5 * found.importance[2]
    assert found.importance.sum() == pytest.approx(1.0)
    assert (found.p_values[:2] == 0.01).all() and found.p_values[2] > 0.05
    assert found.to_frame().index[0] == "parameters0"
    assert optimizer.parameter_importance(trials, objective) == found
    twice = np.repeat(trials[:, :1], 2, axis=1)
    first = optimizer.parameter_importance(twice, objective).effective
    assert first[0] != first[1]  # each has permutations of its own
    assert (
        optimizer.set_params(seed=2).parameter_importance(twice, objective).effective != first
    ).all()
    nothing = optimizer.parameter_importance(np.zeros((9, 2)), np.arange(9.0))
    assert nothing.importance.tolist() == [0.0, 0.0] and (nothing.p_values == 1.0).all()


def test_redundancy_report(data: Any, kernel_set: str) -> None:
    features, _ = data
    optimizer = it.InformationTheoryOptimizer(backend=kernel_set)
    found = optimizer.redundancy_report(features, 0.4)
    assert found.pairs == (("features2", "features5"),)
    expected = it.compute_normalized_mutual_information(
        features[:, 2], features[:, 5], normalization="min"
    )
    assert found.normalized.tolist() == [found.matrix[2, 5]] == [expected]
    assert len(optimizer.redundancy_report(features, 0.0).pairs) == 66
    assert optimizer.redundancy_report(features, 1.0).to_frame().shape == (0, 3)


def test_the_optimizer_can_be_cloned() -> None:
    optimizer = it.InformationTheoryOptimizer(3, method="ranking", seed=1)
    assert optimizer.get_params()["method"] == "ranking"
    assert optimizer.set_params(k=2) is optimizer and optimizer.get_params()["k"] == 2
    with pytest.raises(ValueError, match=r"nothing is selected yet: call fit"):
        optimizer.transform(np.zeros((2, 2)))
    optimizer.fit(np.eye(4), [0, 0, 1, 1])
    with pytest.raises(ValueError, match=r"features has shape \(4, 3\), expected 4 columns"):
        optimizer.transform(np.zeros((4, 3)))
    with pytest.raises(ValueError, match=r'method="best"|method=\'best\''):
        it.InformationTheoryOptimizer(method="best")
