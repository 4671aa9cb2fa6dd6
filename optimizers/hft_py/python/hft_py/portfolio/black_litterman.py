"""The model of Black and Litterman: expected returns from an equilibrium and from views."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks, labels
from hft_py.backend import kernels
from hft_py.labels import Labelled
from hft_py.portfolio._estimate import estimate
from hft_py.results import Result

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class BlackLitterman(Result):
    """Expected returns after views.

    Attributes
    ----------
    prior, posterior
        Expected returns before and after the views, ``(n,)``, labelled as the input.
    covariance
        Of returns around the posterior, ``C + M``, ``M`` the uncertainty of the mean, ``(n, n)``.
    weights
        The portfolio without constraints that is optimal for both: ``(C + M)^-1 posterior / d``.
    views, view_returns, view_variances
        ``P`` ``(k, n)``, ``Q`` ``(k,)`` and the diagonal of ``Omega`` ``(k,)``.
    assets
        The labels.

    Examples
    --------
    >>> black_litterman([[0.04]], market_weights=[1.0]).assets
    (0,)
    """

    prior: Any
    posterior: Any
    covariance: Any
    weights: Any
    views: Floats
    view_returns: Floats
    view_variances: Floats
    assets: tuple[Hashable, ...]


def black_litterman(
    covariance: Any,
    *,
    market_weights: Any = None,
    prior: Any = None,
    views: Any = (),
    confidences: Any = None,
    view_variances: Any = None,
    risk_aversion: float = 2.5,
    tau: float = 0.05,
) -> BlackLitterman:
    """Combine the returns that markets imply with views.

    Parameters
    ----------
    covariance
        ``(n, n)`` of returns over the period that the views are about.
    market_weights
        Capitalisation weights; the prior is then ``risk_aversion * C w``. Needed unless ``prior``.
    prior
        Expected returns before the views, in place of ``market_weights``.
    views
        Absolute ones: a mapping or series of assets to returns. Or a list of pairs
        ``(portfolio, return)``, the portfolio an asset, or a mapping of assets to loadings:
        ``[({"DE": 1, "FR": -0.4, "UK": -0.6}, 0.05)]`` says that DE outperforms by 5 %.
    confidences
        One from 0 (no view) to 1 (certain) for each view, after Idzorek: the view moves the
        weights by that part of what a certain one would.
    view_variances
        In place of confidences, the variance of each view. Default: ``tau p' C p``, which He and
        Litterman use: as uncertain as the prior.
    risk_aversion
        ``d``, the market's. Default: He and Litterman's.
    tau
        The uncertainty of the prior's mean, relative to ``C``. Default: He and Litterman's.

    Raises
    ------
    TypeError, ValueError
        A view on an unknown asset, confidences outside [0, 1], certain views that contradict or
        repeat each other, neither ``market_weights`` nor ``prior``.

    Notes
    -----
    He and Litterman (1999), "The intuition behind Black-Litterman model portfolios"; Idzorek
    (2005), "A step-by-step guide to the Black-Litterman model", with the closed form of Walters
    (2014), ``Omega = tau (1 - c) / c p' C p``.

    Examples
    --------
    >>> found = black_litterman(
    ...     [[0.04, 0.0], [0.0, 0.01]], market_weights=[0.5, 0.5], views=[({0: 1, 1: -1}, 0.02)]
    ... )
    >>> found.prior.round(4).tolist(), found.posterior.round(4).tolist()
    ([0.05, 0.0125], [0.043, 0.0142])
    """
    given = estimate(None, covariance, kernels("portfolio", "python"))
    sigma, assets = given.covariance, given.assets
    delta = checks.real_number("risk_aversion", risk_aversion, above=0.0)
    scale = checks.real_number("tau", tau, above=0.0)
    if (market_weights is None) == (prior is None):
        raise ValueError("give market_weights or prior, one of them")
    if prior is not None:
        mean = labels.vector("prior", prior, assets)
    else:
        mean = delta * sigma @ labels.vector("market_weights", market_weights, assets)
    loadings, outcomes = _views(views, assets)
    own = scale * np.einsum("ki,ij,kj->k", loadings, sigma, loadings)
    variances = _variances(own, confidences, view_variances)
    known = np.isfinite(variances)  # a view without confidence is none
    p, q, omega = loadings[known], outcomes[known], np.diag(variances[known])
    spread = scale * sigma @ p.T
    system = p @ spread + omega
    sizes = np.sqrt(system.diagonal())  # variances of views may be of very different sizes
    if len(q) and not (sizes.all() and np.linalg.cond(system / sizes / sizes[:, None]) < 1e13):
        raise ValueError(
            "views repeat or contradict each other with certainty: leave one out, or lower its "
            "confidence"
        )
    gain = np.linalg.solve(system, spread.T).T if len(q) else spread
    posterior = mean + gain @ (q - p @ mean)
    around = sigma + scale * sigma - gain @ spread.T
    around = 0.5 * (around + around.T)
    try:
        weights = np.linalg.solve(around, posterior) / delta
    except np.linalg.LinAlgError:
        weights = np.linalg.pinv(around, hermitian=True) @ posterior / delta
    like = Labelled(sigma, assets, None, given.kind)
    return BlackLitterman(
        prior=like.vector(mean, "return"),
        posterior=like.vector(posterior, "return"),
        covariance=labels.panel_like(given.kind, assets, around, given.index),
        weights=like.vector(weights),
        views=loadings,
        view_returns=outcomes,
        view_variances=variances,
        assets=assets,
    )


def _views(views: Any, assets: tuple[Hashable, ...]) -> tuple[Floats, Floats]:
    """``P`` and ``Q``."""
    if isinstance(views, Mapping) or labels.kind_of(views) == "pandas":
        views = list(views.items())
    if not isinstance(views, Sequence) or isinstance(views, str):
        raise TypeError(f"views={checks.short(views)}, expected a mapping or a list of pairs")
    loadings, outcomes = np.zeros((len(views), len(assets))), np.zeros(len(views))
    for place, view in enumerate(views):
        name = f"views[{place}]"
        if not isinstance(view, Sequence) or isinstance(view, str) or len(view) != 2:
            raise TypeError(f"{name}={checks.short(view)}, expected (portfolio, return)")
        portfolio, outcome = view
        if _is_label(portfolio, assets):
            portfolio = {portfolio: 1.0}
        loadings[place] = labels.vector(name, portfolio, assets, default=0.0)
        outcomes[place] = checks.real_number(name, outcome)
        if not loadings[place].any():
            raise ValueError(f"{name} has no loading but 0, expected one on some asset")
    return loadings, outcomes


def _is_label(portfolio: Any, assets: tuple[Hashable, ...]) -> bool:
    """An asset, known or not, rather than loadings."""
    if not isinstance(portfolio, Hashable) or labels.kind_of(portfolio) == "polars":
        return False
    return portfolio in assets or not isinstance(portfolio, tuple | Mapping)


def _variances(own: Floats, confidences: Any, view_variances: Any) -> Floats:
    """The diagonal of ``Omega``; infinite for a view without confidence."""
    count = len(own)
    if confidences is not None and view_variances is not None:
        raise ValueError("confidences and view_variances are both given, expected one of them")
    if view_variances is not None:
        found = labels.vector("view_variances", view_variances, range(count))
        if (found < 0).any():
            raise ValueError(f"view_variances has {found.min()}, expected 0 or more")
        return found
    if confidences is None:
        return own
    trust = labels.vector("confidences", confidences, range(count))
    if ((trust < 0) | (trust > 1)).any():
        wrong = trust[(trust < 0) | (trust > 1)][0]
        raise ValueError(f"confidences has {wrong}, expected 0 to 1")
    found = np.full(count, np.inf)
    some = trust > 1e-300  # one over less is infinite
    found[some] = own[some] * (1 - trust[some]) / trust[some]
    return found
