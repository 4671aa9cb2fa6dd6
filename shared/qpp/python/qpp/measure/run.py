"""One study, from its declaration to its result."""

import functools
import math
import time
from collections.abc import Callable, Sequence

from qpp.criterion import CriterionError, estimates
from qpp.measure.bench import Bench
from qpp.measure.schedule import Settings
from qpp.registry import StudyEntry
from qpp.results import CriterionEstimate, ScalingCurve, StudyResult, WorkloadResult
from qpp.study import Scaling, Study, Workload
from qpp.verdict import declared

Tick = Callable[[str, str, float, float], None]


class Interrupted(KeyboardInterrupt):
    """Ctrl-C; ``result`` holds what was finished."""

    def __init__(self, result: StudyResult) -> None:
        super().__init__("interrupted")
        self.result = result


def measure_study(
    entry: StudyEntry,
    settings: Settings,
    tick: Tick = lambda *_: None,
    workloads: Sequence[Workload] | None = None,
) -> StudyResult:
    """Measure all workloads of the preset and judge the claims.

    ``tick(workload, what, seconds done, seconds in all)`` reports progress. A study
    that cannot be imported gives a result that carries the error.

    Raises
    ------
    Interrupted
        On Ctrl-C, with the workloads finished so far.
    """
    study = entry.study
    if study is None:
        return StudyResult(entry.name, entry.name, "", error=entry.error)
    try:
        criterion = estimates(study.criterion)  # report a damaged file before the run
    except CriterionError as error:
        return StudyResult(study.name, study.title, study.question, error=str(error))
    chosen = study.selected(full=settings.full) if workloads is None else workloads
    finished: list[WorkloadResult] = []
    try:
        with Bench(study, entry.address, settings) as bench:
            begun = time.monotonic()
            if settings.budget is not None:
                tick(chosen[0].name, "starting workers", 0.0, 0.0)
                bench.start(chosen)  # all at once, so that each workload has an equal share
            for done, workload in enumerate(chosen):
                share = None
                if settings.budget is not None:
                    spent = time.monotonic() - begun
                    share = (settings.budget - spent) / (len(chosen) - done)
                finished.append(bench.run(workload, functools.partial(tick, workload.name), share))
    except KeyboardInterrupt:
        raise Interrupted(_result(study, finished, criterion, settings, interrupted=True)) from None
    return _result(study, finished, criterion, settings)


def _result(
    study: Study,
    finished: list[WorkloadResult],
    criterion: tuple[CriterionEstimate, ...],
    settings: Settings,
    *,
    interrupted: bool = False,
) -> StudyResult:
    measured = [w.name for w in finished]
    curves = [
        ScalingCurve(c.title, c.label, _points(c, [study.workload(n) for n in c.on], measured))
        for c in study.scaling
    ]
    return StudyResult(
        name=study.name,
        **declared(study, finished, settings.preset),
        agreement=study.agreement.describe(),
        workloads=tuple(finished),
        scaling=tuple(c for c in curves if len(c.points) > 1),
        criterion=criterion,
        interrupted=interrupted,
    )


def _points(
    curve: Scaling, workloads: Sequence[Workload], measured: Sequence[str]
) -> dict[str, float]:
    points = {}
    for workload in workloads:
        if workload.name in measured:
            try:
                x = float(curve.x(workload.sizes))
            except KeyboardInterrupt:
                raise
            except BaseException:  # the study's code may raise anything: the measurements are kept
                continue
            if math.isfinite(x):
                points[workload.name] = x
    return points
