"""Pictures are drawn, and show what they say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hft_py import information_theory as it

pytest.importorskip("matplotlib", reason="matplotlib is not installed")


@pytest.fixture(autouse=True)
def _agg() -> Any:
    import matplotlib.pyplot as plt

    plt.switch_backend("agg")
    yield
    plt.close("all")


def test_matrices_and_tests() -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 2, (300, 4))
    x[1:, 1] = x[:-1, 0]
    found = it.compute_transfer_entropy_matrix(x, n_permutations=999, seed=1)
    figure = found.plot()
    assert figure.axes[0].get_xlabel() == "target"
    graph = found.plot("graph", level=0.05)
    assert "1 pairs, false discovery rate 0.05" in graph.get_suptitle()
    assert [text.get_text() for text in graph.axes[0].texts if text.get_text()] == list(found.names)
    assert (
        "pairs, the largest 10%"
        in it.compute_mutual_information_matrix(x).plot("graph").get_suptitle()
    )
    with pytest.raises(ValueError, match="kind='pie'"):
        found.plot("pie")
    test = it.compute_mutual_information_significance(x[:, 0], x[:, 2], 99, seed=1)
    assert "bits" in test.plot().axes[0].get_xlabel()
    with pytest.raises(ValueError, match="p_values is None"):
        it.compute_mutual_information_matrix(x).to_frame("p_values")
