"""Parts of a model that a fit holds: they stay to the last digit, the others are estimated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hft_py import hmm
from hft_py.hmm._parameters import HELD


def same(one: hmm.HMMParams, other: hmm.HMMParams, part: str) -> bool:
    pairs = [(one[name], other[name]) for name in HELD[part]]
    return all(a is b is None or np.array_equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("part", HELD)
def test_a_part_is_held_in_every_start(
    part: str, kind: str, kernel_set: str, fit_inputs: Any
) -> None:
    x, options = fit_inputs(kind, 150)
    x = x + 1e6 * (kind == "gaussian")  # centred by the fit, and moved back
    options |= {"backend": kernel_set, "order": "none", "tolerance": 0}
    initial = hmm.fit_hmm(x, 2, n_iterations=2, **options)
    options |= {"initial": initial, "fixed": part, "n_iterations": 8, "n_init": 2}
    fit = hmm.fit_hmm(x, 2, **options)
    assert [same(fit, initial, name) for name in HELD] == [name == part for name in HELD]
    assert fit.fixed == (part,)
    assert np.diff(fit.objectives).min() > -1e-9 * abs(fit.log_likelihood)
    assert hmm.score(x, fit) == pytest.approx(fit.log_likelihood, rel=1e-9)


def test_one_step_of_the_fever_example(fever: hmm.HMMParams, kernel_set: str) -> None:
    options: dict[str, Any] = {"emission": "binned", "order": "none", "initial": fever}
    options |= {"n_iterations": 1, "backend": kernel_set}
    fit = hmm.fit_hmm([0, 1, 2], 2, fixed="emissions", **options)
    np.testing.assert_array_equal(fit.bin_probabilities, fever.bin_probabilities)
    np.testing.assert_allclose(fit.start_probabilities, [0.2317030, 0.7682970], atol=5e-8)
    expected = [[0.8936170, 0.1063830], [0.6321373, 0.3678627]]
    np.testing.assert_allclose(fit.transition_matrix, expected, atol=5e-8)
    fit = hmm.fit_hmm([0, 1, 2], 2, fixed=["transitions", "starts"], **options)
    gamma = hmm.posterior([0, 1, 2], fever).gamma.T
    expected = gamma / gamma.sum(axis=1, keepdims=True)  # each symbol was seen once
    np.testing.assert_allclose(fit.bin_probabilities, expected, atol=1e-12)


def test_held_parts_are_not_counted_as_parameters(regimes: Any) -> None:
    x = regimes(300, 1)[0]
    free = hmm.fit_hmm(x, 3)
    assert free.n_parameters == 2 + 6 + 6 and free.fixed == ()
    counts = {"starts": 12, "transitions": 8, "emissions": 8}
    for part, count in counts.items():
        fit = hmm.fit_hmm(x, 3, initial=free, fixed=part)
        assert fit.n_parameters == count
        assert fit.bic == pytest.approx(count * np.log(300) - 2 * fit.log_likelihood)
        assert fit.log_likelihood >= free.log_likelihood - 1e-9
    fit = hmm.fit_hmm(x, 3, initial=free, fixed=tuple(HELD))
    assert fit.n_parameters == 0 and fit.converged and fit.n_iterations == 1
    assert fit.log_likelihood == pytest.approx(free.log_likelihood, rel=1e-12)


def test_states_are_put_in_order_with_what_is_held(regimes: Any) -> None:
    x = regimes(300, 1)[0]
    free = hmm.fit_hmm(x, 2, order="none")
    turned = free.permuted([1, 0])
    one, other = (hmm.fit_hmm(x, 2, initial=m, fixed="transitions") for m in (free, turned))
    np.testing.assert_array_equal(one.transition_matrix, other.transition_matrix)
    detector = hmm.HMMRegimeDetector(2, initial=turned, fixed="emissions", n_init=2).fit(x)
    np.testing.assert_array_equal(detector.means_, np.sort(free.means))


@pytest.mark.parametrize("part", ["transitions", "emissions"])
def test_learning_holds_what_the_fit_held(part: str, kind: str, fit_inputs: Any) -> None:
    x, options = fit_inputs(kind, 150)
    initial = hmm.fit_hmm(x, 2, **options)
    fit = hmm.fit_hmm(x, 2, initial=initial, fixed=part, **options)
    learner = hmm.IncrementalEM(fit)
    for row in x[:20]:
        learner.update(row)
    assert same(learner.params, fit, part) and learner.params.fixed == (part,)
    other = {"transitions": "emissions", "emissions": "transitions"}[part]
    assert not same(learner.params, fit, other)


def test_errors(two_states: hmm.HMMParams, fever: hmm.HMMParams) -> None:
    x = np.random.default_rng(0).normal(size=50)
    with pytest.raises(ValueError, match='fixed=.means., expected one of "starts"'):
        hmm.fit_hmm(x, 2, initial=two_states, fixed="means")
    with pytest.raises(TypeError, match="fixed=3, expected names"):
        hmm.fit_hmm(x, 2, initial=two_states, fixed=3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="needs initial"):
        hmm.fit_hmm(x, 2, fixed="starts")
    options: dict[str, Any] = {"emission": "binned", "initial": fever, "fixed": "emissions"}
    with pytest.raises(ValueError, match="bin_edges differ"):
        hmm.fit_hmm([0, 1, 2], 2, bin_edges=[0.1, 0.2], **options)
