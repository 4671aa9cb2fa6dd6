"""One run over several studies: progress, provenance, and what Ctrl-C leaves."""

from __future__ import annotations

import datetime
import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from qpp import machine
from qpp.measure import CHECK, FULL, QUICK, Interrupted, Settings, measure_study
from qpp.progress import RunProgress
from qpp.registry import StudyEntry, describe_error
from qpp.results import Run, StudyResult

PRESETS: dict[str, Settings] = {"quick": QUICK, "full": FULL, "check": CHECK}


def reproduce(
    chosen: Sequence[StudyEntry], *, preset: str = "quick", budget: float | None = None
) -> Run:
    """Measure the chosen studies one after the other.

    ``budget`` is the seconds of one study in the quick preset. Ctrl-C ends the run; the result
    then holds what was finished and says so.
    """
    settings = PRESETS[preset]
    if budget is not None:
        settings = replace(settings, budget=budget)
    started = time.monotonic()
    created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    provenance = machine.provenance()
    finished: list[StudyResult] = []
    interrupted = False
    counts = {f.name: len(f.study.selected(full=settings.full)) for f in chosen if f.study}
    with RunProgress(counts, settings.budget) as progress:
        for found in chosen:

            def tick(
                workload: str, what: str, done: float, total: float, name: str = found.name
            ) -> None:
                progress.tick(name, workload, what, done, total)

            try:
                finished.append(measure_study(found, settings, tick))
            except Interrupted as stop:
                finished.append(stop.result)
                interrupted = True
                break
            except KeyboardInterrupt:  # outside the measurement: the studies before it stand
                interrupted = True
                break
            except BaseException as error:  # likewise when one breaks in a way of its own
                study = found.study
                title, question = (study.title, study.question) if study else ("", "")
                finished.append(
                    StudyResult(
                        found.name, title or found.name, question, error=describe_error(error)
                    )
                )
    return Run(
        command=command_line(),
        preset=preset,
        created=created,
        provenance=provenance,
        studies=tuple(finished),
        duration=round(time.monotonic() - started, 3),
        interrupted=interrupted,
    )


def command_line() -> str:
    """The command as the user typed it, without the folder of the program."""
    program = Path(sys.argv[0]).name
    return shlex.join([program if program != "__main__.py" else "qpp", *sys.argv[1:]])
