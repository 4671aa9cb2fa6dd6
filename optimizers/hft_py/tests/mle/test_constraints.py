"""Constraints as callbacks: what they return, what they may do, and polishing within them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import LinearConstraint, NonlinearConstraint
from scipy.sparse import csr_array

from hft_py.mle import Constraint, cma_es_optimize, differential_evolution_optimize

Points = npt.NDArray[np.float64]
LOW, HIGH = [-5.0, -5.0], [5.0, 5.0]


def cost(x: Points) -> float:
    return float((x * x).sum())


def evolve(constraints: Any, **options: Any) -> Any:
    options = {"seed": 1, "population_size": 12, "max_iterations": 30} | options
    return differential_evolution_optimize(cost, LOW, HIGH, constraints=constraints, **options)


def test_a_constraint_may_write_to_its_argument(kernel_set: str) -> None:
    def overwrite(points: Points) -> Points:
        found = -points[..., 0]
        points[...] = 100.0
        return np.asarray(found)

    plain = evolve(lambda x: -x[0], backend=kernel_set)
    for vectorized in (False, True):
        found = evolve(Constraint(overwrite, vectorized=vectorized), backend=kernel_set)
        np.testing.assert_array_equal(found.x, plain.x)
        assert found.fun == cost(found.x)


def test_an_infinity_on_the_good_side_is_feasible() -> None:
    for constraint in (
        Constraint(lambda x: math.inf, lower=0.0, upper=math.inf),
        NonlinearConstraint(lambda x: math.inf, 0.0, math.inf),
        Constraint(lambda x: -math.inf),
    ):
        assert evolve(constraint).constr_violation == 0.0
    assert evolve(Constraint(lambda x: math.inf)).status == 4
    assert evolve(Constraint(lambda x: math.nan)).status == 4


@pytest.mark.parametrize(
    ("returned", "error", "message"),
    [
        (True, TypeError, "a constraint returned True, expected real numbers"),
        (np.bool_(False), TypeError, "expected real numbers"),
        ("-1", TypeError, "a constraint returned '-1'"),
        (1j, TypeError, "a constraint returned 1j"),
        (None, TypeError, "a constraint returned None"),
        ([], TypeError, r"a constraint returned \[\]"),
        ([[1.0], [1.0, 2.0]], TypeError, "expected real numbers"),
    ],
)
def test_what_is_no_number_is_refused(
    returned: Any, error: type[Exception], message: str, kernel_set: str
) -> None:
    with pytest.raises(error, match=message):
        evolve(lambda x: returned, backend=kernel_set)


def test_lengths_are_checked() -> None:
    counts = iter(range(1, 100))
    with pytest.raises(ValueError, match="1 numbers at one point and 2 at another"):
        evolve(lambda x: np.zeros(next(counts)))
    with pytest.raises(ValueError, match=r"upper has shape \(3,\), and fun returned 1 numbers"):
        evolve(Constraint(lambda x: x[0], upper=[1.0, 2.0, 3.0]))
    with pytest.raises(ValueError, match=r"array of shape \(3,\) for 12 points"):
        evolve(Constraint(lambda x: np.zeros(3), vectorized=True))


def test_scipys_linear_constraint_dense_and_sparse() -> None:
    matrix = np.array([[1.0, 1.0]])
    dense, sparse = (evolve(LinearConstraint(a, 1.0, np.inf)) for a in (matrix, csr_array(matrix)))
    np.testing.assert_array_equal(dense.x, sparse.x)
    assert dense.x.sum() >= 1.0
    assert dense.fun == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("optimise", [differential_evolution_optimize, cma_es_optimize])
def test_the_objective_is_called_at_feasible_points_only(optimise: Any, kernel_set: str) -> None:
    seen: list[float] = []

    def spy(x: Points) -> float:
        seen.append(float(x.sum()))
        return cost(x)

    found = optimise(
        spy,
        LOW,
        HIGH,
        max_iterations=30,
        constraints=lambda x: 1.0 - x.sum(),
        polish=True,
        seed=1,
        backend=kernel_set,
    )
    assert min(seen) >= 1.0
    assert len(seen) == found.nfev
    assert found.constr_violation == 0.0
    assert found.fun == pytest.approx(0.5, abs=1e-3)
