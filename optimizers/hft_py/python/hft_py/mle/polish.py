"""A local search from the best point: SciPy's, kept only where it is better.

L-BFGS-B with differences for the gradient, the right one for a smooth objective (quadratic
convergence where an evolution gains a constant factor a generation); Nelder and Mead's simplex for
one that is not smooth. Constraints go by SLSQP and are checked with the same rule as before.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from scipy.optimize import Bounds, NonlinearConstraint, minimize

from hft_py import checks
from hft_py.mle.constraints import Constraints
from hft_py.mle.kernels.loop import Array
from hft_py.mle.results import OptimizeResult
from hft_py.objectives import Objective

POLISHERS = ("L-BFGS-B", "Nelder-Mead")


def method_of(polish: Any) -> str | None:
    """The local search asked for: True means L-BFGS-B."""
    if polish is False or polish is None:
        return None
    if polish is True:
        return POLISHERS[0]
    return checks.choice("polish", polish, POLISHERS)


def polished(
    result: OptimizeResult,
    method: str,
    objective: Objective,
    lower: Array,
    upper: Array,
    constraints: Constraints,
    integral: Any = None,
) -> OptimizeResult:
    """``result`` with a better point near by, if there is one; evaluations counted.

    Whole-number coordinates stay where they are.
    """
    if not np.isfinite(result.fun):
        return result
    free = np.ones(len(lower), dtype=bool) if integral is None else ~np.asarray(integral)
    if not free.any():
        return result
    calls = 0

    def whole(y: Array) -> Array:
        point = result.x.copy()
        point[free] = np.clip(y, lower[free], upper[free])
        return point

    def value(y: Array) -> float:
        nonlocal calls
        calls += 1
        found = float(objective.batch(whole(y)[None, :])[0])
        return found if not math.isnan(found) else math.inf

    arguments: dict[str, Any] = {"method": method, "bounds": Bounds(lower[free], upper[free])}
    if constraints:
        arguments["method"] = "SLSQP"
        arguments["constraints"] = NonlinearConstraint(
            lambda y: constraints.violations(whole(y)[None, :])[0], -np.inf, 0.0
        )
    if method == "Nelder-Mead" and not constraints:
        arguments["options"] = {"xatol": 1e-10, "fatol": 1e-12, "maxfev": 400 * len(lower)}
    with np.errstate(all="ignore"):
        found = minimize(value, result.x[free], **arguments)
    point = whole(np.asarray(found.x))
    best = value(found.x)
    violation = float(constraints.violations(point[None, :])[0]) if constraints else 0.0
    better = best < result.fun and violation <= result.constr_violation
    changes: dict[str, Any] = {"nfev": result.nfev + calls}
    if better:
        changes |= {"x": point, "fun": best, "constr_violation": violation}
    return dataclasses.replace(result, **changes)
