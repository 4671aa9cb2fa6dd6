"""One study, from its declaration to its result."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qpp.criterion import CriterionError, estimates
from qpp.measure.bench import Bench
from qpp.measure.schedule import Settings
from qpp.registry import Found
from qpp.results import ScalingCurve, StudyResult, WorkloadResult
from qpp.study import Study, Workload
from qpp.verdict import judge_claims

Tick = Callable[[str, str, float, float], None]


class Interrupted(KeyboardInterrupt):
    """Ctrl-C; ``result`` holds what was finished."""

    def __init__(self, result: StudyResult) -> None:
        super().__init__("interrupted")
        self.result = result


def measure_study(
    found: Found,
    settings: Settings,
    tick: Tick | None = None,
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
    study = found.study
    if study is None:
        return StudyResult(found.name, found.name, "", error=found.error)
    try:
        estimates(study.criterion)  # a damaged file is news before the run, not after it
    except CriterionError as error:
        return StudyResult(study.name, study.title, study.question, error=str(error))
    chosen = study.selected(full=settings.full) if workloads is None else workloads
    finished: list[WorkloadResult] = []
    try:
        with Bench(study, found.address, settings) as bench:
            for workload in chosen:
                name = workload.name

                def report(what: str, done: float, total: float, name: str = name) -> None:
                    if tick is not None:
                        tick(name, what, done, total)

                finished.append(bench.run(workload, report))
    except KeyboardInterrupt:
        raise Interrupted(_result(study, finished, interrupted=True)) from None
    return _result(study, finished)


def _result(
    study: Study, finished: list[WorkloadResult], *, interrupted: bool = False
) -> StudyResult:
    measured = [w.name for w in finished]
    curves = []
    for curve in study.scaling:
        points = {n: float(curve.x(study.workload(n).sizes)) for n in curve.on if n in measured}
        curves.append(ScalingCurve(curve.title, curve.label, points))
    return StudyResult(
        name=study.name,
        title=study.title or study.name.replace("_", " "),
        question=study.question,
        analysis=study.analysis,
        agreement=study.agreement.describe(),
        workloads=tuple(finished),
        claims=judge_claims(study, finished),
        scaling=tuple(c for c in curves if len(c.points) > 1),
        criterion=estimates(study.criterion),
        interrupted=interrupted,
    )
