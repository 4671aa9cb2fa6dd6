"""Mean-variance portfolios in a row: the structure is built once, a rebalance updates numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hft_py import labels
from hft_py.portfolio import _cardinality
from hft_py.portfolio._assemble import assemble, impact_coefficients
from hft_py.portfolio._inputs import read_inputs, read_risk_of
from hft_py.portfolio._report import report, snapped
from hft_py.portfolio._sifting import Sifting
from hft_py.portfolio._solver import SolverError
from hft_py.portfolio.config import MVOConfig, settings_of
from hft_py.portfolio.infeasible import explain, relaxed
from hft_py.portfolio.result import PortfolioResult


class MVORebalancer:
    """A sequence of mean-variance portfolios with one risk model and one set of limits.

    Factors are lifted, the solver is called directly and keeps its structure, and each rebalance
    starts from the last one's prices: see :mod:`hft_py.portfolio._sifting`.

    Parameters
    ----------
    risk_model
        A :class:`hft_py.risk.RiskModel`, an estimator that has one in ``model_``, anything with
        ``exposures``, ``factor_covariance`` and ``specific_variance``, or a covariance matrix
        (array or frame). Per period, as all figures.
    config
        Settings and limits.
    assets
        The universe, where it is not that of the risk model or its order.
    linear_cost
        What a unit traded costs, one number an asset. Default: ``config.linear_cost`` for all.
    betas
        Against the market, for the limits of beta.
    adv
        Average daily volume in currency, for ``max_pct_adv`` and ``impact``.
    sectors
        A name an asset, for the limits of sectors.
    benchmark
        Weights, for the tracking error; assets not named have none.
    borrow_rates
        What being short costs a year.

    All but ``config`` are labelled (series, mapping, Polars frame) or in the order of the assets.

    Examples
    --------
    >>> rebalancer = MVORebalancer([[0.04, 0.0], [0.0, 0.04]], config=MVOConfig(max_weight=0.5))
    >>> first = rebalancer.rebalance([0.1, -0.1])
    >>> rebalancer.rebalance([0.05, -0.05], current_weights=first.weights).trades.round(6).tolist()
    [-0.005952, 0.005952]
    """

    def __init__(
        self,
        risk_model: Any,
        *,
        config: MVOConfig | None = None,
        assets: Any = None,
        linear_cost: Any = None,
        betas: Any = None,
        adv: Any = None,
        sectors: Any = None,
        benchmark: Any = None,
        borrow_rates: Any = None,
    ) -> None:
        self.config = settings_of(config)
        self._inputs = read_inputs(
            risk_model,
            assets=assets,
            linear_cost=linear_cost,
            betas=betas,
            adv=adv,
            sectors=sectors,
            benchmark=benchmark,
            borrow_rates=borrow_rates,
        )
        self._standing = assemble(self._inputs, self.config)
        self._sifting = Sifting()

    def __repr__(self) -> str:
        factors = self._standing.loadings.shape[1]
        return f"MVORebalancer({len(self.assets)} assets, {factors} factors, {self.config!r})"

    @property
    def assets(self) -> tuple[Any, ...]:
        """The labels, in the order of every array."""
        return self._inputs.assets

    def update_risk(self, risk_model: Any) -> None:
        """Use another risk model of the same assets from now on; prices are kept.

        Examples
        --------
        >>> rebalancer = MVORebalancer([[0.04, 0.0], [0.0, 0.04]])
        >>> rebalancer.update_risk([[0.05, 0.0], [0.0, 0.04]])
        """
        self._inputs = replace(self._inputs, risk=read_risk_of(risk_model, self._inputs.assets))
        risk = self._inputs.risk
        self._standing = replace(
            self._standing,
            loadings=risk.loadings,
            specific=risk.specific,
            power_cost=self.config.cost_aversion * impact_coefficients(self._inputs, self.config),
        )
        self._sifting.forget_structure()

    def rebalance(
        self, alpha: Any, as_of: Any = None, *, current_weights: Any = None
    ) -> PortfolioResult:
        """The portfolio of highest utility that keeps every limit.

        Parameters
        ----------
        alpha
            Expected return of each asset over the period.
        as_of
            Recorded in the result.
        current_weights
            Weights before the trades, drifted to today; assets not named have none. None: cash, and
            then turnover is not limited.

        Raises
        ------
        InfeasiblePortfolioError
            The limits contradict each other, unless ``config.infeasible="least_violating"``.
        SolverError
            The solver failed, or its weights break a limit.
        """
        assets = self._inputs.assets
        forecast = labels.vector("alpha", alpha, assets)
        current = None
        if current_weights is not None:
            current = labels.vector("current_weights", current_weights, assets, default=0.0)
        problem = replace(
            self._standing,
            alpha=forecast,
            current=self._standing.current if current is None else current,
            turnover=None if current is None else self.config.turnover_limit,
        )
        conflicts: tuple[str, ...] = ()
        solution = self._sifting.solve(problem)
        if solution is None:
            error = explain(problem)
            if self.config.infeasible == "raise":
                raise error
            conflicts = error.conflicts
            problem = relaxed(problem, error.violations)
            solution = Sifting().solve(problem)
            if solution is None:
                raise SolverError("the least violating portfolio was not found") from error
        loss = 0.0
        if self.config.max_positions is not None:
            solution, loss = _cardinality.rounded(problem, solution, self.config.max_positions)
        weights = snapped(problem, solution.weights)
        return report(
            self._inputs,
            self.config,
            problem,
            weights,
            kind=labels.kind_of(alpha),
            method="mvo",
            current=current,
            multipliers=solution.multipliers,
            must_keep=not conflicts,
            backend="clarabel",
            as_of=as_of,
            utility=problem.utility(weights),
            conflicts=conflicts,
            cardinality_loss=loss,
            iterations=solution.iterations,
        )
