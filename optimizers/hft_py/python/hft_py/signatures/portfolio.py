"""A portfolio from linear functionals of signatures, fitted and evaluated walking forward."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py._estimator import Estimator
from hft_py.backend import active_backend, requested_backend
from hft_py.signatures import _features
from hft_py.signatures._constraints import project
from hft_py.signatures._features import Features, Settings
from hft_py.signatures._inputs import Floats, depth_of
from hft_py.signatures._ridge import Learner, Line
from hft_py.signatures._walk import walk
from hft_py.signatures.result import SignaturePortfolioResult

__all__ = ["SignaturePortfolio"]

TARGETS = ("return", "allocation")


class SignaturePortfolio(Estimator):
    """Weights of assets from the signatures of their recent prices.

    Every ``horizon`` days the signature of each asset's last ``window`` returns is computed: of the
    asset and the market, each over its volatility, with lead and lag and time. One linear
    functional of it, the same for all assets, is fitted by ridge regression to what followed in the
    past, and its prediction moves the weight of each asset away from ``1/n``.

    Parameters
    ----------
    window, depth
        Returns in a signature, and its levels. Default 20 and 3: 155 features.
    horizon
        Days between decisions, and of the return that is predicted. Default 5.
    delay
        Days from the last price a decision knows to the close it is traded at. Default 1.
    target
        ``"return"`` (default): the functional predicts the return over the horizon, less the mean
        of the assets and in units of its standard deviation. ``"allocation"``: it predicts the
        weights that would have been best, the constraints included.
    ridge
        Penalty on slopes of features of unit variance, next to a mean squared error. Default 1.
    risk_aversion
        An expected return ``m`` of standard deviation ``s`` moves a weight by
        ``m / (risk_aversion s^2)``. Default 20.
    min_weight, max_weight
        Bounds of each weight; they sum to 1. Default 0 and 1.
    max_turnover
        The most that one trade buys and sells, of the wealth, after the first. Default: no limit.
        Weights that drifted out of their bounds may then stay out for some trades.
    cost
        Of what is bought and sold. Default 0.0005, 5 basis points.
    min_decisions
        Decisions whose outcome must be known before the first fit. Default 100.
    max_decisions
        The last so many are fitted to. Default: all.
    refit_every
        Decisions between two fits. Default 13, a quarter.
    volatility_days
        Returns in a volatility. Default 63.
    lead_lag, time_aug, threads, backend
        As in :func:`hft_py.signatures.signature`.

    Attributes
    ----------
    functional_
        After ``fit``: the constant and the coefficients, in the order of
        :func:`hft_py.signatures.words`.

    Raises
    ------
    ValueError, TypeError
        An argument of a wrong type, or outside its range.

    Notes
    -----
    Arribas (2018), arXiv:1809.09466, and Futter, Horvath and Wiese (2023), arXiv:2308.15135, for
    trading by linear functionals of signatures. Nothing here makes it earn more than equal weights:
    compare ``performance()`` and ``t_statistic`` of a :meth:`backtest`, and see the module's README
    for what was found on stocks.

    Examples
    --------
    >>> steps = np.random.default_rng(0).normal(0.0004, 0.01, (900, 4))
    >>> prices = np.exp(steps.cumsum(axis=0))
    >>> portfolio = SignaturePortfolio(max_weight=0.4).fit(prices)
    >>> weights = portfolio.predict(prices)
    >>> weights.shape, bool(abs(weights.sum() - 1) < 1e-12), bool(weights.max() <= 0.4)
    ((4,), True, True)
    """

    functional_: Line

    def __init__(
        self,
        window: int = 20,
        depth: int = 3,
        *,
        horizon: int = 5,
        delay: int = 1,
        target: str = "return",
        ridge: float = 1.0,
        risk_aversion: float = 20.0,
        min_weight: float = 0.0,
        max_weight: float = 1.0,
        max_turnover: float | None = None,
        cost: float = 0.0005,
        min_decisions: int = 100,
        max_decisions: int | None = None,
        refit_every: int = 13,
        volatility_days: int = 63,
        lead_lag: bool = True,
        time_aug: bool = True,
        threads: int = 1,
        backend: str | None = None,
    ) -> None:
        self._given = {name: value for name, value in locals().items() if name != "self"}
        requested_backend(backend)  # is a name
        self.settings = Settings(
            window=checks.whole_number("window", window, least=1),
            depth=depth_of(depth),
            horizon=checks.whole_number("horizon", horizon, least=1),
            delay=checks.whole_number("delay", delay, least=0),
            volatility_days=checks.whole_number("volatility_days", volatility_days, least=1),
            lead_lag=checks.flag("lead_lag", lead_lag),
            time_aug=checks.flag("time_aug", time_aug),
            threads=checks.thread_count(threads),
            backend=backend,
        )
        self.target = checks.choice("target", target, TARGETS)
        self.ridge = checks.real_number("ridge", ridge, above=0)
        self.risk_aversion = checks.real_number("risk_aversion", risk_aversion, above=0)
        self.max_weight = checks.real_number("max_weight", max_weight)
        self.min_weight = checks.real_number("min_weight", min_weight, most=self.max_weight)
        self.max_turnover = max_turnover
        if max_turnover is not None:
            self.max_turnover = checks.real_number("max_turnover", max_turnover, above=0)
        self.cost = checks.real_number("cost", cost, least=0, below=1)
        self.min_decisions = checks.whole_number("min_decisions", min_decisions, least=1)
        self.max_decisions = max_decisions
        if max_decisions is not None:
            self.max_decisions = checks.whole_number(
                "max_decisions", max_decisions, least=self.min_decisions
            )
        self.refit_every = checks.whole_number("refit_every", refit_every, least=1)

    def fit(self, prices: npt.ArrayLike) -> Self:
        """Fit the functional to all decisions whose outcome the prices show.

        Parameters
        ----------
        prices
            Closes ``(days, assets)``, at least two assets; a pandas or Polars frame of them.

        Raises
        ------
        ValueError, TypeError
            Prices that are none, NaN or not positive; fewer days than the first fit needs; bounds
            that no weights of this number satisfy.
        """
        closes = self._closes(prices, self.min_decisions)
        found = _features.features(closes, self.settings)
        outcomes = self._targets(found, closes)
        self.functional_ = Learner(
            found.signatures, outcomes, self.ridge, self.max_decisions
        ).up_to(len(outcomes))
        return self

    def predict(self, prices: npt.ArrayLike) -> Floats:
        """The weights to trade to, known at the last price, ``(assets,)``.

        Parameters
        ----------
        prices
            As for :meth:`fit`, ``volatility_days + window + 1`` days or more; the last ones count.

        Raises
        ------
        ValueError, TypeError
            As for :meth:`fit`; nothing is fitted yet.
        """
        if not hasattr(self, "functional_"):
            raise ValueError("nothing is fitted yet: call fit(prices) first")
        closes = self._closes(prices)[-self.settings.first_day - 1 :]
        found = _features.features(closes, self.settings)
        weights: Floats = self._weights(self.functional_(found.signatures), found.volatility)[-1]
        return weights

    def backtest(
        self, prices: npt.ArrayLike, dates: npt.ArrayLike | None = None
    ) -> SignaturePortfolioResult:
        """Decide, trade and refit through the prices, each decision from the prices before it.

        Parameters
        ----------
        prices
            As for :meth:`fit`.
        dates
            A label for each day. Default: its row.

        Returns
        -------
        The weights, and what they earned after costs beside equal weights and buying and holding.
        Appending prices changes no weight and no return of earlier days, not by one bit.

        Raises
        ------
        ValueError, TypeError
            As for :meth:`fit`; dates of another length.
        """
        # The first decision with so many known outcomes, and the day of its trade.
        elapsed = self.settings.delay + self.settings.horizon
        later = -elapsed % self.settings.horizon + self.settings.delay
        closes = self._closes(prices, self.min_decisions, later)
        labels = np.arange(len(closes)) if dates is None else np.asarray(dates)
        if labels.shape != (len(closes),):
            raise ValueError(f"dates has shape {labels.shape}, expected ({len(closes)},) as prices")
        found = _features.features(closes, self.settings)
        outcomes = self._targets(found, closes)
        tradable = found.days + self.settings.delay < len(closes)
        counts = [_features.known(found, i, self.settings) for i in range(int(tradable.sum()))]
        first = int(np.searchsorted(counts, self.min_decisions))
        decisions = np.arange(first, len(counts))
        predictions = np.empty((len(decisions), closes.shape[1]))
        learner = Learner(found.signatures, outcomes, self.ridge, self.max_decisions)
        for i in range(0, len(decisions), self.refit_every):
            some = decisions[i : i + self.refit_every]
            functional = learner.up_to(counts[some[0]])
            for j, decision in enumerate(some, start=i):
                # One at a time: products of several could be rounded in another way.
                predictions[j] = functional(found.signatures[decision])
        wishes = self._weights(predictions, found.volatility[decisions])
        trades = found.days[decisions] + self.settings.delay
        own = walk(closes, trades, wishes, self.cost, self.max_turnover)
        alike = np.full_like(wishes, 1.0 / closes.shape[1])
        equal = walk(closes, trades, alike, self.cost)
        hold = walk(closes, trades[:1], alike[:1], self.cost)
        return SignaturePortfolioResult(
            returns=own.returns,
            equal_weight=equal.returns,
            buy_and_hold=hold.returns,
            costs=own.costs,
            weights=own.weights,
            predictions=predictions,
            turnover=own.turnover,
            decision_days=found.days[decisions],
            trade_days=trades,
            dates=labels[trades[0] :],
            assets=_features.asset_names(prices, closes.shape[1]),
            equal_weight_turnover=equal.turnover,
            backend=active_backend(self.settings.backend),
        )

    def _closes(self, prices: Any, decisions: int = 0, later: int = 0) -> Floats:
        """Checked prices, of enough assets, and of days enough for so many known outcomes."""
        closes = _features.positive_prices(prices)
        assets, settings = closes.shape[1], self.settings
        if not assets * self.min_weight <= 1.0 <= assets * self.max_weight:
            raise ValueError(
                f"min_weight={self.min_weight} and max_weight={self.max_weight}: no {assets} "
                "weights between them sum to 1"
            )
        needed = settings.first_day + 1 + later
        if decisions:
            needed += (decisions - 1) * settings.horizon + settings.delay + settings.horizon
        if len(closes) < needed:
            wanted = f"window={settings.window}, volatility_days={settings.volatility_days}"
            wanted += f" and min_decisions={self.min_decisions}" if decisions else ""
            raise ValueError(
                f"prices has {len(closes)} days, expected {needed} or more for {wanted}"
            )
        return closes

    def _targets(self, found: Features, closes: Floats) -> Floats:
        """What the functional should have said at each decision of known outcome, ``(D', n)``."""
        earned = _features.next_returns(closes, self.settings)
        excess = earned - earned.mean(axis=1, keepdims=True)
        standard = excess / (found.volatility[: len(earned)] * np.sqrt(self.settings.horizon))
        if self.target == "allocation":
            best = self._best(standard, found.volatility[: len(earned)])
            standard = best - 1.0 / closes.shape[1]
        targets: Floats = standard
        return targets

    def _weights(self, predictions: Floats, volatility: Floats) -> Floats:
        if self.target == "return":
            return self._best(predictions, volatility)
        wish = 1.0 / predictions.shape[-1] + predictions
        return project(wish, self.min_weight, self.max_weight)

    def _best(self, standard: Floats, volatility: Floats) -> Floats:
        """The best weights for returns in units of their standard deviation over the horizon."""
        deviation = volatility * np.sqrt(self.settings.horizon)
        wish = 1.0 / standard.shape[-1] + standard / (self.risk_aversion * deviation)
        return project(wish, self.min_weight, self.max_weight)
