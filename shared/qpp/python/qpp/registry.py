"""Finds studies: the entry-point group ``qpp.studies``.

A package registers a study with one line of its ``pyproject.toml``::

    [project.entry-points."qpp.studies"]
    fft_autocorrelation = "fft_autocorrelation.study:study"

A study can also be named by its address ``module:attribute``, installed or not: the
current folder is searched too. The entry of a study that fails to import holds the error.
"""

import importlib
import sys
import traceback
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from qpp.study import Study

GROUP = "qpp.studies"


class UnknownStudyError(ValueError):
    """No study of that name; the message lists those there are."""


@dataclass(frozen=True)
class StudyEntry:
    """A study, or the reason why its entry point gives none.

    ``address`` is ``module:attribute``: what a worker process imports.
    """

    name: str
    address: str
    study: Study | None = None
    error: str = ""


def discover() -> list[StudyEntry]:
    """All registered studies, sorted by name."""
    unique = {point.name: point for point in entry_points(group=GROUP)}
    return [_open(point) for point in sorted(unique.values(), key=lambda p: p.name)]


def find(name: str) -> StudyEntry:
    """One study by its registered name or by ``module:attribute``.

    Raises
    ------
    UnknownStudyError
        Nothing of that name is registered.
    """
    if ":" in name:
        if str(Path.cwd()) not in sys.path:  # a console script, unlike `python -m`, leaves it out
            sys.path.insert(0, str(Path.cwd()))
        return _open(EntryPoint(name=name, value=name, group=GROUP))
    points = {point.name: point for point in entry_points(group=GROUP)}
    if name not in points:
        known = ", ".join(sorted(points)) or "none is installed: run `make develop`"
        raise UnknownStudyError(f"unknown study {name!r}; known: {known}")
    return _open(points[name])


def select(names: tuple[str, ...]) -> list[StudyEntry]:
    """The named studies in the order given, or all of them."""
    return [find(name) for name in dict.fromkeys(names)] if names else discover()


def load(address: str) -> Study:
    """Import ``module:attribute``; ``TypeError`` unless it is a :class:`Study`."""
    module, _, attribute = address.partition(":")
    value = getattr(importlib.import_module(module), attribute or "study")
    if not isinstance(value, Study):
        raise TypeError(f"{address} is a {type(value).__name__}, expected a qpp.Study")
    return value


def describe_error(error: BaseException) -> str:
    """The type, message and place of an exception, for a row or study that failed."""
    try:
        message = str(error)
    except Exception:
        message = "(its message cannot be shown)"
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {message}{where}"


def _open(point: EntryPoint) -> StudyEntry:
    try:
        study = load(point.value)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a study's code may even exit; the other studies run
        reason = f"{point.value} does not import: {describe_error(error)}"
        return StudyEntry(point.name, point.value, error=reason)
    return StudyEntry(study.name, point.value, study)
