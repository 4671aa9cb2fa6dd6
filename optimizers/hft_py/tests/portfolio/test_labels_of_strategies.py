"""What is held, and the types of assets, are matched by label."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hft_py.portfolio import optimize_multi_strategy

pd = pytest.importorskip("pandas", reason="pandas is not installed")
pl = pytest.importorskip("polars", reason="polars is not installed")

RETURNS = {
    name: pd.DataFrame(np.random.default_rng(i).normal(0, 0.01, (60, 3)), columns=list("ABC"))
    for i, name in enumerate(("trend", "carry"))
}


def search(returns: Any = RETURNS, **options: Any) -> Any:
    return optimize_multi_strategy(returns, population_size=12, generations=3, seed=1, **options)


def test_current_weights_are_matched_by_label() -> None:
    held = search().weights
    expected = search(current_weights=held.to_numpy()).pareto_values
    for given in (held, held.iloc[::-1, ::-1]):
        np.testing.assert_array_equal(search(current_weights=given).pareto_values, expected)
    for wrong in (held.rename(columns={"A": "Z"}), held.rename(index={"carry": "Z"})):
        with pytest.raises(ValueError, match="current_weights names 'Z'"):
            search(current_weights=wrong)
    with pytest.raises(ValueError, match="current_weights has no 'A'"):
        search(current_weights=held[["B", "C"]])
    with pytest.raises(ValueError, match="current_weights has 5 numbers, expected 6"):
        search(current_weights=np.ones(5))


def test_polars_weights_of_a_result_are_current_weights() -> None:
    returns = {name: pl.from_pandas(frame) for name, frame in RETURNS.items()}
    found = search(returns)
    expected = search(returns, current_weights=found.array()).pareto_values
    for given in (found.weights, found.weights.reverse().select("C", "A", "strategy", "B")):
        np.testing.assert_array_equal(
            search(returns, current_weights=given).pareto_values, expected
        )


def test_a_type_of_an_unknown_asset_is_refused() -> None:
    """Else its limit would be without effect."""
    with pytest.raises(ValueError, match="asset_types names 0, which is no asset"):
        search(asset_types={0: "bond"}, constraints={"max_type_weight": {"bond": 0.1}})


@pytest.mark.usefixtures("rust_only")
@pytest.mark.parametrize("seed", range(4))
def test_backends_find_the_same_front_of_all_objectives(seed: int) -> None:
    """Portfolios of one asset cost nothing to keep: rounding is no cost, and orders nothing."""
    rng = np.random.default_rng(0)
    returns = 0.005 * rng.normal(size=(250, 3, 4)) + rng.uniform(-2e-4, 6e-4, (3, 4))
    rust, python = (
        optimize_multi_strategy(
            returns, generations=4, population_size=24, seed=seed, backend=backend
        )
        for backend in ("rust", "python")
    )
    np.testing.assert_allclose(rust.pareto_weights, python.pareto_weights, atol=1e-9)
    one = np.isclose(rust.pareto_weights.reshape(-1, 12).max(axis=1), 1.0, atol=1e-12)
    assert one.any() and (rust.pareto_values[one, rust.objectives.index("cost")] == 0).all()
