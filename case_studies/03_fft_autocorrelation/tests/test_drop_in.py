"""``acf`` against statsmodels' own, and against formulas written out."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from scipy import stats

from fft_autocorrelation import acf

X = np.random.default_rng(0).normal(size=300).cumsum()
HOLES = X.copy()
HOLES[[4, 5, 100, 250]] = np.nan


@pytest.mark.parametrize("missing", ["none", "raise", "conservative", "drop"])
@pytest.mark.parametrize("x", [X, HOLES], ids=["whole", "with holes"])
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore:divide by zero")
def test_statsmodels(x: Any, missing: str) -> None:
    stattools = pytest.importorskip(
        "statsmodels.tsa.stattools", reason="statsmodels is not installed (make peers)"
    )
    refusal = pytest.importorskip("statsmodels.tools.sm_exceptions").MissingDataError
    switches = itertools.product(
        [False, True], [None, 0, 1, 15, 1_000], [False, True], [None, 0.05, 0.5], [True, False]
    )
    for adjusted, nlags, qstat, alpha, bartlett in switches:
        keywords: dict[str, Any] = {
            "adjusted": adjusted,
            "nlags": nlags,
            "qstat": qstat,
            "alpha": alpha,
            "bartlett_confint": bartlett,
            "missing": missing,
        }
        try:
            expected = stattools.acf(x, **keywords)
        except IndexError:  # it cannot give intervals for lag 0 alone
            assert nlags == 0
            assert acf(x, **keywords)[1].shape == (1, 2)
            continue
        except refusal:
            with pytest.raises(ValueError, match="NaN"):
                acf(x, **keywords)
            continue
        found = acf(x, **keywords)
        wrapped = isinstance(expected, tuple)
        assert isinstance(found, tuple) == wrapped
        pairs = zip(found, expected, strict=True) if wrapped else [(found, expected)]
        for ours, theirs in pairs:
            assert np.allclose(ours, theirs, rtol=1e-9, atol=1e-9, equal_nan=True), keywords


def test_formulas() -> None:
    n, level = len(X), 0.1
    r, interval, statistic, p = acf(X, nlags=4, alpha=level, qstat=True)
    z = stats.norm.ppf(1 - level / 2)
    assert interval[0] == pytest.approx([1, 1])
    assert interval[1, 1] - r[1] == pytest.approx(z / np.sqrt(n))
    width = z * np.sqrt((1 + 2 * (r[1] ** 2 + r[2] ** 2)) / n)
    assert interval[3, 1] - r[3] == pytest.approx(width)
    box = n * (n + 2) * (r[1] ** 2 / (n - 1) + r[2] ** 2 / (n - 2))
    assert statistic[1] == pytest.approx(box)
    assert p[1] == pytest.approx(stats.chi2.sf(box, 2))


def test_white_noise_stays_inside_the_band() -> None:
    x = np.random.default_rng(8).normal(size=20_000)
    r, interval = acf(x, nlags=200, alpha=0.05)
    covered = ((interval[1:, 0] <= 0) & (interval[1:, 1] >= 0)).mean()
    assert 0.91 <= covered <= 0.99
    assert r.shape == (201,)


@pytest.mark.parametrize(
    ("keywords", "error", "told"),
    [
        ({"nlags": -1}, ValueError, "nlags=-1"),
        ({"nlags": 2.5}, TypeError, "nlags=2.5"),
        ({"alpha": 1.0}, ValueError, "alpha=1.0"),
        ({"missing": "ignore"}, ValueError, "missing='ignore'"),
    ],
)
def test_refused(keywords: Any, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        acf(X, **keywords)


def test_shapes_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        acf(np.stack([X, X]))
    with pytest.raises(ValueError, match="empty"):
        acf([])
