"""CMA-ES with its arguments checked, and its restarts."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from hft_py import checks
from hft_py.mle._aggregate import RestartSequence
from hft_py.mle._plan import Plan
from hft_py.mle._runner import Kernel, Runner
from hft_py.mle._starts import drawn_point
from hft_py.mle._validation import MAX_ITERATIONS, UNLIMITED, check_problem
from hft_py.mle.baseline.loop import Array
from hft_py.mle.restarts import SCHEDULES, Schedule, Start
from hft_py.progress import Reporter

BOUNDARIES = ("fold", "reflect", "resample", "clip")
SEPARABLE_FROM = 500  # dimensions from which the diagonal alone is learnt by default
MIN_SIGMA, MAX_SIGMA = 1e-15, 10.0  # first steps, in widths of the box
STREAMS = 1 << 12  # random streams of one retry, one a restart


class OffsetReporter(Reporter):
    """Adds the runs before: evaluations never fall, the best never rises."""

    def __init__(self, outer: Reporter, before: RestartSequence) -> None:
        super().__init__(lambda _: None, outer.total)
        self.every = outer.every
        self._outer = outer
        self._evaluations = before.evaluations
        self._best = min((run.value for run in before.runs), default=math.inf)

    def __call__(self, done: int, best: float) -> bool:
        return self._outer(self._evaluations + done, min(best, self._best))


@dataclass(frozen=True)
class CMAPlan(Plan):
    """A search by CMA-ES, with restarts where ``restarts`` names a schedule."""

    method = "CMA-ES"

    mean: Array
    sigma: float
    offset: Array
    scale: Array
    restarts: str | None
    max_restarts: int

    @property
    def run_evaluations(self) -> int:
        """The most evaluations of the first run."""
        generations = self.iterations(self.population_size)
        return min(self.problem.max_evaluations, self.population_size * generations)

    @property
    def total_evaluations(self) -> int:
        """With restarts the budget, where there is one: how many there will be is not known."""
        budget = self.problem.max_evaluations
        limited = self.restarts is not None and budget < UNLIMITED
        return budget if limited else self.run_evaluations

    def iterations(self, size: int) -> int:
        """The most generations of one run of a population size."""
        if self.max_iterations is not None:
            return self.max_iterations
        return int(100 + 150 * (len(self.mean) + 3) ** 2 / math.sqrt(size))

    def kernel(
        self,
        kernels: Any,
        stream: int = 0,
        mean: Array | None = None,
        start: Start | None = None,
        max_evaluations: int | None = None,
    ) -> Kernel:
        """The method in a kernel set; ``stream`` numbers retry and restart."""
        start = start or Start(self.population_size)
        budget = self.problem.max_evaluations if max_evaluations is None else max_evaluations
        made: Kernel = kernels.CMAES(
            mean=self.mean if mean is None else mean,
            sigma=self.sigma * start.step,
            offset=self.offset,
            scale=self.scale,
            population_size=start.population_size,
            stream=stream,
            max_iterations=self.iterations(start.population_size),
            max_evaluations=budget,
            **self._shared(),
        )
        return made

    def attempt(
        self, runner: Runner, number: int, known: list[Array], reporter: Reporter | None
    ) -> RestartSequence:
        """The first run of retry ``number`` and its restarts."""
        p = self.problem
        base = number * STREAMS
        done = RestartSequence()
        schedule = Schedule(self.restarts or "ipop", self.population_size, p.seed, base)
        start = schedule.first()
        for restart in range(STREAMS):
            if schedule.doublings > (self.max_restarts if self.restarts else 0):
                break
            left = p.max_evaluations - done.evaluations
            if left < start.population_size:
                done.reason = "max_evaluations"
                return done
            mean = self.mean
            if restart == 0 and known:
                mean = known[(number // 2) % len(known)]
                start = Start(start.population_size, 0.3)
            elif restart or number:
                spread = self.sigma * self.scale
                mean = drawn_point(p.lower, p.upper, self.mean, spread, p.seed, base + restart)
            make = functools.partial(
                self.kernel,
                stream=base + restart,
                mean=mean,
                start=start,
                max_evaluations=min(left, start.max_evaluations or left),
            )
            run = runner.run_kernel(make, reporter and OffsetReporter(reporter, done))
            done.runs.append(run)
            done.sizes.append(start.population_size)
            done.reason = run.reason
            if run.reason in ("target_reached", "stopped_by_callback"):
                return done
            schedule.spent(run.evaluations, restart)
            start = schedule.next()
        if self.restarts:
            done.reason = "max_restarts"
        return done


def cma_plan(
    bounds_lower: Any,
    bounds_upper: Any,
    *,
    initial_params: Any,
    sigma: Any,
    max_iterations: Any,
    population_size: Any,
    active: Any,
    separable: Any,
    boundary: Any,
    tolerance: Any,
    parameter_tolerance: Any,
    restarts: Any = None,
    max_restarts: Any = 0,
    **common: Any,
) -> CMAPlan:
    """The plan of checked arguments; ``common`` are those of :func:`check_problem`."""
    problem = check_problem(bounds_lower, bounds_upper, infinite=True, **common)
    lower, upper = problem.lower, problem.upper
    d = len(lower)
    finite = np.isfinite(lower) & np.isfinite(upper)
    box = problem.box
    if initial_params is None:
        if not finite.all():
            index = int(np.argmin(np.isfinite(box.lower) & np.isfinite(box.upper)))
            raise ValueError(
                f"initial_params is needed: parameter {index} is bounded by "
                f"[{box.lower[index]}, {box.upper[index]}]"
            )
        mean = 0.5 * lower + 0.5 * upper
    else:
        mean = box.reduced(checks.inside("initial_params", initial_params, box.lower, box.upper))
    if max_iterations is not None:
        max_iterations = checks.whole_number(
            "max_iterations", max_iterations, least=1, most=MAX_ITERATIONS
        )
    # As a share of the box; elsewhere in units of which nothing is known.
    least, most = (MIN_SIGMA, MAX_SIGMA) if finite.all() else (1e-100, 1e100)
    settings = {
        "active": checks.flag("active", active),
        "separable": d >= SEPARABLE_FROM
        if separable is None
        else checks.flag("separable", separable),
        "boundary": checks.choice("boundary", boundary, BOUNDARIES),
        "tolerance": checks.real_number("tolerance", tolerance, least=0.0),
        "parameter_tolerance": checks.real_number(
            "parameter_tolerance", parameter_tolerance, least=0.0
        ),
    }
    with np.errstate(invalid="ignore"):
        scale = np.where(finite, upper - lower, 1.0)
    return CMAPlan(
        problem=problem,
        population_size=problem.population_size(population_size, 4 + int(3 * math.log(d)), 2),
        max_iterations=max_iterations,
        integral=None,
        settings=settings,
        mean=mean,
        sigma=checks.real_number("sigma", sigma, least=least, most=most),
        offset=np.where(finite, lower, 0.0),
        scale=scale,
        restarts=None if restarts is None else checks.choice("restarts", restarts, SCHEDULES),
        max_restarts=checks.whole_number("max_restarts", max_restarts, least=0, most=20),
    )
