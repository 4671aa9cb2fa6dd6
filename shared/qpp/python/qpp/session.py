"""One run over several studies: progress, provenance, partial results after an interrupt."""

import datetime
import functools
import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from qpp import machine
from qpp.measure import CHECK, FULL, FULL_CHECK, QUICK, Interrupted, Settings, measure_study
from qpp.progress import RunProgress
from qpp.registry import StudyEntry, describe_error
from qpp.results import Run, StudyResult

PRESETS: dict[str, Settings] = {one.preset: one for one in (QUICK, FULL, CHECK, FULL_CHECK)}


def reproduce(
    chosen: Sequence[StudyEntry], *, preset: str = "quick", budget: float | None = None
) -> Run:
    """Measure the chosen studies one after the other.

    ``budget`` is the seconds of one study in the quick preset. After Ctrl-C the result
    holds the finished workloads and is marked as interrupted.
    """
    settings = PRESETS[preset]
    if budget is not None:
        settings = replace(settings, budget=budget)
    started = time.monotonic()
    created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    provenance = machine.provenance()
    others = machine.Others()
    provenance["other_processes"] = others.first()
    busy = machine.busy(provenance)
    finished: list[StudyResult] = []
    interrupted = False
    counts = {f.name: len(f.study.selected(full=settings.full)) for f in chosen if f.study}
    with RunProgress(counts, settings.budget) as progress:
        if "check" not in preset:
            progress.warn(busy)
        for entry in chosen:
            try:
                tick = functools.partial(progress.tick, entry.name)
                finished.append(measure_study(entry, settings, tick))
            except KeyboardInterrupt as stop:  # outside the measurement: what was before is kept
                finished += [stop.result] if isinstance(stop, Interrupted) else []
                interrupted = True
                break
            except BaseException as error:  # a study's own code may raise anything
                study, reason = entry.study, describe_error(error)
                title, question = (study.title, study.question) if study else ("", "")
                finished.append(
                    StudyResult(entry.name, title or entry.name, question, error=reason)
                )
        duration = time.monotonic() - started
        provenance["other_processes"] = others.cores()
        if "check" not in preset and not busy:
            progress.warn(machine.busy(provenance))
    return Run(
        command=command_line(),
        preset=preset,
        created=created,
        provenance=provenance,
        studies=tuple(finished),
        duration=round(duration, 3),
        interrupted=interrupted,
    )


def command_line() -> str:
    """The command as the user typed it, without the folder of the program."""
    program = Path(sys.argv[0]).name
    return shlex.join([program if program != "__main__.py" else "qpp", *sys.argv[1:]])
