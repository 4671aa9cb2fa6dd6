"""A fundamental factor model: returns explained by market, sectors and styles, date by date.

The returns of a day are regressed on what was known about each company the day before: its sector
and its styles (value, momentum, size, ...). The coefficients are the returns of factors; their
covariance, the last exposures and the variances of what is left make the risk model. It follows
companies as they change, and new ones have a risk from their first day. Where only prices are
known, use :class:`~hft_py.risk.StatisticalFactorModel`; where factors are traded,
:class:`~hft_py.risk.TimeSeriesFactorModel`.

Sources: Menchero, Orr and Wang (2011), The Barra US Equity Model (USE4), methodology notes;
Grinold and Kahn (1999), Active Portfolio Management, chapter 3; Paleologo (2025), The Elements of
Quantitative Investing, chapters 5 to 7.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py._estimator import FitEstimator
from hft_py.backend import kernels
from hft_py.labels import panel_like
from hft_py.risk._exposures import all_exposures
from hft_py.risk._factor_moments import factor_covariance, specific_variances
from hft_py.risk._panel_inputs import Panel, read_panel
from hft_py.risk.attribution import ReturnAttribution, attribute
from hft_py.risk.baseline.cross_section import COLLINEAR, TOO_FEW
from hft_py.risk.model import RiskModel

Floats = npt.NDArray[np.float64]


class FactorModel(FitEstimator):
    """Barra's kind of model, fitted in one pass over the exposures.

    Parameters
    ----------
    market
        A factor to which every asset has exposure 1 (the country factor). With sectors beside it,
        the sector returns of a date sum to zero, weighted by the sectors' shares of the benchmark:
        the market's return is then that of the benchmark, nearly.
    standardise
        Give each style on each date the benchmark's mean 0 and, over the assets of the universe,
        deviation 1. False takes the styles as they are.
    exposure_lag
        Dates between exposures and the returns that they explain; 1 or more.
    regression_power
        Regressions are weighted by capitalisation to this power; 0.5, the default, is close to the
        inverse of specific variances.
    benchmark_power
        The same for the benchmark, which defines means and sector shares.
    volatility_half_life, correlation_half_life
        Of the factor covariance, in dates. The defaults are those of USE4's short-term model.
    newey_west_lags
        Autocovariances of factor returns up to this lag count in their covariance.
    specific_half_life
        Of the squared specific returns. Dates without a return do not age what was before them.
    specific_shrinkage
        The ``q`` of Bayesian shrinkage of specific volatilities towards the mean of assets of like
        capitalisation (ten groups): with ``d`` the distance from that mean and ``s`` the deviation
        of the group, the mean weighs ``q d / (q d + s)``. 0 shrinks nothing.
    min_observations
        An asset with fewer specific returns has the mean of its group as specific volatility.
        Default: ``specific_half_life``.
    min_assets
        The fewest assets in a regression. Default: twice the factors, and at least 30.
    threads
        Of the compiled kernel; 0 means all cores. Changes nothing but the time.
    backend
        ``"auto"``, ``"rust"`` or ``"python"``.

    Attributes
    ----------
    model_
        The :class:`~hft_py.risk.RiskModel` at the last date: of the assets that have all exposures
        there.
    factor_returns_, specific_returns_
        ``(D, k)`` and ``(D, n)``, labelled as the returns were given; ``D`` is the number of dates
        less ``exposure_lag``. Specific returns are NaN where an asset had no return or no exposure.
    r_squared_, regressed_
        Of each date: the share of weighted squared returns that the factors explain, and how many
        assets were regressed.
    factors_, families_
        Names in order: market, sectors, styles.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> size, returns = rng.normal(size=(300, 50)), 0.01 * rng.normal(size=(300, 50))
    >>> fitted = FactorModel().fit(returns, styles={"size": size}, sectors=np.arange(50) % 2)
    >>> fitted.factors_, fitted.model_
    (('market', '0', '1', 'size'), RiskModel(50 assets, 4 factors: market, sector, style))
    >>> round(float(fitted.factor_returns_[:, 1] @ fitted.factor_returns_[:, 2]) < 0)
    1
    """

    def __init__(
        self,
        *,
        market: bool = True,
        standardise: bool = True,
        exposure_lag: int = 1,
        regression_power: float = 0.5,
        benchmark_power: float = 1.0,
        volatility_half_life: float = 84.0,
        correlation_half_life: float = 504.0,
        newey_west_lags: int = 2,
        specific_half_life: float = 84.0,
        specific_shrinkage: float = 0.1,
        min_observations: int | None = None,
        min_assets: int | None = None,
        threads: int = 1,
        backend: str | None = None,
    ) -> None:
        self._given = {k: v for k, v in locals().items() if k not in ("self", "__class__")}
        self.market = checks.flag("market", market)
        self.standardise = checks.flag("standardise", standardise)
        self.exposure_lag = checks.whole_number("exposure_lag", exposure_lag, least=1)
        self.regression_power = checks.real_number("regression_power", regression_power, least=0.0)
        self.benchmark_power = checks.real_number("benchmark_power", benchmark_power, least=0.0)
        self.volatility_half_life = _half_life("volatility_half_life", volatility_half_life)
        self.correlation_half_life = _half_life("correlation_half_life", correlation_half_life)
        self.newey_west_lags = checks.whole_number("newey_west_lags", newey_west_lags, least=0)
        self.specific_half_life = _half_life("specific_half_life", specific_half_life)
        self.specific_shrinkage = checks.real_number(
            "specific_shrinkage", specific_shrinkage, least=0.0
        )
        self.min_observations = (
            max(1, int(self.specific_half_life))
            if min_observations is None
            else checks.whole_number("min_observations", min_observations, least=1)
        )
        self.min_assets = (
            None if min_assets is None else checks.whole_number("min_assets", min_assets, least=1)
        )
        self.threads = checks.thread_count(threads)
        self.backend = backend

    def fit(
        self,
        returns: Any,
        *,
        styles: Any = None,
        style_names: Any = None,
        sectors: Any = None,
        market_cap: Any = None,
        universe: Any = None,
    ) -> Self:
        """Fit the model to a panel; it keeps references to what is given, not copies.

        Parameters
        ----------
        returns
            ``(T, n)``: an array, a pandas or a Polars frame. NaN where an asset has no return.
        styles
            A mapping from names to tables ``(T, n)``, as known at the end of each date; or an array
            ``(T, n, k)`` with ``style_names``. NaN leaves an asset out of the date that follows.
        sectors
            A label for each asset, by position or by name, or for each date and asset. Whole
            numbers below 0, None and NaN are no sector, which leaves an asset out.
        market_cap
            ``(T, n)``, NaN where unknown. Without it all assets weigh the same.
        universe
            ``(T, n)`` of truth values: which assets are regressed and make the benchmark. Others
            still have specific returns and risk. Default: all.

        Raises
        ------
        ValueError
            Tables of other dates or assets, a capitalisation of 0 or less, a date with too few
            assets, factors that are collinear on a date.
        """
        panel = read_panel(returns, styles, style_names, sectors, market_cap, universe, self.market)
        dates = len(panel.returns)
        if dates <= self.exposure_lag + 1:
            raise ValueError(
                f"returns has {dates} rows, expected more than exposure_lag + 1 = "
                f"{self.exposure_lag + 1}"
            )
        names = (("market",) if self.market else ()) + panel.sector_names + panel.style_names
        least = max(2 * len(names), 30) if self.min_assets is None else self.min_assets
        ours = kernels("risk", self.backend)
        found = ours.cross_section(
            panel.returns, panel.styles, panel.sectors, len(panel.sector_names), panel.caps,
            panel.universe, self.market, self.exposure_lag, self.standardise,
            self.benchmark_power, self.regression_power, least, self.threads,
        )  # fmt: skip
        factor_returns, specific, r_squared, regressed, means, scales, shares, status = found
        self._refuse(panel, names, status, regressed, least)
        self._panel, self._means, self._scales = panel, means, scales
        self._factor_returns, self._specific = factor_returns, specific
        self.factors_ = names
        self.families_ = (
            (("market",) if self.market else ())
            + ("sector",) * len(panel.sector_names)
            + ("style",) * len(panel.style_names)
        )
        self.r_squared_, self.regressed_ = r_squared, regressed
        self.backend_ = ours.name
        last, share = self._exposures(dates - 1)
        covariance = factor_covariance(
            factor_returns,
            np.vstack([shares, share]),
            int(self.market),
            0.5 ** (1.0 / self.volatility_half_life),
            0.5 ** (1.0 / self.correlation_half_life),
            self.newey_west_lags,
        )
        squares, counts = ours.ewma_squares(specific, 0.5 ** (1.0 / self.specific_half_life))
        caps = np.ones(len(counts)) if panel.caps is None else panel.caps[-1]
        variances = specific_variances(
            squares, counts >= self.min_observations, caps, self.specific_shrinkage
        )
        covered = np.isfinite(last).all(axis=1) & np.isfinite(variances)
        if not covered.any():
            raise ValueError(
                "no asset has all exposures on the last date, and none like it has "
                f"min_observations={self.min_observations} returns: expected one or more"
            )
        assets = np.array(panel.table.names)[covered]
        self.model_ = RiskModel(
            last[covered], covariance, variances[covered], tuple(map(str, assets)), names,
            self.families_,
        )  # fmt: skip
        return self

    @property
    def factor_returns_(self) -> Any:
        """``(D, k)``, in the kind of frame that the returns were given in."""
        return self._labelled(self._factor_returns, self.factors_)

    @property
    def specific_returns_(self) -> Any:
        """``(D, n)``, in the kind of frame that the returns were given in."""
        return self._labelled(self._specific, None)

    def attribute_returns(self, weights: Any) -> ReturnAttribution:
        """The returns of a portfolio by factor: :func:`~hft_py.risk.attribution.attribute`."""
        return attribute(self, weights)

    def _labelled(self, values: Floats, names: tuple[str, ...] | None) -> Any:
        table = self._panel.table
        dates = None if table.dates is None else table.dates[self.exposure_lag :]
        return panel_like(table.kind, table.assets if names is None else names, values, dates)

    def _exposures(self, date: int) -> tuple[Floats, Floats]:
        """The exposures of one date ``(n, k)``, NaN where missing, and the sectors' shares."""
        panel = self._panel
        n = panel.returns.shape[1]
        cap = np.ones(n) if panel.caps is None else panel.caps[date]
        inside = np.isfinite(cap)
        if panel.universe is not None:
            inside &= panel.universe[date]
        x, _, _, shares = all_exposures(
            panel.returns[date], cap, inside, panel.style(date), panel.codes(date),
            len(panel.sector_names), market=self.market, standardise=self.standardise,
            power=self.benchmark_power,
        )  # fmt: skip
        return x, shares

    def _refuse(
        self,
        panel: Panel,
        names: tuple[str, ...],
        status: npt.NDArray[np.int64],
        regressed: npt.NDArray[np.int64],
        least: int,
    ) -> None:
        """An error that names the first date without a regression, and why."""
        if not status.any():
            return
        place = int(np.flatnonzero(status)[0])
        row = place + self.exposure_lag
        dates = panel.table.dates
        date = f"row {row}" if dates is None else f"{dates[row]}"
        if status[place] == TOO_FEW:
            raise ValueError(
                f"returns on {date}: {regressed[place]} assets have a return and all exposures, "
                f"expected min_assets={least} or more: begin later, or leave out a factor"
            )
        factor = names[int(status[place]) - COLLINEAR]
        raise ValueError(
            f"the exposures to {factor!r} on {date} are a combination of those to the other "
            "factors: leave it out, or begin where it is known"
        )


def _half_life(name: str, value: Any) -> float:
    return checks.real_number(name, value, above=0.0)
