"""Between the public functions and the kernels: which kernels run, and how they get values."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from hft_py import backend as backends
from hft_py.errors import InternalError
from hft_py.mle.constraints import Constraints
from hft_py.mle.kernels.loop import Array
from hft_py.objectives import Objective
from hft_py.progress import Reporter

_log = logging.getLogger("hft_py")


class Kernel(Protocol):
    """What both kernel sets offer of a method."""

    stop_reason: str | None
    iterations: int
    evaluations: int
    n_invalid: int
    dimension: int

    @property
    def best(self) -> tuple[Array, float, float]:
        """The best point so far, its value and its violation."""

    def ask(self) -> Array:
        """The points of the next generation."""

    def tell(self, points: Array, values: Array, violations: Array | None = None) -> None:
        """Their values."""

    def run(self, objective: Any, threads: int = 1, reporter: Reporter | None = None) -> None:
        """Go round until a reason to stop holds."""

    def history(self) -> dict[str, Array]:
        """What was recorded after every generation."""

    def take_history(self) -> dict[str, Array]:
        """The same from a run that is over: nothing is copied where that can be."""


class Run:
    """A kernel after its run, and what the loop outside it has to say."""

    def __init__(
        self, kernel: Kernel, reason: str, calls: int, backend: str, over: bool = True
    ) -> None:
        self.point, self.value, self.violation = kernel.best
        self.iterations = kernel.iterations
        self.evaluations = calls
        self.n_invalid = kernel.n_invalid
        self.history = kernel.take_history() if over else kernel.history()
        self.reason = reason
        self.backend = backend


def carry_out(
    make: Callable[[Any], Kernel],
    objective: Objective,
    constraints: Constraints,
    threads: int,
    reporter: Reporter | None,
    backend: str | None,
) -> Run:
    """Run a kernel to its end; in Python again where the compiled one fails of itself.

    ``make`` makes the kernel from a kernel set.
    """
    kernels = backends.kernels("mle", backend)
    try:
        return _with(kernels, make, objective, constraints, threads, reporter)
    except InternalError as error:
        if backends.wish(backend) != "auto":
            raise
        _log.error("mle failed in Rust, Python answers: %s", error)
        spare = backends.kernels("mle", "python")
        return _with(spare, make, objective, constraints, threads, reporter)


def _with(
    kernels: Any,
    make: Callable[[Any], Kernel],
    objective: Objective,
    constraints: Constraints,
    threads: int,
    reporter: Reporter | None,
) -> Run:
    kernel = make(kernels)
    if constraints:

        def values(points: Array) -> Array:
            if kernels.name == "rust":
                return np.asarray(objective.native.evaluate(points, threads))
            return objective.batch(points)

        reason, calls = constrained(kernel, values, constraints, reporter)
        return Run(kernel, reason, calls, kernels.name)
    native = objective.native if kernels.name == "rust" else objective
    kernel.run(native, threads, reporter)
    return Run(kernel, str(kernel.stop_reason), kernel.evaluations, kernels.name)


def constrained(
    kernel: Kernel,
    objective: Callable[[Array], Array],
    constraints: Constraints,
    reporter: Reporter | None,
) -> tuple[str, int]:
    """The loop with constraints: the objective is called at feasible points only.

    Returns the reason to stop and how often the objective was called.
    """
    calls = told = 0
    while kernel.stop_reason is None:
        points = kernel.ask()
        violations = constraints.violations(points)
        values = np.full(len(points), np.inf)
        feasible = violations == 0.0
        if feasible.any():
            values[feasible] = objective(np.ascontiguousarray(points[feasible]))
        calls += int(np.count_nonzero(feasible))
        kernel.tell(points, values, violations)
        if reporter is not None and reporter.due(told, kernel.evaluations):
            told = kernel.evaluations
            if not reporter(kernel.evaluations, kernel.best[1]):
                return str(kernel.stop_reason or "stopped_by_callback"), calls
    return kernel.stop_reason, calls
