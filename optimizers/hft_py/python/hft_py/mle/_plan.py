"""From checked arguments to a result: what all methods share."""

from __future__ import annotations

import functools
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from hft_py import backend as backends
from hft_py.mle._aggregate import RestartSequence, aggregate
from hft_py.mle._polish import polished
from hft_py.mle._runner import Kernel, Runner
from hft_py.mle._validation import Problem
from hft_py.mle.baseline.loop import Array
from hft_py.mle.result import OptimizeResult
from hft_py.mle.retries import run_retries
from hft_py.objectives import resolve
from hft_py.objectives.invalid_values import warn_invalid
from hft_py.progress import Reporter, check_progress, reporting

_log = logging.getLogger("hft_py")


@dataclass(frozen=True)
class Plan(ABC):
    """A search, checked: it makes kernels and runs them.

    ``settings`` are the keyword arguments that only this method's kernel takes; ``integral`` says
    which coordinates are whole numbers, None for none.
    """

    method: ClassVar[str]

    problem: Problem
    population_size: int
    max_iterations: int | None
    integral: Any
    settings: dict[str, Any]

    @property
    @abstractmethod
    def run_evaluations(self) -> int:
        """The most evaluations of one run."""

    @property
    def total_evaluations(self) -> int:
        """What progress is measured by, for one retry."""
        return self.run_evaluations

    @abstractmethod
    def kernel(self, kernels: Any, stream: int = 0) -> Kernel:
        """The method in a kernel set; ``stream`` numbers retry and restart."""

    @abstractmethod
    def attempt(
        self, runner: Runner, number: int, known: list[Array], reporter: Reporter | None
    ) -> RestartSequence:
        """Retry ``number``, which may start from points found before."""

    def _shared(self) -> dict[str, Any]:
        """The keyword arguments that every kernel takes."""
        p = self.problem
        shared = {"lower": p.lower, "upper": p.upper, "seed": p.seed, "target": p.target}
        return shared | self.settings


def optimize(make_plan: Callable[..., Plan], arguments: dict[str, Any]) -> OptimizeResult:
    """All retries of a plan, aggregated and polished.

    ``arguments`` are those of the public function, by name. ``make_plan`` checks and takes all but
    the objective, its options, ``progress`` and ``backend``.
    """
    objective_fn, vectorized, executor, data, progress, backend = (
        arguments.pop(name)
        for name in ("objective_fn", "vectorized", "executor", "data", "progress", "backend")
    )
    plan = make_plan(**arguments)
    p = plan.problem
    d = len(p.box.free)
    check_progress(progress)
    objective = resolve(objective_fn, d, vectorized, executor, data, name="objective_fn")
    if p.maximize:
        objective = objective.negative()
    objective = p.box.objective(objective, p.threads)
    # Threads share the points of a generation, or run one retry each: never both.
    alone = p.retries == 1
    runner = Runner(objective, p.constraints, p.threads if alone else 1, backend)
    reason = None
    total = plan.total_evaluations * p.retries
    with reporting(progress, total, plan.method, negated=p.maximize) as reporter:
        if alone:
            sequences = [plan.attempt(runner, 0, [], reporter)]
        else:
            attempt = functools.partial(plan.attempt, runner)
            threads = p.threads if objective.parallel else 1
            sequences, reason = run_retries(
                attempt, p.retries, threads, plan.run_evaluations, reporter
            )
    result = aggregate(sequences, p.seed, reason)
    if p.polish is not None:
        result = polished(result, p, objective, plan.integral)
    warn_invalid(result.n_invalid, result.nfev)
    words = backends.words(result.backend, backend)
    _log.info("%s ended after %d evaluations (%s)", plan.method, result.nfev, words)
    result = result.moved(p.box.full)
    return result.negated() if p.maximize else result
