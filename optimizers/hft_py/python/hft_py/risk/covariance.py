"""Sample, semi- and exponentially weighted covariances.

Each is one product of a matrix with itself, ``O(T n^2)``. Choose the sample covariance for a stable
period with many more dates than assets, the exponential one where risk moves, and
:mod:`hft_py.risk.shrinkage` where there are fewer than about ten dates an asset.

A NaN is an error unless ``missing`` says what to do: ``"complete"`` uses the dates on which every
asset has a return, ``"pairwise"`` for each pair of assets the dates on which both have one. Nothing
is filled. A pairwise matrix need not be a covariance: where it has a negative eigenvalue it is
repaired, with a :class:`~hft_py.errors.RepairedCovarianceWarning`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.labels import Labelled
from hft_py.risk import _products
from hft_py.risk._inputs import Mask, returns_table
from hft_py.risk.repair import repaired

Floats = npt.NDArray[np.float64]

MEANS = ("zero", "weighted")


def sample_covariance(
    returns: Any, *, missing: str = "raise", min_observations: int = 2, repair: bool = True
) -> Any:
    """The sample covariance, ``T - 1`` in the denominator, as pandas' ``DataFrame.cov``.

    Parameters
    ----------
    returns
        ``(T, n)``: an array, a pandas or a Polars frame. The unit of the result is its square.
    missing
        ``"raise"``, ``"complete"`` or ``"pairwise"``: see the module.
    min_observations
        The fewest dates that two assets must share (``"pairwise"``).
    repair
        Make a pairwise matrix positive semi-definite where it is not.

    Returns
    -------
    ``(n, n)``, in the kind of frame that was given.

    Raises
    ------
    ValueError
        A NaN with ``missing="raise"``, an infinity, fewer than two dates, too few shared ones,
        dates out of order, duplicated labels.

    Examples
    --------
    >>> sample_covariance([[0.01, 0.02], [0.03, 0.02], [0.05, -0.02]]).round(6).tolist()
    [[0.0004, -0.0004], [-0.0004, 0.000533]]
    """
    least = checks.whole_number("min_observations", min_observations, least=2)
    repair = checks.flag("repair", repair)
    table, rows, seen = returns_table(returns, missing)
    if seen is None:
        centred = rows - rows.mean(axis=0)
        return table.matrix(_products.gram(centred) / (len(rows) - 1.0))
    ones = np.ones(len(rows))
    products, _, count = _products.pairwise(rows, seen, ones, 0, centred=True)
    _enough(table, count, least)
    return table.matrix(_whole(products / (count - 1.0), repair))


def semi_covariance(
    returns: Any,
    threshold: float = 0.0,
    *,
    missing: str = "raise",
    min_observations: int = 2,
    repair: bool = True,
) -> Any:
    """The covariance of losses: the mean of ``min(r_i - b, 0) min(r_j - b, 0)`` over all dates.

    Parameters
    ----------
    returns
        ``(T, n)``.
    threshold
        ``b``, in the unit of the returns. Default: what is lost, not what falls short of a rate.
    missing, min_observations, repair
        As for :func:`sample_covariance`.

    Notes
    -----
    Estrada (2008), Mean-Semivariance Optimization: A Heuristic Approach, equation 10.

    Examples
    --------
    >>> semi_covariance([[0.01, -0.02], [-0.03, -0.02]]).round(6).tolist()
    [[0.00045, 0.0003], [0.0003, 0.0004]]
    """
    bound = checks.real_number("threshold", threshold)
    least = checks.whole_number("min_observations", min_observations, least=1)
    repair = checks.flag("repair", repair)
    table, rows, seen = returns_table(returns, missing, least=1)
    losses = np.minimum(rows - bound, 0.0)
    if seen is None:
        return table.matrix(_products.gram(losses) / len(rows))
    ones = np.ones(len(rows))
    products, _, count = _products.pairwise(losses, seen, ones, 0, centred=False)
    _enough(table, count, least)
    return table.matrix(_whole(products / count, repair))


def ewma_covariance(
    returns: Any,
    decay: float = 0.94,
    *,
    volatility_decay: float | None = None,
    correlation_decay: float | None = None,
    newey_west_lags: int = 0,
    mean: str = "zero",
    missing: str = "raise",
    min_observations: int = 2,
    repair: bool = True,
) -> Any:
    """The exponentially weighted covariance: the date ``s`` steps back weighs ``decay ** s``.

    It is the recursion ``S_t = decay S_{t-1} + (1 - decay) r_t r_t'`` divided by the sum of its
    weights, so that a short history is not biased towards zero; computed as one weighted product.

    Parameters
    ----------
    returns
        ``(T, n)``, the latest date last.
    decay
        Between 0 and 1; 0.94 is RiskMetrics' for daily returns. ``0.5 ** (1 / h)`` has half-life
        ``h``.
    volatility_decay, correlation_decay
        Decays of their own; default: ``decay``. Volatilities are usually given a shorter memory
        than correlations, which need more dates.
    newey_west_lags
        Add autocovariances up to this lag with Bartlett's weights: the variance of sums of
        autocorrelated returns. The result may need repair.
    mean
        ``"zero"``, the default: the mean of daily returns is far below its error. ``"weighted"``:
        that of the same weights is taken out (pandas' ``ewm(alpha=1 - decay).cov(bias=True)``).
    missing
        As for :func:`sample_covariance`. Pairwise, dates keep their weights, and those of the
        shared dates are summed.
    min_observations
        The fewest dates that two assets must share.
    repair
        Make a matrix of lags or of pairs positive semi-definite where it is not.

    Returns
    -------
    ``(n, n)``, in the kind of frame that was given.

    Raises
    ------
    ValueError
        As for :func:`sample_covariance`; an asset without any variance where correlations have a
        decay of their own.

    Notes
    -----
    J. P. Morgan (1996), RiskMetrics Technical Document, section 5.2; Newey and West (1987),
    Econometrica 55. Dates whose weight is below rounding are left out: see
    ``hft_py.risk._products.negligible_rows``.

    Examples
    --------
    >>> ewma_covariance([[1.0, 0.0], [1.0, 1.0]], decay=0.5).round(4).tolist()
    [[1.0, 0.6667], [0.6667, 0.6667]]
    """
    common = _decay("decay", decay)
    of_volatility = common if volatility_decay is None else _decay(
        "volatility_decay", volatility_decay
    )  # fmt: skip
    of_correlation = common if correlation_decay is None else _decay(
        "correlation_decay", correlation_decay
    )  # fmt: skip
    lags = checks.whole_number("newey_west_lags", newey_west_lags, least=0)
    centred = checks.choice("mean", mean, MEANS) == "weighted"
    least = checks.whole_number("min_observations", min_observations, least=1)
    repair = checks.flag("repair", repair)
    table, rows, seen = returns_table(returns, missing, least=1)
    found = _weighted(table, rows, seen, of_correlation, lags, centred, least)
    if of_volatility != of_correlation:
        other = _weighted(table, rows, seen, of_volatility, lags, centred, least)
        found = _rescaled(table, found, np.diag(other))
    if lags and (np.diag(found) < 0).any():
        place = int(np.argmin(np.diag(found)))
        raise ValueError(
            f"newey_west_lags={lags} makes the variance of {table.names[place]} "
            f"{found[place, place]:.3g}, expected at least 0: use fewer lags, or more dates"
        )
    return table.matrix(_whole(found, repair and (lags > 0 or seen is not None)))


def _decay(name: str, value: Any) -> float:
    return checks.real_number(name, value, above=0.0, most=1.0)


def _weighted(
    table: Labelled,
    rows: Floats,
    seen: Mask | None,
    decay: float,
    lags: int,
    centred: bool,
    least: int,
) -> Floats:
    weights = _products.exponential_weights(len(rows), decay)
    if seen is not None:
        products, total, count = _products.pairwise(rows, seen, weights, lags, centred)
        _enough(table, np.where(total > 0, count, 0.0), least)  # too old counts as none
        found: Floats = products / total
        return found
    if len(rows) < least:
        raise ValueError(f"returns has {len(rows)} rows, expected min_observations={least} or more")
    total_weight = weights.sum()
    if centred:
        rows = rows - weights @ rows / total_weight
    first = _products.negligible_rows(rows, weights)
    found = _products.newey_west(rows[first:], weights[first:], lags) / total_weight
    return found


def _rescaled(table: Labelled, covariance: Floats, variances: Floats) -> Floats:
    """The correlations of one matrix with other variances."""
    own = np.diag(covariance)
    for values in (own, variances):
        if (values <= 0).any():
            place = int(np.flatnonzero(values <= 0)[0])
            raise ValueError(
                f"returns of {table.names[place]} have variance {values[place]}, expected more "
                "than 0: its correlations are not defined, leave it out"
            )
    scale = np.sqrt(variances / own)
    found: Floats = covariance * scale * scale[:, None]
    return found


def _enough(table: Labelled, count: Floats, least: int) -> None:
    """An error where two assets share too few dates."""
    if (count < least).any():
        i, j = (int(k) for k in np.argwhere(count < least)[0])
        both = table.names[i] if i == j else f"{table.names[i]} and {table.names[j]} together"
        raise ValueError(
            f"returns has {int(count[i, j])} dates of {both}, expected min_observations={least} or "
            "more: leave out assets with short histories"
        )


def _whole(values: Floats, repair: bool) -> Floats:
    return repaired(values) if repair else values
