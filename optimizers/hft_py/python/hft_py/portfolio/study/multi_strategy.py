"""Five strategies on twenty stocks: NSGA-II in Rust, in NumPy, and pymoo's."""

from __future__ import annotations

import functools
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.portfolio import optimize_multi_strategy
from hft_py.portfolio.strategies import STRATEGIES
from hft_py.portfolio.study.allocators import stocks
from hft_py.portfolio.study.group import Group
from qpp.study import Claim, Implementation, Workload

Floats = npt.NDArray[np.float64]
QUICK = "5 strategies x 20 stocks, 250 days, 2,100 evaluations"
SHORT = "5 strategies x 20 stocks, 1,250 days, 10,100 evaluations"
LONG = "5 strategies x 20 stocks, 8,312 days, 2,100 evaluations"
ALL = (QUICK, SHORT, LONG)
ANY_SEARCH = "hypervolume_of_any_search"
OBJECTIVES = ["return", "risk", "drawdown"]
SIZE = 100
CHOICES: list[tuple[str, dict[str, int]]] = [
    ("buy_and_hold", {}),
    ("momentum", {"window": 60}),
    ("momentum", {"window": 250}),
    ("mean_reversion", {"window": 5}),
    ("moving_average", {"fast": 20, "slow": 100}),
]


def problem(days: int, generations: int) -> dict[str, Any]:
    """What each strategy earned in each stock over the last days, ``(T, 100)``."""
    returns = stocks("")["returns"].to_numpy()
    prices = np.concatenate([np.ones((1, 20)), np.cumprod(1 + returns, axis=0)])
    earned = [STRATEGIES[name](prices, **options)[:-1] * returns for name, options in CHOICES]
    columns = np.ascontiguousarray(np.concatenate(earned, axis=1)[-days:])
    return {"task": "strategies", "columns": columns, "generations": generations}


def ours(columns: Floats, generations: int, backend: str, task: str = "") -> Any:
    """The public function."""
    return optimize_multi_strategy(
        columns,
        len(CHOICES),
        20,
        OBJECTIVES,
        population_size=SIZE,
        generations=generations,
        seed=1,
        backend=backend,
    )


def signed(found: Any) -> Floats:
    """A front's objectives, all to be minimised."""
    values: Floats = found.pareto_values * np.array([-1.0, 1.0, 1.0])
    return values


def outputs(found: Any) -> dict[str, Any]:
    """The volume that a front dominates: in units of a return, a risk and a fall of one."""
    values = found if isinstance(found, np.ndarray) else signed(found)
    volume = hypervolume(values, np.array([0.0, 0.5, 1.0]))
    if isinstance(found, np.ndarray):
        return {ANY_SEARCH: volume}
    return {"hypervolume": volume, ANY_SEARCH: volume, "best": np.sort(values, axis=0)[0]}


def hypervolume(values: Floats, reference: Floats) -> float:
    """The volume between points of three objectives and a reference, exactly.

    Slices along the last objective: each is the area that the points so far dominate.
    """
    points = values[(values < reference).all(axis=1)]
    points = points[np.argsort(points[:, 2])]
    volume = 0.0
    for count in range(1, len(points) + 1):
        end = points[count, 2] if count < len(points) else reference[2]
        staircase = points[:count][np.argsort(points[:count, 0])]
        lowest = np.minimum.accumulate(staircase[:, 1])
        widths = np.diff(np.append(staircase[:, 0], reference[0]))
        volume += float(widths @ (reference[1] - lowest)) * float(end - points[count - 1, 2])
    return volume


def front_of_pymoo(columns: Floats, size: int, generations: int, seed: int) -> Floats:
    """The front of pymoo's NSGA-II on the same problem, weights put on the simplex by its repair.

    Objectives are evaluated for all portfolios at once, the best way that it has.
    """
    moo: Any = import_module("pymoo.algorithms.moo.nsga2")
    problems: Any = import_module("pymoo.core.problem")
    repairs: Any = import_module("pymoo.core.repair")
    minimize: Any = import_module("pymoo.optimize").minimize
    n = columns.shape[1]

    class Portfolios(problems.Problem):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(n_var=n, n_obj=3, xl=0.0, xu=1.0)

        def _evaluate(self, x: Any, out: Any, *_: Any, **__: Any) -> None:
            earned = columns @ x.T
            value = np.cumprod(1 + earned, axis=0)
            peak = np.maximum(np.maximum.accumulate(value, axis=0), 1.0)
            risk = earned.std(axis=0, ddof=1) * 252**0.5
            falls = (1 - value / peak).max(axis=0)
            out["F"] = np.stack([-252 * earned.mean(axis=0), risk, falls], axis=1)

    class Simplex(repairs.Repair):  # type: ignore[misc]
        def _do(self, _: Any, x: Any, **__: Any) -> Any:
            low, high = x.min(axis=1) - 1, x.max(axis=1)
            for _round in range(60):
                middle = 0.5 * (low + high)
                over = np.clip(x - middle[:, None], 0, None).sum(axis=1) > 1
                low, high = np.where(over, middle, low), np.where(over, high, middle)
            return np.clip(x - (0.5 * (low + high))[:, None], 0, 1)

    found = minimize(
        Portfolios(),
        moo.NSGA2(pop_size=size, repair=Simplex()),
        ("n_gen", generations),
        seed=seed,
    )
    front: Floats = found.F
    return front


def _pymoo(columns: Floats, generations: int, task: str) -> Floats:
    return front_of_pymoo(columns, SIZE, generations + 1, 1)


_needs = ("pandas", "skfolio")

GROUP = Group(
    workloads=[
        Workload(QUICK, problem, quick=True, needs=_needs, days=250, generations=20),
        Workload(SHORT, problem, needs=_needs, days=1_250, generations=100),
        Workload(LONG, problem, needs=_needs, days=8_312, generations=20),
    ],
    baseline={
        "strategies": lambda columns, generations: outputs(ours(columns, generations, "python"))
    },
    optimised=[
        Implementation(
            "rust-nsga2",
            functools.partial(ours, backend="rust"),
            collect=outputs,
            only=ALL,
        )
    ],
    peers=[
        Implementation(
            "pymoo",
            _pymoo,
            collect=outputs,
            compare=(ANY_SEARCH,),
            needs="pymoo",
            only=ALL,
            note="equal evaluations, its volume is smaller",
        )
    ],
    claims=[
        Claim("rust-nsga2", over="baseline", at_least=24, on=SHORT),
        Claim("rust-nsga2", over="pymoo", at_least=10, on=SHORT),
        Claim("rust-nsga2", over="baseline", metric="resident_memory", at_least=6, on=LONG),
    ],
    analysis=(
        "Most of the time of several strategies goes to the paths of portfolios, which drawdowns "
        "need; lanes of a vector are portfolios, and each date is read once for sixteen of them. "
        "Over 33 years this is all there is: a product of matrices, where the baseline multiplies "
        "a matrix with one vector after the other. "
        "Blends of two parents and moves of parts of weights keep the total, so more children are "
        "better than their parents than with pymoo's operators for boxes."
    ),
)
