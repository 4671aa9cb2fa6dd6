"""When expectation maximisation has converged: judged by what is left to gain.

Near a maximum each step gains a constant share ``c`` of what the step before gained, so a step that
gained ``g`` leaves ``g c / (1 - c)`` to the limit: Aitken's estimate. It is too small while the
share still rises, and on a plateau that the steps are about to leave; therefore it must hold for
several steps in a row. A plateau that lasts longer is taken for the limit.

Source: Boehning, Dietz, Schaub, Schlattmann and Lindsay, Ann. Inst. Statist. Math. 46 (1994).
"""

from __future__ import annotations

import itertools

import numpy as np

# Steps in a row of which the rule must hold.
STEPS = 5
# The most that may be left, in tolerances.
REMAINING = 2.0
# A gain that cannot matter, in tolerances: a million of them are one.
NEGLIGIBLE = 1e-6


def has_converged(history: list[tuple[float, float]], tolerance: float) -> bool:
    """Whether the last step was close to the limit; never for ``tolerance=0``.

    ``history`` holds the log-likelihood and the objective before each step and after the last.
    """
    if tolerance <= 0 or len(history) < 2:
        return False
    last = [objective for _, objective in history[-STEPS - 2 :]]
    gains = [after - before for before, after in itertools.pairwise(last)]
    rounding = 8 * float(np.finfo(float).eps) * abs(last[-1])
    if gains[-1] <= max(NEGLIGIBLE * tolerance, rounding):
        return True
    if len(gains) <= STEPS:
        return False
    pairs = itertools.pairwise(gains)
    return all(
        after < tolerance and remaining(before, after) < REMAINING * tolerance
        for before, after in pairs
    )


def remaining(before: float, after: float) -> float:
    """Aitken's estimate of what is left to gain, from the last two gains."""
    return after * after / (before - after) if after < before else float("inf")
