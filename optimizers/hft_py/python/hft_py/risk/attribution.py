"""The returns of a portfolio by factor, after the fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import labels
from hft_py.labels import Labelled
from hft_py.results import Result, pandas
from hft_py.risk._exposures import design

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class ReturnAttribution(Result):
    """Contributions to a portfolio's returns, date by date, and linked over all dates.

    Attributes
    ----------
    portfolio
        The portfolio's simple returns, ``(D,)``.
    by_factor
        Contributions of the factors, ``(D, k)``: exposures of the portfolio times factor returns.
    specific
        What is left, ``(D,)``: each date's contributions sum to the portfolio's return.
    total, total_by_factor, total_by_family, total_specific
        The compounded return over all dates and its parts, linked by Carino's factors, so that they
        sum to it too.

    Examples
    --------
    >>> from hft_py.risk import FactorModel
    >>> returns = 0.01 * np.random.default_rng(0).normal(size=(100, 40))
    >>> found = FactorModel().fit(returns, sectors=np.arange(40) % 2).attribute_returns({"3": 1.0})
    >>> bool(np.allclose(found.by_factor.sum(axis=1) + found.specific, returns[1:, 3]))
    True
    """

    portfolio: Floats
    by_factor: Floats
    specific: Floats
    total: float
    total_by_factor: dict[str, float]
    total_by_family: dict[str, float]
    total_specific: float
    dates: npt.NDArray[Any] | None

    def to_frame(self) -> Any:
        """One row a date: the factors, ``specific`` and ``portfolio``, which is their sum."""
        frame = pandas().DataFrame(
            self.by_factor, index=self.dates, columns=list(self.total_by_factor)
        )
        frame["specific"] = self.specific
        frame["portfolio"] = self.portfolio
        return frame


def attribute(fitted: Any, weights: Any) -> ReturnAttribution:
    """The returns of a portfolio by factor, from the regressions that made them.

    Parameters
    ----------
    fitted
        A fitted :class:`~hft_py.risk.FactorModel`.
    weights
        At the beginning of each date: ``(n,)``, held on every date, by position or by label; or
        ``(D, n)``, a row for each date of ``factor_returns_``.

    Notes
    -----
    An asset without exposures on a date counts as specific with all of its return. Carino (1999),
    Combining Attribution Effects Over Time, Journal of Performance Measurement.

    Raises
    ------
    ValueError
        A weight of an asset that has no return on that date; a return of -1 or less.

    Examples
    --------
    >>> from hft_py.risk import FactorModel
    >>> rng = np.random.default_rng(0)
    >>> returns = 0.01 * rng.normal(size=(100, 40))
    >>> fitted = FactorModel().fit(returns, styles={"size": rng.normal(size=(100, 40))})
    >>> found = fitted.attribute_returns(np.full(40, 1 / 40))
    >>> parts = sum(found.total_by_factor.values()) + found.total_specific
    >>> bool(abs(parts - found.total) < 1e-12)
    True
    """
    if not hasattr(fitted, "_panel"):
        raise ValueError(f"fitted={fitted!r}, expected a fitted FactorModel: call fit first")
    panel, lag = fitted._panel, fitted.exposure_lag
    returns = panel.returns[lag:]
    held = _held(weights, returns.shape, panel.table, lag)
    gone = np.isnan(returns) & (held != 0)
    if gone.any():
        row, column = (int(i) for i in np.argwhere(gone)[0])
        raise ValueError(
            f"weights[{row}] of {panel.table.names[column]} is {held[row, column]}, but it has "
            "no return on that date"
        )
    portfolio = (held * np.nan_to_num(returns)).sum(axis=1)
    # Where there is no specific return, the asset's exposures are incomplete: none is counted.
    known = np.where(np.isnan(fitted._specific), 0.0, held)
    exposures = np.empty((len(returns), len(fitted.factors_)))
    for place, row in enumerate(known):
        here = np.flatnonzero(row)
        codes = panel.codes(place)
        x = (panel.style(place)[here] - fitted._means[place]) / fitted._scales[place]
        sectors = None if codes is None else codes[here]
        exposures[place] = row[here] @ design(x, sectors, len(panel.sector_names), fitted.market)
    by_factor = exposures * fitted._factor_returns
    specific = portfolio - by_factor.sum(axis=1)
    total, factors = _linking(portfolio)
    linked = factors @ by_factor
    families: dict[str, float] = dict.fromkeys(fitted.families_, 0.0)
    for family, part in zip(fitted.families_, linked, strict=True):
        families[family] += float(part)
    return ReturnAttribution(
        portfolio=portfolio,
        by_factor=by_factor,
        specific=specific,
        total=total,
        total_by_factor=dict(zip(fitted.factors_, linked.tolist(), strict=True)),
        total_by_family=families,
        total_specific=float(factors @ specific),
        dates=None if panel.table.dates is None else np.asarray(panel.table.dates)[lag:],
    )


def _held(weights: Any, shape: tuple[int, ...], table: Labelled, lag: int) -> Floats:
    """Weights ``(D, n)``."""
    if labels.by_date(weights):
        found = labels.panel("weights", weights)
        if found.values.shape != shape:
            raise ValueError(f"weights has shape {found.values.shape}, expected {shape}")
        dates = None if table.dates is None else table.dates[lag:]
        labels.require_same("weights", found, table, dates)
        return found.values
    return np.broadcast_to(labels.named_vector("weights", weights, table.names), shape)


def _linking(portfolio: Floats) -> tuple[float, Floats]:
    """The compounded return, and the factor of each date by which contributions sum to it."""
    if (portfolio <= -1).any():
        row = int(np.flatnonzero(portfolio <= -1)[0])
        raise ValueError(f"the portfolio returns {portfolio[row]} in row {row}, expected above -1")
    growth = np.log1p(portfolio)
    total = float(np.expm1(growth.sum()))
    each = np.divide(growth, portfolio, out=np.ones_like(growth), where=portfolio != 0)
    whole = float(growth.sum()) / total if total else 1.0
    return total, each / whole
