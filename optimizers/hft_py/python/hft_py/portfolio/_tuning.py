"""A strategy's returns in each asset, and the parameters that earned most for their risk."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.mle import ParameterSpace, differential_evolution_optimize
from hft_py.portfolio.deflated_sharpe import deflated_sharpe_ratio
from hft_py.risk import metrics
from hft_py.spaces import Spaces

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Run:
    """A strategy and what its trades cost."""

    name: Hashable
    call: Callable[..., Any]
    trading_cost: float

    def positions(self, prices: Floats, params: Mapping[str, Any]) -> Floats:
        """Positions ``(T, A)``, finite."""
        given = prices.view()
        given.flags.writeable = False  # a strategy must not change what the others are given
        found = np.asarray(self.call(given, **params), dtype=np.float64)
        if found.shape != prices.shape or not np.isfinite(found).all():
            raise ValueError(
                f"the strategy {self.name!r} returned positions of shape {found.shape}, expected "
                f"finite ones of shape {prices.shape}"
            )
        return found

    def earned(self, prices: Floats, params: Mapping[str, Any], known: int | None = None) -> Floats:
        """What it earns in each asset from the second date on, after costs.

        With ``known``, an error where its first positions differ from those of as many prices; of
        three quarters of them where ``known`` is all.
        """
        positions = self.positions(prices, params)
        if known is not None:
            known = known if known < len(prices) else len(prices) - len(prices) // 4
            before = self.positions(prices[:known], params)
            if not np.allclose(before, positions[:known], rtol=1e-9, atol=1e-12):
                raise ValueError(
                    f"the strategy {self.name!r} looks ahead: its positions up to row {known - 1} "
                    "change with later prices"
                )
        changed = np.abs(np.diff(positions[:-1], axis=0, prepend=0.0))
        gained: Floats = positions[:-1] * (prices[1:] / prices[:-1] - 1.0)
        return gained - self.trading_cost * changed


def parameter_spaces(
    strategies: Iterable[Hashable], given: Mapping[Hashable, Any]
) -> dict[Hashable, tuple[Spaces | None, dict[str, Any]]]:
    """For each strategy the spaces to search and the fixed values."""
    names = list(strategies)
    for name in given:
        if name not in names:
            raise ValueError(f"strategy_params names {name!r}, which is no strategy")
    found: dict[Hashable, tuple[Spaces | None, dict[str, Any]]] = {}
    for name in names:
        searched, fixed = [], {}
        for parameter, space in dict(given.get(name, {})).items():
            if isinstance(space, ParameterSpace):
                searched.append(space)
            elif isinstance(space, tuple):
                whole = all(isinstance(end, int) for end in space)
                searched.append(ParameterSpace(parameter, space, integer=whole))
            else:
                fixed[parameter] = space
        if any(space.log for space in searched):
            raise ValueError(f"strategy_params of {name!r} has a log space, expected linear ones")
        found[name] = (Spaces(searched) if searched else None, fixed)
    return found


def tune(
    run: Run, prices: Floats, spaces: Spaces | None, fixed: dict[str, Any], budget: int, seed: int
) -> dict[str, Any]:
    """The parameters of the greatest Sharpe ratio, and how much of it is selection."""
    trials: list[float] = []

    def objective(params: Mapping[str, Any]) -> float:
        earned = run.earned(prices, {**fixed, **params}).mean(axis=1)
        value = metrics.sharpe(earned, periods_per_year=1.0)
        trials.append(value if np.isfinite(value) else -10.0)  # without a trade: the worst
        return trials[-1]

    params = dict(fixed)
    if spaces is None:
        objective({})
    else:
        size = max(4, min(20, budget // 4))
        found = differential_evolution_optimize(
            lambda x: objective(spaces.named(x)),
            spaces.lower,
            spaces.upper,
            size,
            budget // size - 1,
            integrality=spaces.integrality,
            maximize=True,
            seed=seed,
            tolerance=0.0,
            absolute_tolerance=0.0,
        )
        params |= spaces.named(found.x)
    returns = run.earned(prices, params).mean(axis=1)
    tried = [value for value in trials if value > -10.0] or [0.0]
    return {
        "params": params,
        "sharpe": metrics.sharpe(returns, periods_per_year=1.0),
        "deflated_sharpe": deflated_sharpe_ratio(returns, len(trials), float(np.std(tried))),
        "n_trials": len(trials),
    }
