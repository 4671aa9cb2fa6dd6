"""What the optimisers of other objectives share: inputs, limits and the report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import labels
from hft_py.labels import Kind
from hft_py.portfolio._assemble import assemble
from hft_py.portfolio._inputs import Inputs, read_inputs
from hft_py.portfolio._problem import Problem
from hft_py.portfolio._report import report, snapped
from hft_py.portfolio._sifting import Sifting
from hft_py.portfolio._solver import Multipliers
from hft_py.portfolio.config import MVOConfig, settings_of
from hft_py.portfolio.infeasible import explain
from hft_py.portfolio.result import PortfolioResult

Floats = npt.NDArray[np.float64]

FULLY_INVESTED = MVOConfig(
    long_only=True,
    max_weight=1.0,
    beta_min=None,
    beta_max=None,
    turnover_limit_annual=None,
    max_pct_adv=None,
    cost_aversion=0.0,
)
"""Long-only, no cash, nothing else: what textbooks assume."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """Inputs aligned, and the problem of their limits."""

    inputs: Inputs
    config: MVOConfig
    problem: Problem
    current: Floats | None
    kind: Kind

    def require_feasible(self) -> None:
        """Raise the error that names the conflict, if there is one."""
        still = replace(self.problem, alpha=np.zeros(self.problem.n), risk_aversion=1.0)
        if Sifting().solve(still) is None:
            raise explain(self.problem)

    def finish(
        self,
        weights: Floats,
        method: str,
        multipliers: Multipliers | None = None,
        **more: Any,
    ) -> PortfolioResult:
        """The result; the weights are checked against every limit."""
        return report(
            self.inputs,
            self.config,
            self.problem,
            snapped(self.problem, weights),
            kind=self.kind,
            method=method,
            current=self.current,
            multipliers=multipliers,
            backend="clarabel",
            **more,
        )


def prepared(
    risk_model: Any,
    config: MVOConfig | None,
    current_weights: Any,
    market: dict[str, Any],
    alpha: Any = None,
) -> Prepared:
    """Read what the user gives; labels are those of ``alpha``, else of the risk model."""
    settings = FULLY_INVESTED if config is None else settings_of(config)
    named = None if alpha is None else labels.by_label("alpha", alpha)
    inputs = read_inputs(risk_model, assets=None if named is None else tuple(named), **market)
    problem = assemble(inputs, settings)
    current = None
    if current_weights is not None:
        current = labels.vector("current_weights", current_weights, inputs.assets, default=0.0)
        problem = replace(problem, current=current, turnover=settings.turnover_limit)
    if alpha is not None:
        problem = replace(problem, alpha=labels.vector("alpha", alpha, inputs.assets))
    kind = labels.kind_of(risk_model if alpha is None else alpha)
    return Prepared(inputs, settings, problem, current, kind)
