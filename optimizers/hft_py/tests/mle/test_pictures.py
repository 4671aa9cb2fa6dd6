"""The pictures can be drawn, and the count of evaluations is what the code makes."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hft_py import active_backend

pytest.importorskip("matplotlib", reason="matplotlib is not installed")
pytest.importorskip("qpp", reason="the harness is not installed")
pytest.importorskip("hft_py._rust", reason="the extension is not installed")

import matplotlib

from hft_py.mle.study import evaluations, figures

COMMITTED = Path(__file__).parents[2] / "pictures" / "evaluations.json"


@pytest.fixture(autouse=True)
def without_display() -> Iterator[None]:
    matplotlib.use("agg")
    yield
    from matplotlib import pyplot

    pyplot.close("all")


@pytest.fixture
def committed() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(COMMITTED.read_text(encoding="utf-8"))
    return found


def test_pictures(committed: dict[str, Any]) -> None:
    assert len(figures.convergence(("sphere",), 3).axes[0].lines) == 4
    assert figures.path().axes[0].get_title().startswith("CMA-ES on rosenbrock")
    assert figures.evaluations(committed).axes


def test_no_more_evaluations_than_the_others(committed: dict[str, Any]) -> None:
    for name, by_method in committed["evaluations"].items():
        middle = {method: evaluations.median(found) for method, found in by_method.items()}
        assert min(middle["DE, jde"], middle["DE, lshade"]) <= middle["scipy DE"], name
        assert middle["CMA-ES"] <= middle["pycma"], name


@pytest.mark.parametrize("name", evaluations.FUNCTIONS)
def test_the_committed_counts_are_made_again(name: str, committed: dict[str, Any]) -> None:
    """Of the first seeds: the same to the last evaluation, as the seed says."""
    if active_backend() != "rust":
        pytest.skip("the counts are of the compiled kernels, whose sums round otherwise")
    for method in ("DE, jde", "DE, lshade"):
        for seed in range(2):
            found = evaluations.METHODS[method](name, seed)
            known = committed["evaluations"][name][method][seed]
            assert found == (math.inf if known is None else known)
    for method in ("swarm", "genetic"):
        known = committed["evaluations"][name][method][0]
        if known is not None:  # else it takes the whole budget
            assert evaluations.METHODS[method](name, 0) == known
    # CMA-ES goes by rounding in the end, so only nearly the same on another machine.
    if name != "rastrigin":
        found = evaluations.cma(name, 0)
        assert found == pytest.approx(committed["evaluations"][name]["CMA-ES"][0], rel=0.25)
