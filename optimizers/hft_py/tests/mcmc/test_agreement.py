"""Both kernel sets draw alike, draw for draw; threads and kinds of objective change nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from hft_py import backend
from hft_py.mcmc import MCMCResult

Run = Callable[..., MCMCResult]
PRECISION = np.linalg.inv([[1.0, 0.8], [0.8, 1.0]])


def gaussian(points: Any) -> Any:
    return -0.5 * np.einsum("mi,ij,mj->m", points, PRECISION, points)


def one(x: Any) -> float:
    return float(gaussian(x[None])[0])


SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "thinned": {"thin": 7, "burn_in": 333},
    "no warm-up": {"burn_in": 0, "n_iterations": 700},
    "short": {"burn_in": 1, "n_iterations": 2},
    "logarithms and whole numbers": {
        "bounds_lower": [0.01, 0.0],
        "bounds_upper": [10.0, 5.0],
        "log_scale": [True, False],
        "integrality": [False, True],
    },
    "both at once": {
        "bounds_lower": [1.0, -3.0],
        "bounds_upper": [20.0, 3.0],
        "log_scale": [True, False],
        "integrality": [True, True],
    },
    "from the box": {"initial_params": None},
    "small steps": {"initial_scale": [1e-3, 1e-5]},
    "haario": {"adaptation": "haario"},
    "many chains": {"n_chains": 12},
    "three levels": {"n_temperatures": 3},
}


def settings(name: str) -> dict[str, Any]:
    return {
        "bounds_lower": [-10.0, -10.0],
        "bounds_upper": [10.0, 10.0],
        "initial_params": [1.0, 1.0],
        "n_iterations": 2_000,
        "burn_in": 500,
        "seed": 5,
        "vectorized": True,
        **SETTINGS[name],
    }


def assert_alike(found: MCMCResult, expected: MCMCResult, rtol: float = 1e-9) -> None:
    for name, value in expected.items():
        if name in ("backend", "warnings"):
            continue
        if isinstance(value, str | tuple) or value is None:
            assert found[name] == value, name
        else:
            # Ranks of draws that differ by rounding only may change places.
            by = 1e-4 if name.startswith(("r_hat", "ess")) else rtol
            np.testing.assert_allclose(
                found[name], value, rtol=by, atol=rtol, equal_nan=True, err_msg=name
            )


@pytest.mark.parametrize("name", SETTINGS)
def test_draw_for_draw(name: str, sampler: str, quick_run: Run) -> None:
    if backend.active_backend() != "rust":
        pytest.skip("the extension is not installed, or not asked for")
    options = settings(name)
    expected = quick_run(gaussian, sampler=sampler, backend="python", **options)
    found = quick_run(gaussian, sampler=sampler, backend="rust", **options)
    assert expected.backend == "python"
    assert found.backend == "rust"
    assert_alike(found, expected)


def test_the_seed_decides(sampler: str, kernel_set: str, quick_run: Run) -> None:
    options = {**settings("plain"), "sampler": sampler, "backend": kernel_set, "n_iterations": 600}
    first = quick_run(gaussian, **options)
    assert first == quick_run(gaussian, **options)
    other = quick_run(gaussian, **{**options, "seed": 6})
    assert not np.array_equal(first.samples, other.samples)
    drawn = quick_run(gaussian, **{**options, "seed": None})
    assert drawn == quick_run(gaussian, **{**options, "seed": drawn.seed})


def test_threads_change_nothing(sampler: str, quick_run: Run) -> None:
    numba = pytest.importorskip("numba", reason="numba is not installed")
    if backend.active_backend() != "rust":
        pytest.skip("the extension is not installed, or not asked for")
    assert numba
    from hft_py.objectives import compiled_objective

    compiled = compiled_objective(lambda x: -0.5 * (x[0] * x[0] + x[1] * x[1]))
    options = {**settings("plain"), "sampler": sampler, "vectorized": False, "n_chains": 6}
    expected = quick_run(compiled, **options)
    for threads in (2, 3, 16, 0):
        assert quick_run(compiled, **options, threads=threads) == expected


def test_kinds_of_objective_change_nothing(sampler: str, kernel_set: str, quick_run: Run) -> None:
    options = {**settings("plain"), "sampler": sampler, "backend": kernel_set, "n_iterations": 600}
    expected = quick_run(gaussian, **options)
    options["vectorized"] = False
    assert_alike(quick_run(one, **options), expected)
    with ThreadPoolExecutor(2) as executor:
        assert_alike(quick_run(one, **options, executor=executor), expected)


def test_a_batch_is_one_iteration(sampler: str, kernel_set: str, quick_run: Run) -> None:
    shapes = []

    def noted(points: Any) -> Any:
        shapes.append(points.shape)
        return gaussian(points)

    options = {**settings("many chains"), "sampler": sampler, "backend": kernel_set}
    run = quick_run(noted, **{**options, "n_iterations": 100, "burn_in": 10})
    most = {"ensemble": 6, "parallel_tempering": 12 * 8}.get(sampler, 12)
    assert {columns for _, columns in shapes} == {2}
    assert max(rows for rows, _ in shapes[5:]) <= most
    assert sum(rows for rows, _ in shapes) == run.n_evaluations


def test_rust_falls_back_nowhere(sampler: str, quick_run: Run) -> None:
    if backend.active_backend() != "rust":
        pytest.skip("the extension is not installed, or not asked for")
    run = quick_run(gaussian, **settings("plain"), sampler=sampler)
    assert run.backend == "rust"
