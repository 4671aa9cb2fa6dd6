"""Running a kernel to its end: in Rust or Python, with or without constraints."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from hft_py import backend as backends
from hft_py.errors import InternalError
from hft_py.mle.baseline.loop import Array
from hft_py.mle.constraints import Constraints
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
        """Repeat until a reason to stop holds."""

    def history(self) -> dict[str, Array]:
        """What was recorded after every generation."""

    def take_history(self) -> dict[str, Array]:
        """The same from a run that is over: nothing is copied where that can be."""


class Run:
    """What is kept of a kernel after its run."""

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


@dataclass(frozen=True)
class Runner:
    """An objective, its constraints, and the kernels to run on them."""

    objective: Objective
    constraints: Constraints
    threads: int
    backend: str | None

    def run_kernel(self, make: Callable[[Any], Kernel], reporter: Reporter | None) -> Run:
        """Run a kernel to its end; in Python again where the compiled one fails internally.

        ``make`` makes the kernel from a kernel set.
        """
        try:
            return self._run(backends.kernels("mle", self.backend), make, reporter)
        except InternalError as error:
            if backends.requested_backend(self.backend) != "auto":
                raise
            _log.error("mle failed in Rust, using Python: %s", error)
            return self._run(backends.kernels("mle", "python"), make, reporter)

    def _run(self, kernels: Any, make: Callable[[Any], Kernel], reporter: Reporter | None) -> Run:
        kernel = make(kernels)
        objective: Any = self.objective.native if kernels.name == "rust" else self.objective
        if self.constraints:
            evaluate = objective.evaluate if kernels.name == "rust" else objective.batch
            values = functools.partial(evaluate, threads=self.threads)
            reason, calls = constrained(kernel, values, self.constraints, reporter)
            return Run(kernel, reason, calls, kernels.name)
        kernel.run(objective, self.threads, reporter)
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
    calls = reported = 0
    while kernel.stop_reason is None:
        points = kernel.ask()
        violations = constraints.violations(points)
        values = np.full(len(points), np.inf)
        feasible = violations == 0.0
        if feasible.any():
            values[feasible] = objective(np.ascontiguousarray(points[feasible]))
        calls += int(np.count_nonzero(feasible))
        kernel.tell(points, values, violations)
        if reporter is not None and reporter.due(reported, kernel.evaluations):
            reported = kernel.evaluations
            if not reporter(kernel.evaluations, kernel.best[1]):
                return str(kernel.stop_reason or "stopped_by_callback"), calls
    return kernel.stop_reason, calls
