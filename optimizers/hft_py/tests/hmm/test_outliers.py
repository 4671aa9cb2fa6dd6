"""One bad tick changes neither the other states nor the unit of their variances."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hft_py import hmm
from hft_py.hmm._starts import column_units

FLOOR = "variance of state 2 is the least allowed"


def regimes_of(seed: int) -> Any:
    return np.random.default_rng(seed).normal(0.0, np.repeat([0.005, 0.02], 250))


@pytest.mark.parametrize("emission", ["gaussian", "student_t"])
@pytest.mark.parametrize("tick", [0.5, 50.0, 5e3, 1e8])
def test_a_bad_tick_has_a_state_of_its_own(emission: str, tick: float, kernel_set: str) -> None:
    x = regimes_of(0)
    options: dict[str, Any] = {"emission": emission, "n_iterations": 400, "backend": kernel_set}
    if kernel_set == "python" and emission == "student_t":
        options["n_iterations"] = 40
    clean = hmm.fit_hmm(np.delete(x, 100), 2, **options)
    x[100] = tick
    with pytest.warns(hmm.VarianceFloorWarning, match=FLOOR):
        fit = hmm.fit_hmm(x, 3, **options)
    np.testing.assert_allclose(fit.volatilities[:2], clean.volatilities, rtol=0.02)
    assert fit.means[2] == pytest.approx(tick)
    assert (hmm.predict_regime(x, fit) == 2).sum() == 1


@pytest.mark.parametrize("prior", [0.0, 1.0])
def test_a_bad_tick_in_one_of_two_columns(prior: float) -> None:
    x = np.stack([regimes_of(1), regimes_of(2)], axis=1)
    clean = hmm.fit_hmm(x, 2, covariance="full", emission_prior=prior)
    x[100, 0] = 5e3
    options: dict[str, Any] = {"covariance": "full", "emission_prior": prior}
    if prior:
        fit = hmm.fit_hmm(x, 3, **options)
    else:
        with pytest.warns(hmm.VarianceFloorWarning):
            fit = hmm.fit_hmm(x, 3, **options)
    np.testing.assert_allclose(fit.volatilities[:2], clean.volatilities, rtol=0.05)


def test_the_unit_is_the_variance_unless_outliers_make_it_up() -> None:
    x = np.random.default_rng(3).standard_t(3, size=(30_000, 1))
    np.testing.assert_array_equal(column_units(x)[1], x.var(axis=0))
    ticks = np.repeat([-1.0, 0.0, 1.0], [25, 450, 25])[:, None]
    np.testing.assert_array_equal(column_units(ticks)[1], ticks.var(axis=0))
    constant = np.r_[np.zeros((499, 1)), [[3.0]]]
    np.testing.assert_array_equal(column_units(constant)[1], constant.var(axis=0))
    bad = np.append(x, [[1e9]], axis=0)
    quartiles = np.quantile(x, [0.25, 0.75])
    expected = (np.diff(quartiles) / 1.3489795) ** 2
    np.testing.assert_allclose(column_units(bad)[1], expected, rtol=0.1)
    ticks[7] = 1e6
    assert 0.05 < column_units(ticks)[1][0] < 1.0


def test_learning_after_a_bad_tick(two_states: hmm.HMMParams) -> None:
    chain = np.full((3, 3), 0.05) + 0.85 * np.eye(3)
    model = hmm.HMMParams(np.full(3, 1 / 3), chain, [-1.0, 1.0, 5e3], [0.25, 0.25, 1e7])
    learner = hmm.IncrementalEM(model)
    for value in hmm.sample(two_states, 50).returns:
        learner.update(value)
    assert (learner.params.variances[:2] < 2.0).all()
