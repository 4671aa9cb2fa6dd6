"""The factor model: both kernel sets, the regression's own conditions, skfolio, look-ahead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from hft_py.backend import kernels
from hft_py.risk import FactorModel, ewma_covariance
from hft_py.risk._factor_moments import factor_covariance, specific_variances

Floats = npt.NDArray[np.float64]
Panels = Callable[..., dict[str, Any]]
PLAIN: dict[str, Any] = {
    "volatility_half_life": 20.0,
    "correlation_half_life": 20.0,
    "newey_west_lags": 0,
    "specific_half_life": 20.0,
    "specific_shrinkage": 0.0,
    "min_observations": 1,
}


def kernel_arguments(made: dict[str, Any], **options: Any) -> tuple[Any, ...]:
    """The arguments of the kernel for a panel."""
    given = {"market": True, "sectors": True, "lag": 1, "standardise": True, "cube": False}
    given |= options
    styles = list(made["styles"].values())
    codes = made["sectors"].astype(np.int32) if given["sectors"] else None
    return (
        made["returns"],
        [np.ascontiguousarray(np.stack(styles, axis=2))] if given["cube"] else styles,
        codes,
        0 if codes is None else int(codes.max()) + 1,
        made["market_cap"],
        made["universe"],
        given["market"],
        given["lag"],
        given["standardise"],
        1.0,
        0.5,
        10,
    )


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"cube": True, "lag": 2},
        {"market": False, "standardise": False},
        {"sectors": False},
        {"sectors": False, "market": False},
    ],
    ids=str,
)
def test_agreement_of_kernels_and_threads(
    options: dict[str, Any], rust_only: None, make_panel: Panels
) -> None:
    from hft_py import _rust

    for size in ((40, 70, 3, 4), (4, 300, 17, 1)):
        arguments = kernel_arguments(make_panel(*size), **options)
        python = kernels("risk", "python").cross_section(*arguments)
        rust = _rust.risk.cross_section(*arguments)
        for mine, theirs, shared in zip(
            rust, python, _rust.risk.cross_section(*arguments, 3), strict=True
        ):
            np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-12)
            np.testing.assert_array_equal(mine, shared)
    squares = _rust.risk.ewma_squares(arguments[0], 0.97)
    for mine, theirs in zip(
        squares, kernels("risk", "python").ewma_squares(arguments[0], 0.97), strict=True
    ):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12)


def test_the_regression_meets_its_own_conditions(panel: dict[str, Any], kernel_set: str) -> None:
    """Returns are exposures times factor returns plus specific ones; the constrained gradient is 0.

    With the multiplier of the constraint, ``X' W e = c m``: parallel to the shares in the sectors,
    and zero elsewhere.
    """
    model = FactorModel(backend=kernel_set, min_assets=20).fit(**panel)
    f, e = model.factor_returns_, model.specific_returns_
    sector = slice(1, 5)
    for t in (1, 50, 89):
        x, share = model._exposures(t - 1)
        returns = panel["returns"][t]
        there = ~np.isnan(e[t - 1])
        np.testing.assert_array_equal(there, np.isfinite(x).all(axis=1) & np.isfinite(returns))
        np.testing.assert_allclose(
            x[there] @ f[t - 1] + e[t - 1, there], returns[there], atol=1e-14
        )
        assert share @ f[t - 1, sector] == pytest.approx(0, abs=1e-14 * share.sum())
        used = there & panel["universe"][t]
        weight = np.sqrt(panel["market_cap"][t - 1, used])
        left, whole = (weight @ values[used] ** 2 for values in (e[t - 1], returns))
        assert model.r_squared_[t - 1] == pytest.approx(1 - left / whole, abs=1e-12)
        assert model.regressed_[t - 1] == used.sum()
        slope = x[used].T @ (weight * e[t - 1, used])
        unit = share / np.linalg.norm(share)
        slope[sector] -= unit * (unit @ slope[sector])
        np.testing.assert_allclose(slope, 0, atol=1e-12)
        # Standardised: the benchmark's mean is 0, the deviation of the universe is 1.
        inside = panel["universe"][t - 1] & np.isfinite(panel["returns"][t - 1])
        cap = panel["market_cap"][t - 1, inside]
        np.testing.assert_allclose(cap @ x[inside, 5:] / cap.sum(), 0, atol=1e-12)
        spread = (x[inside, 5:] ** 2).sum(axis=0) / (inside.sum() - 1)
        np.testing.assert_allclose(spread, 1, rtol=1e-12)
    shares = model._exposures(89)[1]
    np.testing.assert_allclose(shares @ model.model_.factor_covariance[sector], 0, atol=1e-12)
    assert model.backend_ == kernel_set


@pytest.mark.parametrize("standardise", [True, False])
def test_skfolio(standardise: bool) -> None:
    """Equal to 1e-8: exposures, factor returns, both parts of the covariance, specific returns."""
    pytest.importorskip("skfolio.prior", reason="skfolio is not installed")
    pytest.importorskip("hft_py._rust", reason="the extension is not installed")
    pytest.importorskip("qpp", reason="the harness is not installed")
    from skfolio.descriptor import Passthrough
    from skfolio.factor_exposure import FixedWeightedFactor

    from hft_py.risk.study import skfolio_model
    from hft_py.risk.study.workloads import company_panel

    given = company_panel(150, 90, styles=3, sectors=4)
    given["universe"] &= np.random.default_rng(0).random((150, 90)) < 0.95  # it changes
    peer = skfolio_model.estimator(list(given["styles"]), 20.0)
    if standardise:
        styles = [
            (name, FixedWeightedFactor(descriptors=[(name, Passthrough(name))],
                                       outlier_transformer="passthrough"))
            for name in given["styles"]
        ]  # fmt: skip
        peer.set_params(factors=[*peer.factors[:2], *styles])
    peer.fit(characteristics=skfolio_model.asset_panel(given))
    theirs = peer.factor_model_
    del given["listed"]
    ours = FactorModel(standardise=standardise, **PLAIN).fit(**given)
    assert ours.factors_ == tuple(theirs.factor_names)
    covered = [int(asset) for asset in ours.model_.assets]
    for found, expected in (
        (ours.factor_returns_, theirs.factor_returns),
        (ours.specific_returns_, theirs.idio_returns),
        (ours.model_.exposures, theirs.loading_matrix[covered]),
        (ours.model_.factor_covariance, theirs.factor_covariance),
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-13)
    np.testing.assert_array_equal(covered, np.flatnonzero(np.isfinite(theirs.idio_covariance)))
    np.testing.assert_allclose(
        ours.model_.specific_variance, theirs.idio_covariance[covered], rtol=1e-8
    )
    np.testing.assert_allclose(
        ours.model_.covariance(),
        peer.return_distribution_.covariance[np.ix_(covered, covered)],
        rtol=1e-8,
        atol=1e-14,
    )


def test_newey_west_as_skfolio_has_it() -> None:
    moments = pytest.importorskip("skfolio.moments", reason="skfolio is not installed")
    x = np.random.default_rng(0).normal(size=(200, 4)).cumsum(axis=0) * 0.01
    x = np.diff(x, axis=0) + 0.5 * np.diff(x, axis=0, prepend=0)[:-1]
    peer = moments.RegimeAdjustedEWCovariance(half_life=30, hac_lags=3, nearest=False).fit(x)
    expected = peer.covariance_ / peer.regime_multiplier_**2
    found = ewma_covariance(x, 0.5 ** (1 / 30), newey_west_lags=3)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_later_dates_change_nothing_before_them(panel: dict[str, Any], kernel_set: str) -> None:
    whole = FactorModel(min_assets=20, min_observations=9, backend=kernel_set).fit(**panel)
    cut = {
        name: {k: v[:60] for k, v in value.items()} if isinstance(value, dict) else value[:60]
        for name, value in panel.items()
        if name != "sectors"
    }
    part = FactorModel(min_assets=20, min_observations=9, backend=kernel_set).fit(
        **cut, sectors=panel["sectors"]
    )
    np.testing.assert_array_equal(part.factor_returns_, whole.factor_returns_[:59])
    np.testing.assert_array_equal(part.specific_returns_, whole.specific_returns_[:59])


def test_the_factor_covariance_is_that_of_the_factor_returns(panel: dict[str, Any]) -> None:
    model = FactorModel(
        volatility_half_life=10, correlation_half_life=40, newey_west_lags=3, min_assets=20,
        min_observations=9,
    ).fit(**{**panel, "sectors": None})  # fmt: skip
    expected = ewma_covariance(
        model.factor_returns_, 0.5 ** (1 / 10), correlation_decay=0.5 ** (1 / 40), newey_west_lags=3
    )
    np.testing.assert_allclose(model.model_.factor_covariance, expected, rtol=1e-12, atol=1e-18)


def test_sectors_that_are_not_there_on_the_last_date() -> None:
    returns = 0.01 * np.random.default_rng(0).normal(size=(50, 5))
    returns[:, 4] = 0.0  # a sector without assets on any date
    shares = np.tile([0.7, 0.2, 0.1, 0.0], (51, 1))
    shares[-1] = [0.0, 0.6, 0.4, 0.0]  # the largest one has left
    found = factor_covariance(returns, shares, 1, 0.9, 0.95, 0)
    np.testing.assert_allclose(shares[-1] @ found[1:], 0, atol=1e-18)
    assert (found[4] == 0).all()
    assert (np.diag(found)[:4] > 0).all()


def test_permutation_and_scaling(panel: dict[str, Any]) -> None:
    order = np.random.default_rng(0).permutation(70)
    turned = {
        name: {k: v[:, order] for k, v in value.items()}
        if isinstance(value, dict)
        else value[..., order]
        for name, value in panel.items()
    }
    one = FactorModel(min_assets=20).fit(**panel)
    two = FactorModel(min_assets=20).fit(**{**turned, "returns": 3 * turned["returns"]})
    np.testing.assert_allclose(two.factor_returns_, 3 * one.factor_returns_, rtol=1e-9, atol=1e-14)
    ours = dict(zip(one.model_.assets, one.model_.specific_variance, strict=True))
    theirs = dict(zip(two.model_.assets, two.model_.specific_variance, strict=True))
    for place, asset in enumerate(order):
        assert (str(asset) in ours) == (str(place) in theirs)
        if str(asset) in ours:
            assert theirs[str(place)] == pytest.approx(9 * ours[str(asset)], rel=1e-9)


def test_specific_volatilities_are_shrunk_within_groups(panel: dict[str, Any]) -> None:
    rng = np.random.default_rng(4)
    caps, volatility = rng.lognormal(size=40), rng.uniform(1, 2, 40)
    known = np.arange(40) != 7
    found = np.sqrt(specific_variances(volatility**2, known, caps, 0.5))
    for group in np.argsort(caps).reshape(10, 4):
        own = [i for i in group if i != 7]
        mean = sum(caps[own] * volatility[own]) / sum(caps[own])
        apart = abs(volatility[own] - mean)
        weight = 0.5 * apart / (0.5 * apart + np.sqrt(np.mean(apart**2)))
        expected = weight * mean + (1 - weight) * volatility[own]
        np.testing.assert_allclose(found[own], expected, rtol=1e-12)
        if 7 in group:  # a short history has the mean of its group
            assert found[7] == pytest.approx(mean, rel=1e-12)
    assert FactorModel(specific_half_life=60).min_observations == 60
    plain = {"specific_shrinkage": 0, "min_assets": 20}
    whole = FactorModel(**plain, min_observations=1).fit(**panel)
    counts = (~np.isnan(whole.specific_returns_)).sum(axis=0)
    counts = counts[[int(asset) for asset in whole.model_.assets]]
    bound = int(np.sort(counts)[20])
    found = FactorModel(**plain, min_observations=bound).fit(**panel).model_.specific_variance
    own = np.isclose(found, whole.model_.specific_variance, rtol=1e-12, atol=0)
    np.testing.assert_array_equal(own, counts >= bound)
