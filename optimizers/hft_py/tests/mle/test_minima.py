"""The optimisers reach known minima, in known budgets, constrained ones too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import LinearConstraint, NonlinearConstraint

from hft_py.mle import (
    Constraint,
    OptimizeResult,
    cma_es_optimize,
    differential_evolution_optimize,
)
from hft_py.mle.baseline import STRATEGIES

Points = npt.NDArray[np.float64]

# Three times the median number of evaluations that reach 1e-8 in six dimensions.
BUDGETS = {
    "sphere": 3_000,
    "rosenbrock": 30_000,  # it has a second minimum: room for restarts
    "ellipsoid": 6_000,
    "rotated_cigar": 8_000,
}


@pytest.mark.parametrize("name", BUDGETS)
@pytest.mark.parametrize("active", [True, False])
def test_cma_reaches_the_minimum(name: str, active: bool) -> None:
    start = np.linspace(-3.0, 4.0, 6)
    found = cma_es_optimize(
        name,
        [-5] * 6,
        [5] * 6,
        start,
        active=active,
        restarts="ipop",
        seed=7,
        target=1e-8,
        max_evaluations=BUDGETS[name],
    )
    assert found.stop_reason == "target_reached"
    assert found.success
    assert found.nfev <= BUDGETS[name]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_reaches_the_minimum(strategy: str) -> None:
    found = differential_evolution_optimize(
        "rosenbrock",
        [-3] * 3,
        [3] * 3,
        40,
        400,
        strategy=strategy,
        crossover=0.9,
        seed=5,
        target=1e-8,
        max_evaluations=16_000,
    )
    assert found.stop_reason == "target_reached"
    np.testing.assert_allclose(found.x, 1.0, atol=1e-3)


@pytest.mark.parametrize("name", ["rastrigin", "ackley", "griewank", "schwefel"])
def test_many_minima(name: str) -> None:
    width = 500.0 if name == "schwefel" else 30.0
    found = differential_evolution_optimize(
        name, [-width] * 5, [width] * 5, 60, 2_000, seed=3, target=1e-3
    )
    assert found.success


def test_separable_learns_scales_of_many_parameters() -> None:
    found = cma_es_optimize(
        "ellipsoid", [-5] * 60, [5] * 60, np.full(60, 3.0), separable=True, seed=1, target=1e-8
    )
    assert found.stop_reason == "target_reached"
    assert found.nfev < 30_000


@pytest.mark.parametrize("rule", ["ipop", "bipop"])
def test_restarts_find_what_one_run_does_not(rule: str) -> None:
    arguments: dict[str, Any] = {"seed": 2, "target": 1e-8, "max_evaluations": 200_000}
    box = [-5] * 6, [5] * 6, np.full(6, 3.3)
    alone = cma_es_optimize("rastrigin", *box, **arguments)
    assert alone.fun > 0.9
    found = cma_es_optimize("rastrigin", *box, restarts=rule, **arguments)
    assert found.stop_reason == "target_reached"
    assert len(found.attempts) > 1
    assert max(a.population_size for a in found.attempts) >= 2 * found.attempts[0].population_size
    assert found.nfev == sum(a.nfev for a in found.attempts) == found.history.evaluations[-1]
    assert (np.diff(found.history.best) <= 0).all()


def test_whole_numbers(kernel_set: str) -> None:
    def cost(points: Points) -> Points:
        assert (points[:, 1] == np.round(points[:, 1])).all()
        return np.asarray((points[:, 0] - 0.3) ** 2 + (points[:, 1] - 3.6) ** 2)

    found = differential_evolution_optimize(
        cost, [-2, 0.5], [2, 9.5], integrality=[0, 1], seed=1, vectorized=True, backend=kernel_set
    )
    assert found.x[1] == 4.0
    assert found.x[0] == pytest.approx(0.3, abs=1e-4)


# ------------------------------------------------------------------ Lampinen's constrained set


def l1(x: Points) -> Points:
    return np.asarray(5 * x[:, :4].sum(1) - 5 * (x[:, :4] ** 2).sum(1) - x[:, 4:].sum(1))


L1_ROWS = np.zeros((9, 13))
for _row, _entries in enumerate(
    [
        {0: 2, 1: 2, 9: 1, 10: 1},
        {0: 2, 2: 2, 9: 1, 11: 1},
        {1: 2, 2: 2, 10: 1, 11: 1},
        {0: -8, 9: 1},
        {1: -8, 10: 1},
        {2: -8, 11: 1},
        {3: -2, 4: -1, 9: 1},
        {5: -2, 6: -1, 10: 1},
        {7: -2, 8: -1, 11: 1},
    ]
):
    for _column, _entry in _entries.items():
        L1_ROWS[_row, _column] = _entry


def l3(x: Points) -> Points:
    a, b, c, d, e, f, g, h, i, j = x.T
    return np.asarray(
        a**2 + b**2 + a * b - 14 * a - 16 * b + (c - 10) ** 2 + 4 * (d - 5) ** 2 + (e - 3) ** 2
        + 2 * (f - 1) ** 2 + 5 * g**2 + 7 * (h - 11) ** 2 + 2 * (i - 10) ** 2 + (j - 7) ** 2 + 45
    )  # fmt: skip


def l3_constraints(x: Points) -> Points:
    a, b, c, d, e, f, g, h, i, j = x.T
    return np.stack(
        [
            4 * a + 5 * b - 3 * g + 9 * h - 105,
            10 * a - 8 * b - 17 * g + 2 * h,
            -8 * a + 2 * b + 5 * i - 2 * j - 12,
            -3 * a + 6 * b + 12 * (i - 8) ** 2 - 7 * j,
            3 * (a - 2) ** 2 + 4 * (b - 3) ** 2 + 2 * c**2 - 7 * d - 120,
            a**2 + 2 * (b - 2) ** 2 - 2 * a * b + 14 * e - 6 * f,
            5 * a**2 + 8 * b + (c - 6) ** 2 - 2 * d - 40,
            0.5 * (a - 8) ** 2 + 2 * (b - 4) ** 2 + 3 * e**2 - f - 30,
        ],
        axis=1,
    )


def l7(x: Points) -> Points:
    a, _, c, _, e = x.T
    return np.asarray(5.3578547 * c**2 + 0.8356891 * a * e + 37.293239 * a - 40792.141)


def l7_amounts(x: Points) -> Points:
    a, b, c, d, e = x.T
    return np.stack(
        [
            85.334407 + 0.0056858 * b * e + 0.0006262 * a * d - 0.0022053 * c * e,
            80.51249 + 0.0071317 * b * e + 0.0029955 * a * b + 0.0021813 * c**2,
            9.300961 + 0.0047026 * c * e + 0.0012547 * a * c + 0.0019085 * c * d,
        ],
        axis=1,
    )


def solve(
    function: Callable[[Points], Points], lower: Any, upper: Any, constraint: Any, budget: int
) -> OptimizeResult:
    return differential_evolution_optimize(
        function,
        lower,
        upper,
        strategy="lshade",
        population_size=100,
        max_iterations=10**6,
        max_evaluations=budget,
        constraints=constraint,
        vectorized=True,
        seed=11,
        tolerance=0,
        absolute_tolerance=0,
    )


def test_lampinen_1() -> None:
    box = np.zeros(13), np.array([1.0] * 9 + [100.0] * 3 + [1.0])
    limits = np.array([10.0] * 3 + [0.0] * 6)
    found = solve(l1, *box, LinearConstraint(L1_ROWS, -np.inf, limits), 40_000)
    assert found.fun == pytest.approx(-15.0, abs=1e-4)
    assert found.constr_violation == 0.0
    assert (L1_ROWS @ found.x <= limits + 1e-12).all()


def test_lampinen_3() -> None:
    rows = Constraint(l3_constraints, vectorized=True)
    found = solve(l3, [-10] * 10, [10] * 10, rows, 60_000)
    assert found.fun == pytest.approx(24.3062091, abs=1e-3)
    assert (l3_constraints(found.x[None]) <= 0).all()


def test_lampinen_7() -> None:
    rows = NonlinearConstraint(lambda x: l7_amounts(x[None])[0], [0, 90, 20], [92, 110, 25])
    found = solve(l7, [78, 33, 27, 27, 27], [102, 45, 45, 45, 45], rows, 12_000)
    assert found.fun == pytest.approx(-30665.537578, abs=2e-2)
    assert found.constr_violation == 0.0


def test_constraints_in_cma(kernel_set: str) -> None:
    found = cma_es_optimize(
        "sphere",
        [-5, -5],
        [5, 5],
        [3.0, 3.0],
        constraints=lambda x: 1.0 - x[0] - x[1],
        seed=2,
        max_evaluations=4_000,
        backend=kernel_set,
    )
    assert found.constr_violation == 0.0
    assert found.fun == pytest.approx(0.5, abs=1e-2)


def test_an_equality_needs_a_tolerance_and_holds_within_it() -> None:
    equal = Constraint(lambda x: x[0] + x[1], lower=1.0, upper=1.0, tolerance=1e-3)
    found = differential_evolution_optimize(
        "sphere", [-5, -5], [5, 5], constraints=equal, seed=1, max_iterations=300
    )
    assert abs(found.x.sum() - 1.0) <= 1e-3 + 1e-12
    assert found.fun == pytest.approx(0.5, abs=2e-3)


def test_no_feasible_point_is_no_success() -> None:
    calls = []

    def cost(x: Points) -> float:
        calls.append(x)
        return 0.0

    found = differential_evolution_optimize(
        cost, [0, 0], [1, 1], 10, 5, constraints=lambda x: 1.0, seed=1
    )
    assert not found.success
    assert (found.status, found.nfev, len(calls)) == (4, 0, 0)
    assert "feasible" in found.message
