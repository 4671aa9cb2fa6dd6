"""Seeds of NumPy's generators, and the constructor's arguments as scikit-learn reads them."""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from hft_py import hmm, mle
from hft_py.errors import PoorMixingWarning
from hft_py.mcmc import MCMCOptimizer, ParameterSpace, mcmc_optimize
from hft_py.mle import MLEOptimizer

PAIRS = [(-2.0, 2.0), (-3.0, 3.0)]
SPACES = [ParameterSpace("a", (-2, 2)), ParameterSpace("b", (-3, 3))]


MODEL = hmm.HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-9.0, 9.0], [1.0, 1.0])
RETURNS = np.random.default_rng(0).normal(size=60)


def density(x: Any) -> float:
    return -float(x[0] * x[0] + x[1] * x[1])


def sample(seed: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PoorMixingWarning)
        return mcmc_optimize(density, PAIRS, n_iterations=30, burn_in=5, seed=seed)


def search(name: str) -> Any:
    optimise = getattr(mle, name)
    return lambda seed: optimise(density, PAIRS, max_iterations=3, maximize=True, seed=seed)


CALLS = [
    sample,
    *(search(name) for name in mle.__all__ if name.endswith("_optimize")),
    lambda seed: mle.CMAES(PAIRS, seed=seed).ask(),
    lambda seed: mle.ParticleSwarm(PAIRS, seed=seed).ask(),
    lambda seed: MLEOptimizer(PAIRS, density).optimize(seed=seed, max_iterations=3).search,
    lambda seed: hmm.sample(MODEL, 5, seed=seed).returns,
    lambda seed: hmm.fit_hmm(RETURNS, 2, n_iterations=2, seed=seed),
]


@pytest.mark.parametrize("call", CALLS)
def test_a_generator_is_advanced_by_one_draw(call: Any) -> None:
    rng, same = np.random.default_rng(3), np.random.default_rng(3)
    first, second = call(rng), call(rng)
    seeds = [int(same.integers(2**64, dtype=np.uint64)) for _ in range(2)]
    assert rng.bit_generator.state == same.bit_generator.state
    for found, seed in zip((first, second), seeds, strict=True):
        np.testing.assert_equal(found, call(seed))
        assert isinstance(found, np.ndarray) or found.seed == seed


def test_what_is_no_seed() -> None:
    for seed in (1.5, "1", True, np.random.RandomState(1), np.random.SeedSequence(1)):
        with pytest.raises(TypeError, match=r"(?s)seed=.*, expected an integer"):
            sample(seed)


def optimizers() -> list[Any]:
    return [
        MCMCOptimizer(SPACES, density, seed=1, n_iterations=40, burn_in=5),
        MLEOptimizer(SPACES, density, backend="python"),
    ]


@pytest.mark.parametrize("optimizer", optimizers())
def test_parameters_are_read_and_changed(optimizer: Any) -> None:
    given = optimizer.get_params()
    assert given["param_spaces"] is SPACES
    assert optimizer.get_params(deep=False) == given
    again = type(optimizer)(**given)
    assert again.get_params() == given
    assert again.set_params(param_spaces=PAIRS, named=None) is again
    assert again.get_params()["param_spaces"] is PAIRS
    with pytest.raises(ValueError, match="'window' is no parameter of"):
        again.set_params(window=3)
    with pytest.raises(TypeError, match="named=True is for a Python callable"):
        again.set_params(param_spaces=SPACES, named=True, **{list(given)[1]: "sphere"})
    assert again.get_params()["param_spaces"] is PAIRS, "nothing is changed by what is refused"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PoorMixingWarning)
        assert set(again.optimize().best_params.names) == {"x0", "x1"}


def test_a_run_stays_and_options_may_be_new() -> None:
    optimizer = optimizers()[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PoorMixingWarning)
        result = optimizer.optimize()
        optimizer.set_params(thin=5, seed=2)
        assert optimizer.result_ is result
        assert optimizer.optimize().samples.shape == (4, 7, 2)
    with pytest.raises(ValueError, match="'bounds_lower' is no parameter"):
        optimizer.set_params(bounds_lower=[0])
    spaces = iter(SPACES)  # read once, and kept
    assert MCMCOptimizer(spaces, density).get_params()["param_spaces"] == tuple(SPACES)


@pytest.mark.parametrize("optimizer", optimizers())
def test_clones(optimizer: Any) -> None:
    base = pytest.importorskip("sklearn.base", reason="scikit-learn is not installed")
    other = base.clone(optimizer)
    assert type(other) is type(optimizer) and other is not optimizer
    assert other.get_params() == optimizer.get_params()
    other.set_params(param_spaces=PAIRS)
    assert optimizer.get_params()["param_spaces"] is SPACES
    with ThreadPoolExecutor(1) as executor:  # which cannot be copied
        optimizer.set_params(executor=executor)
        assert base.clone(optimizer).get_params()["executor"] is executor
