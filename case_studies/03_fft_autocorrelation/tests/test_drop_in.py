"""``acf`` compared with statsmodels and with the formulas."""

from __future__ import annotations

import inspect
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
    ("keywords", "error", "message"),
    [
        ({"nlags": -1}, ValueError, "nlags=-1"),
        ({"nlags": 2.5}, TypeError, "nlags=2.5"),
        ({"alpha": 1.0}, ValueError, "alpha=1.0"),
        ({"alpha": "a"}, TypeError, "alpha='a', expected a number between 0 and 1"),
        ({"alpha": [0.1, 0.2]}, TypeError, "alpha="),
        ({"missing": "ignore"}, ValueError, "missing='ignore'"),
    ],
)
def test_refused(keywords: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        acf(X, **keywords)


def test_shapes_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        acf(np.stack([X, X]))
    with pytest.raises(ValueError, match="empty"):
        acf([])
    with pytest.raises(ValueError, match="nothing but NaN"):
        acf([np.nan, np.nan], missing="drop")
    for series in ([1.0, np.inf, 2.0], [1.0, np.inf, np.nan]):
        with pytest.raises(ValueError, match="infinities are never accepted"):
            acf(series)


def test_the_parameters_are_those_of_statsmodels() -> None:
    stattools = pytest.importorskip("statsmodels.tsa.stattools", reason="make peers")
    ours, theirs = (inspect.signature(f).parameters for f in (acf, stattools.acf))
    if "result_object" not in theirs:
        pytest.skip("statsmodels is older than 0.15")
    assert list(ours) == list(theirs)
    for name, parameter in ours.items():
        assert parameter.default == theirs[name].default, name
        assert parameter.kind == theirs[name].kind, name


def test_what_statsmodels_takes_too() -> None:
    expected = acf(X, nlags=5, adjusted=True)
    assert np.array_equal(acf(X, nlags=5.0, adjusted=1), expected)  # type: ignore[arg-type]
    assert np.array_equal(acf(X[:, None], nlags=np.int64(5), adjusted=True), expected)  # type: ignore[arg-type]
    assert np.array_equal(acf(X, nlags=5, adjusted=0), acf(X, nlags=5))  # type: ignore[arg-type]
    for library in ("pandas", "polars"):
        frame = pytest.importorskip(library).DataFrame({"a": X})
        assert np.array_equal(acf(frame, nlags=5, adjusted=True), expected)


def test_result_object() -> None:
    r, interval = acf(X, nlags=5, alpha=0.05, result_object=False)
    found = acf(X, nlags=5, alpha=0.05, result_object=True)
    assert np.array_equal(found.acf, r) and np.array_equal(found.confint, interval)
    assert found.qstat is None and found.pvalues is None
    assert acf(X, nlags=5, alpha=0.05, qstat=True)._fields == found._fields
    assert acf(X, nlags=5, result_object=True).confint is None
