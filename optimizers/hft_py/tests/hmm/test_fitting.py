"""Expectation maximisation: monotone, invariant to scale, converged only where it says so."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np
import pytest

from hft_py import backend, hmm
from hft_py.progress import Progress


@pytest.mark.parametrize("prior", [0.0, 3.0])
def test_the_objective_never_decreases(kind: str, prior: float, fit_inputs: Any) -> None:
    x, options = fit_inputs(kind, 300)
    options |= {"n_iterations": 25, "tolerance": 0, "n_init": 2}
    options |= {"emission_prior": prior, "transition_prior": prior / 3}
    for seed in range(2):
        fit = hmm.fit_hmm(x, 3, seed=seed, **options)
        assert np.diff(fit.objectives).min() > -1e-9 * abs(fit.log_likelihood)
        if not prior:
            np.testing.assert_array_equal(fit.objectives, fit.log_likelihoods)


@pytest.mark.parametrize("scale", [1e-40, 1e-4, 1e-2, 1.0, 1e40])
def test_scale_does_not_matter(kind: str, scale: float, fit_inputs: Any) -> None:
    x, options = fit_inputs(kind, 400)
    options |= {"n_iterations": 15, "tolerance": 0, "emission_prior": 2.0}
    one, other = hmm.fit_hmm(x, 3, **options), hmm.fit_hmm(scale * x, 3, **options)
    shift = 0.0 if kind == "binned" else x.size * np.log(scale)
    found = other.log_likelihoods + shift
    np.testing.assert_allclose(found, one.log_likelihoods, rtol=1e-9, atol=1e-9 * abs(shift))
    np.testing.assert_allclose(other.means / scale, one.means, rtol=1e-6)
    np.testing.assert_allclose(other.volatilities / scale, one.volatilities, rtol=1e-6)
    close = {"rtol": 1e-6, "atol": 1e-12}
    np.testing.assert_allclose(other.transition_matrix, one.transition_matrix, **close)
    np.testing.assert_array_equal(hmm.predict_regime(scale * x, other), hmm.predict_regime(x, one))


@pytest.mark.parametrize("offset", [10.0, 1e4, -1e9])
def test_far_from_zero(kind: str, offset: float, fit_inputs: Any, kernel_set: str) -> None:
    x, options = fit_inputs(kind, 400)
    options |= {"n_iterations": 15, "tolerance": 0, "emission_prior": 1.0, "backend": kernel_set}
    one, other = hmm.fit_hmm(x, 2, **options), hmm.fit_hmm(x + offset, 2, **options)
    np.testing.assert_allclose(other.log_likelihoods, one.log_likelihoods, rtol=1e-5)
    np.testing.assert_allclose(other.means - offset, one.means, atol=1e-6)
    np.testing.assert_allclose(other.variances, one.variances, rtol=1e-3, atol=1e-9)
    assert hmm.score(x + offset, other) == pytest.approx(other.log_likelihood, rel=1e-6)
    again = hmm.fit_hmm(x + offset, 2, initial=other, **(options | {"n_iterations": 0}))
    np.testing.assert_allclose(again.means, other.means, atol=1e-12 * abs(offset))


def test_the_model_is_recovered(kind: str, known_model: Any) -> None:
    true = known_model(kind)
    n = 20_000 if backend.active_backend() == "rust" else 1_000
    drawn = hmm.sample(true, n, seed=3)
    options = {name: true[name] for name in ("emission", "covariance", "bin_edges")}
    fit = hmm.fit_hmm(drawn.returns, 2, n_init=2, **options)
    wide = 4 / np.sqrt(n)
    np.testing.assert_allclose(fit.transition_matrix, true.transition_matrix, atol=wide)
    if kind == "binned":
        np.testing.assert_allclose(fit.bin_probabilities, true.bin_probabilities, atol=wide)
    else:
        np.testing.assert_allclose(fit.means, true.means, atol=2 * wide)
        np.testing.assert_allclose(fit.variances, true.variances, rtol=8 * wide, atol=2 * wide)
    if kind == "student_t":
        np.testing.assert_allclose(fit.dof, true.dof, rtol=15 * wide)
    assert fit.log_likelihood > hmm.score(drawn.returns, true)  # the fitted model is the likeliest
    assert (hmm.viterbi_decode(drawn.returns, fit).states == drawn.states).mean() > 0.85


def test_converged_only_when_it_did(regimes: Any) -> None:
    x = regimes(500, 1)[0]
    few = hmm.fit_hmm(x, 3, n_iterations=3)
    assert not few.converged and few.stop_reason == "max_iterations" and few.n_iterations == 3
    full = hmm.fit_hmm(x, 3, n_iterations=2000, tolerance=1e-4)
    assert full.converged and full.stop_reason == "converged" and full.n_iterations < 2000
    gains = np.diff(full.objectives)
    assert (gains[-5:] < 1e-4).all() and gains[0] > 1e-4
    never = hmm.fit_hmm(x, 1, n_iterations=30, tolerance=0)
    assert not never.converged and len(never.log_likelihoods) == 31
    none = hmm.fit_hmm(x, 2, n_iterations=0)
    assert not none.converged and none.n_iterations == 0 and len(none.log_likelihoods) == 1
    for fit in (few, full, never, none):
        assert fit.log_likelihood == fit.log_likelihoods[-1]
        assert hmm.score(x, fit) == pytest.approx(fit.log_likelihood, rel=1e-12)


def test_one_state_is_the_sample(regimes: Any) -> None:
    x = regimes(300, 1)[0]
    fit = hmm.fit_hmm(x, 1)
    assert fit.means[0] == pytest.approx(x.mean(), rel=1e-12)
    assert fit.variances[0] == pytest.approx(x.var(), rel=1e-12)
    expected = -0.5 * len(x) * (np.log(2 * np.pi * x.var()) + 1)
    assert fit.log_likelihood == pytest.approx(expected, rel=1e-12)


def test_the_best_start_is_kept(regimes: Any) -> None:
    x = regimes(200, 2)[0]
    options: dict[str, Any] = {"n_iterations": 10, "tolerance": 0}
    many = hmm.fit_hmm(x, 4, n_init=6, seed=3, **options)
    assert len(many.restarts) == 6 and many.objectives[-1] == many.restarts.max()
    assert many.restarts[0] == pytest.approx(hmm.fit_hmm(x, 4, **options).objectives[-1], rel=1e-12)
    assert many == hmm.fit_hmm(x, 4, n_init=6, seed=3, **options)
    assert many.restarts[1] != hmm.fit_hmm(x, 4, n_init=6, seed=4, **options).restarts[1]


@pytest.mark.parametrize("several", [False, True])
def test_threads_change_nothing(several: bool, regimes: Any) -> None:
    """Threads share the starts, or the sequences of one start."""
    part = 1_000 if backend.active_backend() == "rust" else 10
    lengths = [9 * part, part, 11 * part, 4 * part] if several else None
    n_init, iterations = (1, 1) if several else (5, 5)
    x = regimes(25 * part if several else 300, 2)[0]
    options = {"n_iterations": iterations, "tolerance": 0, "n_init": n_init, "lengths": lengths}
    fits = [hmm.fit_hmm(x, 3, threads=threads, **options) for threads in (1, 2, 3, 0)]
    assert all(fit == fits[0] for fit in fits)


def test_several_sequences_are_independent(regimes: Any) -> None:
    x = regimes(300, 2)[0]
    fit = hmm.fit_hmm(x, 2)
    parts = [100, 50, 150]
    starts = np.cumsum([0, *parts])
    whole = hmm.filter_proba(x, fit, lengths=parts)
    for begin, stop in itertools.pairwise(starts):
        alone = hmm.filter_proba(x[begin:stop], fit)
        np.testing.assert_allclose(whole[begin:stop], alone, atol=1e-14)
    summed = sum(hmm.score(x[a:b], fit) for a, b in itertools.pairwise(starts))
    assert hmm.score(x, fit, lengths=parts) == pytest.approx(summed, rel=1e-12)


def test_permuted_states_are_the_same_model(regimes: Any) -> None:
    x = regimes(300, 2)[0]
    fit = hmm.fit_hmm(x, 3, n_iterations=5)
    order = [2, 0, 1]
    other = fit.permuted(order)
    assert hmm.score(x, other) == pytest.approx(fit.log_likelihood, rel=1e-12)
    np.testing.assert_allclose(
        hmm.filter_proba(x, other), hmm.filter_proba(x, fit)[:, order], atol=1e-13
    )
    same = {"n_iterations": 10, "tolerance": 0}
    one = hmm.fit_hmm(x, 3, initial=fit, **same)
    two = hmm.fit_hmm(x, 3, initial=other, **same)
    np.testing.assert_allclose(one.log_likelihoods, two.log_likelihoods, rtol=1e-11)
    np.testing.assert_allclose(one.transition_matrix, two.transition_matrix, rtol=1e-7)


def test_criteria_and_their_choice(regimes: Any) -> None:
    x = regimes(600, 3)[0]
    fit = hmm.fit_hmm(x, 2)
    assert fit.n_parameters == 1 + 2 + 4 and fit["means"] is fit.means
    assert list(fit.to_frame()) == ["mean", "volatility", "expected_duration", "stationary"]
    assert fit.aic == pytest.approx(14 - 2 * fit.log_likelihood)
    assert fit.bic == pytest.approx(7 * np.log(600) - 2 * fit.log_likelihood)
    assert hmm.aic(x, fit) == pytest.approx(fit.aic) and hmm.bic(x, fit) == pytest.approx(fit.bic)
    chosen = hmm.select_n_states(x, (3, 1, 2), n_init=2)
    assert chosen.n_states == chosen.best.n_states == 3
    assert chosen.bic[0] == chosen.bic.min() and len(chosen.fits) == 3
    assert chosen.converged == tuple(f.converged for f in chosen.fits)
    noise = np.random.default_rng(1).normal(size=300)
    assert hmm.select_n_states(noise, (1, 2)).n_states == 1


@pytest.mark.parametrize(("order", "name"), [("mean", "means"), ("volatility", "volatilities")])
def test_states_in_order(order: str, name: str, regimes: Any) -> None:
    fit = hmm.fit_hmm(regimes(400, 3)[0], 3, order=order)
    assert (np.diff(getattr(fit, name)) > 0).all()


def test_bins_follow_quantiles(regimes: Any) -> None:
    x = regimes(400, 3)[0]
    fit = hmm.fit_hmm(x, 2, n_bins=8, emission="binned")
    np.testing.assert_array_equal(fit.bin_edges, np.quantile(x, np.arange(1, 8) / 8))
    np.testing.assert_allclose(fit.bin_probabilities.sum(axis=1), 1.0)
    merged = hmm.fit_hmm([0.0] * 90 + [1.0] * 10, 2, emission="binned")
    assert len(merged.bin_edges) == 1


def test_progress_is_reported_and_may_stop(regimes: Any) -> None:
    x = regimes(200, 3)[0]
    seen: list[Progress] = []
    options: dict[str, Any] = {"n_iterations": 20, "tolerance": 0}
    hmm.fit_hmm(x, 2, n_init=2, progress=seen.append, **options)
    assert [p.done for p in seen] == list(range(1, 41)) and seen[0].total == 40
    assert seen[-1].best >= seen[0].best
    stopped = hmm.fit_hmm(x, 2, progress=lambda p: p.done < 5, **options)
    assert stopped.stop_reason == "stopped_by_callback" and stopped.n_iterations == 5
    assert not stopped.converged

    def fails(_: Progress) -> None:
        raise LookupError("from the callback")

    # So long that the calling thread, which alone calls back, has its turn on a busy machine.
    long = np.tile(x, 250) if backend.active_backend() == "rust" else x
    for threads in (1, 2):
        with pytest.raises(LookupError, match="from the callback"):
            hmm.fit_hmm(long, 2, n_init=5, progress=fails, threads=threads, **options)


def test_inputs_are_left_alone(regimes: Any) -> None:
    x = regimes(300, 3)[0]
    x.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = hmm.fit_hmm(x, 2)
    for given in (x.tolist(), x.reshape(-1, 1)[::1], np.asfortranarray(x[:, None])):
        assert hmm.fit_hmm(given, 2).log_likelihood == pytest.approx(fit.log_likelihood, rel=1e-12)
