"""The names that asv needs before it measures: studies, workloads, implementations.

asv starts a process per benchmark, workload and implementation. Were each to import
every study to learn the names, a record would spend most of its time importing. So the
names are looked up once, in a process of their own, and travel as JSON in a file that
``QPP_HISTORY_INDEX`` names. Without the variable (a bare ``asv run``) each process asks
``python -m qpp.history.index`` itself: slower, and the same result.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

VARIABLE = "QPP_HISTORY_INDEX"
PRESET = "QPP_PRESET"
STUDIES = "QPP_HISTORY_STUDIES"


@dataclass(frozen=True)
class ImplementationNames:
    """An implementation: its name, why it cannot run, and its process's environment.

    ``threads`` are the variables that fix its thread count, set before anything that
    reads them is imported. ``only``: the workloads it applies to.
    """

    name: str
    role: str
    unavailable: str
    threads: dict[str, str]
    only: list[str]


@dataclass(frozen=True)
class StudyNames:
    """The names of a study. ``address`` is ``module:attribute``."""

    name: str
    address: str
    workloads: list[str]
    implementations: list[ImplementationNames]
    time_limit: float

    def implementation(self, name: str) -> ImplementationNames:
        """Look one up by name."""
        return next(i for i in self.implementations if i.name == name)


def build(studies: tuple[str, ...] = (), *, full: bool = False) -> dict[str, Any]:
    """Import the named studies (default: all that are registered) and list their names.

    Studies that do not import are listed under ``failed`` with the reason.
    """
    from qpp import registry
    from qpp.measure.worker_client import thread_environment

    entries = registry.select(studies)
    named = []
    for entry in entries:
        if entry.study is None:
            continue
        chosen = entry.study.selected(full=full)
        implementations = [
            ImplementationNames(
                name=i.name,
                role=i.role,
                unavailable=i.unavailable() or "",
                threads=thread_environment(i.threads),
                only=[w.name for w in chosen if i.applies_to(w)],
            )
            for i in entry.study.implementations()
        ]
        names = [w.name for w in chosen]
        limit = entry.study.time_limit
        named.append(StudyNames(entry.study.name, entry.address, names, implementations, limit))
    failed = {entry.name: entry.error for entry in entries if entry.study is None}
    return {"studies": [asdict(study) for study in named], "failed": failed}


def load() -> list[StudyNames]:
    """The names for this process, from the file or from a process of its own."""
    path = os.environ.get(VARIABLE)
    if path:
        text = Path(path).read_text(encoding="utf-8")
    else:
        command = [sys.executable, "-m", "qpp.history.index"]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = []
    for study in json.loads(text)["studies"]:
        implementations = [ImplementationNames(**i) for i in study.pop("implementations")]
        found.append(StudyNames(**study, implementations=implementations))
    return found


def preset() -> str:
    """``quick``, or ``full`` where the environment variable ``QPP_PRESET`` says so."""
    value = os.environ.get(PRESET, "quick")
    if value not in ("quick", "full"):
        raise ValueError(f"{PRESET}={value!r}: expected quick or full")
    return value


def main() -> None:
    """Print the names as JSON."""
    named = tuple(n for n in os.environ.get(STUDIES, "").split(",") if n)
    print(json.dumps(build(named, full=preset() == "full")))


if __name__ == "__main__":
    main()
