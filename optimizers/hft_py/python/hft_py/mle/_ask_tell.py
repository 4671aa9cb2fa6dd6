"""What the searches by ask and tell share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy.typing as npt

from hft_py import backend as backends
from hft_py import checks
from hft_py.mle._aggregate import RestartSequence, aggregate
from hft_py.mle._plan import Plan
from hft_py.mle._runner import Run
from hft_py.mle.baseline.loop import Array
from hft_py.mle.result import OptimizeResult


class AskTell:
    """A search whose loop is the caller's."""

    def __init__(self, make_plan: Callable[..., Plan], arguments: dict[str, Any]) -> None:
        """From the arguments of a subclass: its ``locals()``."""
        own = ("self", "__class__", "backend")
        kernels = backends.kernels("mle", arguments["backend"])
        self._plan = make_plan(**{k: v for k, v in arguments.items() if k not in own})
        self._backend = kernels.name
        self._kernel = self._plan.kernel(kernels)
        self._asked: Array | None = None

    @property
    def stop_reason(self) -> str | None:
        """None while the search goes on, then why it stopped."""
        return self._kernel.stop_reason

    def ask(self) -> Array:
        """The points of the next generation, shape ``(n, d)``; the same until :meth:`tell`."""
        if self._asked is None:
            self._asked = self._plan.problem.box.full(self._kernel.ask())
        return self._asked.copy()

    def tell(
        self, points: npt.ArrayLike, values: npt.ArrayLike, violations: npt.ArrayLike | None = None
    ) -> None:
        """The values at ``points``, which are those that were evaluated.

        They may differ from those asked for (rounded, repaired): the search learns from the point
        it is told. ``violations``, where there are constraints, are 0 at feasible points. NaN
        values count as the worst. Both have shape ``(n,)``, or ``(n, 1)`` where each is an array of
        one number.

        Raises
        ------
        ValueError
            Nothing was asked for, another number of points, values of another shape, or points
            outside the bounds.
        """
        if self._asked is None:
            raise ValueError("tell() before ask(): ask for the points of the next generation first")
        box = self._plan.problem.box
        evaluated = checks.finite_array("points", points, ndim=2)
        if evaluated.shape != self._asked.shape:
            raise ValueError(
                f"points has shape {evaluated.shape}, expected {self._asked.shape} as asked for"
            )
        checks.within("points", evaluated, box.lower, box.upper)
        found = _fitting("values", values, len(evaluated))
        amounts = None if violations is None else _fitting("violations", violations, len(evaluated))
        if amounts is not None and (amounts < 0.0).any():
            raise ValueError("violations has negative entries, expected 0 at feasible points")
        values = -found if self._plan.problem.maximize else found
        self._kernel.tell(box.reduced(evaluated), values, amounts)
        self._asked = None

    def result(self) -> OptimizeResult:
        """What was found so far; ``stop_reason`` is ``"stopped_by_callback"`` before the end.

        Raises
        ------
        ValueError
            Before the first :meth:`tell`.
        """
        if not self._kernel.evaluations:
            raise ValueError("result() before tell(): nothing is known yet")
        reason = self._kernel.stop_reason or "stopped_by_callback"
        run = Run(self._kernel, reason, self._kernel.evaluations, self._backend, over=False)
        sequence = RestartSequence([run], [self._plan.population_size], reason)
        found = aggregate([sequence], self._plan.problem.seed).moved(self._plan.problem.box.full)
        return found.negated() if self._plan.problem.maximize else found


def _fitting(name: str, numbers: Any, expected: int) -> Array:
    found = checks.array(name, numbers, ndim=(1, 2))
    if found.shape[1:] == (1,):
        found = found[:, 0]
    if found.ndim != 1:
        raise ValueError(f"{name} has shape {found.shape}, expected ({expected},)")
    if len(found) != expected:
        raise ValueError(f"{name} has length {len(found)}, expected {expected} as points has")
    return found
