"""Appended data change no filtered row; the smoother, as the control, fails the same test."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hft_py import hmm


def test_appended_data_change_no_row(kind: str, random_model: Any, series_for: Any) -> None:
    model, x = random_model(kind, 3, 1), series_for(kind, 300, 2)
    table, regime = hmm.filter_proba(x, model), hmm.predict_regime(x, model)
    surprise = hmm.forward(x, model).log_scale
    wild = x.copy()
    wild[200:] *= -7.0
    for stop in (1, 2, 7, 8, 9, 100, 127, 128, 129, 200):
        np.testing.assert_array_equal(hmm.filter_proba(x[:stop], model), table[:stop])
        np.testing.assert_array_equal(hmm.predict_regime(x[:stop], model), regime[:stop])
        np.testing.assert_array_equal(hmm.forward(x[:stop], model).log_scale, surprise[:stop])
        np.testing.assert_array_equal(hmm.filter_proba(wild, model)[:stop], table[:stop])


def test_the_smoother_and_the_decoder_do_look_ahead(random_model: Any, series_for: Any) -> None:
    """The control: the same test fails where the future is used."""
    model, x = random_model("gaussian", 3, 1), series_for("gaussian", 300, 2)
    table = hmm.smooth_proba(x, model)
    assert np.abs(hmm.smooth_proba(x[:200], model) - table[:200]).max() > 1e-3
    path = hmm.viterbi_decode(x, model).states
    heads = (hmm.viterbi_decode(x[:stop], model).states for stop in range(20, 300))
    assert any((head != path[: len(head)]).any() for head in heads)


@pytest.mark.parametrize("missing", [False, True])
def test_online_is_the_batch_filter(
    kind: str, missing: bool, random_model: Any, series_for: Any
) -> None:
    model, x = random_model(kind, 3, 1), series_for(kind, 150, 2)
    if missing:
        x[[0, 40, 41]] = np.nan
    online = hmm.OnlineFilter(model, missing="ignore")
    rows = np.array([online.update(row) for row in x])
    batch = hmm.filter_proba(x, model, missing="ignore")
    np.testing.assert_allclose(rows, batch, atol=1e-13)
    total = hmm.score(x, model, missing="ignore")
    assert online.log_likelihood == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("lag", [0, 1, 5, 40])
def test_fixed_lag_uses_that_many_later_observations(
    lag: int, random_model: Any, series_for: Any
) -> None:
    model, x = random_model("gaussian", 3, 1), series_for("gaussian", 120, 2)
    waited = hmm.smooth_proba(x, model, lag=lag)
    for t in (0, 3, 60, 100, 119):
        seen = hmm.smooth_proba(x[: t + lag + 1], model)[t]
        np.testing.assert_allclose(waited[t], seen, atol=1e-12)
    if lag == 0:
        np.testing.assert_allclose(waited, hmm.filter_proba(x, model), atol=1e-14)
    everything = hmm.smooth_proba(x, model, lag=10**9)
    np.testing.assert_allclose(everything, hmm.smooth_proba(x, model), atol=1e-12)


def test_the_detector_continues_where_the_fit_ended(regimes: Any) -> None:
    x = regimes(700, 5)[0]
    detector = hmm.HMMRegimeDetector(3, n_init=1).fit(x[:500])
    whole = detector.predict_proba(x)
    np.testing.assert_allclose(detector.probabilities_, whole[499], atol=1e-12)
    rows = np.array([detector.update(value) for value in x[500:]])
    np.testing.assert_allclose(rows, whole[500:], atol=1e-12)
    detector.reset()
    assert detector.probabilities_ is None
    rows = np.array([detector.update(value) for value in x[:50]])
    np.testing.assert_allclose(rows, whole[:50], atol=1e-12)


def test_a_fit_uses_its_data_only(regimes: Any) -> None:
    x = regimes(400, 5)[0]
    assert hmm.fit_hmm(x[:300].copy(), 2, n_iterations=5) == hmm.fit_hmm(x[:300], 2, n_iterations=5)
