"""R-hat, effective sizes and autocorrelation times: closed forms, ArviZ, degenerate draws."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest

from hft_py import active_backend
from hft_py.backend import kernels
from hft_py.mcmc import (
    compute_autocorrelation_time,
    compute_effective_sample_size,
    compute_r_hat,
)
from hft_py.mcmc.baseline.diagnostics import deviation


def autoregression(a: float, chains: int, draws: int, seed: int = 0) -> Any:
    noise = np.random.default_rng(seed).normal(size=(chains, draws))
    x = np.empty_like(noise)
    x[:, 0] = noise[:, 0] / np.sqrt(1 - a * a)
    for t in range(1, draws):
        x[:, t] = a * x[:, t - 1] + noise[:, t]
    return x


def awkward_draws() -> dict[str, Any]:
    """Short, odd, antithetic, sticky, discrete, drifting draws of two chains and more."""
    rng = np.random.default_rng(7)
    found = {
        f"a={a} {chains}x{draws}": autoregression(a, chains, draws)
        for a in (-0.7, 0.0, 0.5, 0.9, 0.99)
        for chains, draws in ((2, 4), (2, 5), (2, 7), (4, 100), (4, 1001), (3, 2000))
    }
    found["rounded"] = np.round(autoregression(0.9, 4, 500))
    found["repeated"] = np.repeat(autoregression(0.5, 4, 300), 3, axis=1)
    found["few values"] = np.round(rng.normal(size=(2, 50)) / 3)
    found["events"] = (rng.normal(size=(4, 100)) > 1.3).astype(float)
    found["random walks"] = np.cumsum(rng.normal(size=(4, 300)), axis=1)
    found["tiny"] = 1e-12 * autoregression(0.3, 4, 200)
    found["shifted"] = 3 + autoregression(0.3, 4, 200)
    return found


DRAWS = awkward_draws()
MEASURES: dict[str, Any] = {
    **{
        f"ess {kind}": lambda x, b, k=kind: compute_effective_sample_size(x, k, backend=b)
        for kind in ("bulk", "tail", "mean")
    },
    **{
        f"r_hat {kind}": lambda x, b, k=kind: compute_r_hat(x, k, backend=b)
        for kind in ("rank", "split", "basic")
    },
    **{
        f"time {kind}": lambda x, b, k=kind: compute_autocorrelation_time(x, k, backend=b)
        for kind in ("geyer", "sokal")
    },
}

# ArviZ 0.23.4 on `autoregression(0.9, 4, 1001)`: ess(method=...), rhat(method=...).
GOLDEN = {
    "ess bulk": 186.96133198072977,
    "ess tail": 329.95826062259795,
    "ess mean": 186.44078360877904,
    "r_hat rank": 1.026233404240323,
    "r_hat split": 1.0263424138232606,
    "r_hat basic": 1.0165674423068907,
}


@pytest.mark.parametrize("measure", GOLDEN)
def test_golden_values(measure: str, kernel_set: str) -> None:
    found = MEASURES[measure](autoregression(0.9, 4, 1001), kernel_set)
    assert found == pytest.approx(GOLDEN[measure], rel=1e-8)


@pytest.mark.parametrize(
    ("kind", "shape", "seed", "expected"),
    [  # ArviZ 0.23.4; the draws end with a pair of lags whose even one is negative
        ("bulk", (1, 16), 14, 16.38936372596834),
        ("mean", (2, 10), 156, 24.639341091897215),
        ("tail", (3, 14), 365, 62.82228490832157),
        ("bulk", (1, 30), 182, 13.17181078854907),
    ],
)
def test_golden_sizes_of_short_chains(
    kind: str, shape: tuple[int, int], seed: int, expected: float, kernel_set: str
) -> None:
    draws = np.random.default_rng(seed).normal(size=shape)
    found = compute_effective_sample_size(draws, kind, backend=kernel_set)
    assert found == pytest.approx(expected, rel=1e-9)


def test_short_chains_equal_arviz(kernel_set: str) -> None:
    arviz = pytest.importorskip("arviz", reason="arviz is not installed")
    for seed in range(100):
        rng = np.random.default_rng(seed)
        draws = rng.normal(size=rng.integers([1, 4], [5, 41]))
        draws = [draws, np.cumsum(draws, axis=1), draws - np.roll(draws, 1, axis=1)][seed % 3]
        for kind in ("bulk", "tail", "mean"):
            found = compute_effective_sample_size(draws, kind, backend=kernel_set)
            assert found == pytest.approx(arviz.ess(draws, method=kind), rel=1e-9), (seed, kind)


@pytest.mark.parametrize("name", DRAWS)
def test_equal_to_arviz(name: str) -> None:
    arviz = pytest.importorskip("arviz", reason="arviz is not installed")
    logging.getLogger("arviz").setLevel(logging.ERROR)
    draws = DRAWS[name]
    theirs = {
        "ess bulk": arviz.ess(draws, method="bulk"),
        "ess tail": arviz.ess(draws, method="tail"),
        "ess mean": arviz.ess(draws, method="mean"),
        "r_hat rank": arviz.rhat(draws, method="rank"),
        "r_hat split": arviz.rhat(draws, method="split"),
        "r_hat basic": arviz.rhat(draws, method="identity"),
    }
    for measure, expected in theirs.items():
        found = MEASURES[measure](draws, "auto")
        assert found == pytest.approx(expected, rel=1e-8, nan_ok=True), measure


def test_equal_to_arviz_on_its_own_data(kernel_set: str) -> None:
    arviz = pytest.importorskip("arviz", reason="arviz is not installed")
    for name in ("centered_eight", "non_centered_eight"):
        posterior = arviz.load_arviz_data(name).posterior
        for variable in posterior:
            values = posterior[variable].values
            draws = values.reshape(*values.shape[:2], -1)
            for measure, theirs in (
                ("ess tail", arviz.ess(posterior, var_names=[variable], method="tail")),
                ("ess bulk", arviz.ess(posterior, var_names=[variable])),
                ("r_hat rank", arviz.rhat(posterior, var_names=[variable])),
            ):
                ours = MEASURES[measure](draws, kernel_set)
                np.testing.assert_allclose(ours, np.ravel(theirs[variable]), rtol=1e-8)


@pytest.mark.usefixtures("rust_only")
@pytest.mark.parametrize("name", DRAWS)
def test_kernel_sets_agree(name: str) -> None:
    for measure, measured in MEASURES.items():
        expected = measured(DRAWS[name], "python")
        found = measured(DRAWS[name], "rust")
        assert found == pytest.approx(expected, rel=1e-9, nan_ok=True), measure


def test_tail_sizes_jump_where_draws_repeat() -> None:
    """Whether equal draws lie below their own quantile hangs on its last digit.

    Both kernel sets round it alike, so that they agree on the same draws.
    """
    still = np.repeat(autoregression(0.5, 4, 149), 10, axis=1)  # each value ten times
    found = {}
    for kernel_set in dict.fromkeys(("python", active_backend())):
        found[kernel_set] = [
            compute_effective_sample_size(still * (1 + k * 1e-14), "tail", backend=kernel_set)
            for k in range(200)  # one in seventy falls short of the value
        ]
    sizes = found["python"]
    assert max(sizes) > 1.001 * min(sizes)
    for other in found.values():
        np.testing.assert_allclose(other, sizes, rtol=1e-9)


def test_four_numbers_in_two_chains(kernel_set: str) -> None:
    chains = [[1, 2, 3, 4], [2, 3, 4, 5]]
    assert compute_r_hat(chains, "basic", backend=kernel_set) == pytest.approx(np.sqrt(1.05))


@pytest.mark.parametrize(
    ("a", "kind"),
    [*((a, "geyer") for a in (0.9, 0.5, 0.0, -0.5)), *((a, "sokal") for a in (0.9, 0.5, 0.0))],
)
def test_autoregression(a: float, kind: str) -> None:
    draws = autoregression(a, 4, 50_000)
    time = compute_autocorrelation_time(draws, kind)
    assert time == pytest.approx((1 + a) / (1 - a), rel=0.08, abs=0.02)


def test_long_memory_goes_by_transform(kernel_set: str) -> None:
    draws = autoregression(0.9995, 2, 30_000)  # more lags than are summed directly
    for kind in ("geyer", "sokal"):
        expected = compute_autocorrelation_time(draws, kind, backend="python")
        found = compute_autocorrelation_time(draws, kind, backend=kernel_set)
        assert found == pytest.approx(expected, rel=1e-9)
    expected = compute_effective_sample_size(draws, "tail", backend="python")
    found = compute_effective_sample_size(draws, "tail", backend=kernel_set)
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("measure", MEASURES)
def test_nothing_can_be_said(measure: str, kernel_set: str) -> None:
    measured = MEASURES[measure]
    x = autoregression(0.5, 3, 40)
    assert np.isnan(measured(np.full((4, 100), 3.0), kernel_set)), "all draws equal"
    assert np.isnan(measured(x[:, :3], kernel_set)), "too few draws"
    for bad in (np.nan, np.inf):
        x[1, 2] = bad
        assert np.isnan(measured(x, kernel_set)), bad


def test_stuck_chains(kernel_set: str) -> None:
    stuck = np.repeat([[1.0], [2.0]], 50, axis=1)
    for kind in ("rank", "split", "basic"):
        assert compute_r_hat(stuck, kind, backend=kernel_set) == np.inf
    apart = np.repeat(np.arange(4.0)[:, None] / 3.0, 100, axis=1)
    assert compute_r_hat(apart, backend=kernel_set) == np.inf
    assert compute_effective_sample_size(stuck, backend=kernel_set) < 3
    half = stuck.copy()
    half[0] = np.random.default_rng(0).normal(size=50)
    assert np.isfinite(compute_autocorrelation_time(half, "sokal", backend=kernel_set))


def test_one_chain_is_two_halves(kernel_set: str) -> None:
    x = autoregression(0.0, 1, 400)
    assert compute_r_hat(x[0], backend=kernel_set) == pytest.approx(1.0, abs=0.02)
    assert np.isnan(compute_r_hat(x[0], "basic", backend=kernel_set))


def test_invariance(kernel_set: str) -> None:
    x = autoregression(0.6, 4, 501)
    for measure in ("ess bulk", "ess tail", "r_hat rank"):
        measured = MEASURES[measure]
        whole = measured(x, kernel_set)
        assert measured(x[[2, 0, 3, 1]], kernel_set) == pytest.approx(whole, rel=1e-12), "order"
        if measure != "r_hat rank":
            same = measured(np.exp(x), kernel_set)
            assert same == pytest.approx(whole, rel=1e-12), "monotone transform"
        assert measured(3 - 2 * x, kernel_set) == pytest.approx(whole, rel=0.2), "affine transform"


@pytest.mark.parametrize("measure", MEASURES)
def test_an_offset_costs_no_digits(measure: str, kernel_set: str) -> None:
    x = np.round(autoregression(0.3, 4, 200) * 2**20) / 2**20  # exact with the offset as well
    near, far = (MEASURES[measure](x + offset, kernel_set) for offset in (0.0, 2.0**32))
    assert far == pytest.approx(near, rel=1e-10)


@pytest.mark.parametrize("scale", [1e-310, 1e-170, 1e160, 2.0**1018])
def test_a_scale_changes_nothing(scale: float, kernel_set: str) -> None:
    x = np.stack([autoregression(0.6, 4, 201), 5 + autoregression(0.3, 4, 201)], axis=2)
    for measure, measured in MEASURES.items():
        expected = measured(x, kernel_set)
        np.testing.assert_allclose(measured(x * scale, kernel_set), expected, 1e-9, err_msg=measure)
    one, other = (kernels("mcmc", kernel_set).diagnose(draws)["mcse"] for draws in (x, x * scale))
    np.testing.assert_allclose(other / scale, one, rtol=1e-9)
    assert deviation(x[..., 0] * scale) / scale == pytest.approx(x[..., 0].std(ddof=1), rel=1e-9)


def test_folding_sees_scales(kernel_set: str) -> None:
    x = autoregression(0.0, 4, 1000)
    x[0] *= 4
    assert compute_r_hat(x, "split", backend=kernel_set) < 1.02
    assert compute_r_hat(x, backend=kernel_set) > 1.1


def test_shapes(kernel_set: str) -> None:
    x = autoregression(0.3, 6, 50).reshape(2, 3, 50).transpose(0, 2, 1)
    found = compute_r_hat(x, backend=kernel_set)
    assert isinstance(found, np.ndarray)
    assert found.shape == (3,)
    for p in range(3):
        assert compute_r_hat(x[:, :, p], backend=kernel_set) == pytest.approx(found[p], rel=1e-12)


@pytest.mark.parametrize(
    ("samples", "error", "message"),
    [
        (np.zeros((2, 2, 2, 2)), ValueError, "samples has 4 dimensions"),
        (3.0, ValueError, "samples has 0 dimensions"),
        ([], ValueError, "samples has length 0"),
        (["a"], TypeError, "samples has dtype"),
        (np.zeros((2, 9)) * 1j, TypeError, "samples has dtype"),
    ],
)
def test_bad_draws(samples: Any, error: type[Exception], message: str) -> None:
    for measure in (
        compute_r_hat,
        compute_effective_sample_size,
        compute_autocorrelation_time,
    ):
        with pytest.raises(error, match=message):
            measure(samples)
        with pytest.raises(ValueError, match="kind='none', expected one of"):
            measure(np.zeros((2, 9)), "none")
