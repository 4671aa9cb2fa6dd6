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
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import entry_points
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
    """All registered studies, sorted by name; of several with one name, one entry says which."""
    points = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    return _distinct(_open(point.name, point.value) for point in points)


def select(names: tuple[str, ...]) -> list[StudyEntry]:
    """The named studies in the order given, each once, or all of them.

    A name is what a study is registered as, its own, or ``module:attribute``.

    Raises
    ------
    UnknownStudyError
        Nothing of that name is registered, or nothing at all.
    """
    found = _distinct(e for name in names for e in _named(name)) if names else discover()
    if not found:
        raise UnknownStudyError("no study is installed: run `make develop`")
    return found


def find(name: str) -> StudyEntry:
    """One study by its name or by ``module:attribute``, as :func:`select` finds it."""
    return select((name,))[0]


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
    inside = frames and not frames[-1].filename.startswith(("<frozen", __file__))
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if inside else ""
    return f"{type(error).__name__}: {message}{where}"


def _named(name: str) -> list[StudyEntry]:
    if ":" in name:
        if str(Path.cwd()) not in sys.path:  # a console script, unlike `python -m`, leaves it out
            sys.path.insert(0, str(Path.cwd()))
        return [_open(name, name)]
    points = list(entry_points(group=GROUP))
    found = [_open(point.name, point.value) for point in points if point.name == name]
    found = found or [entry for entry in discover() if entry.name == name]
    if not found:
        known = ", ".join(sorted({p.name for p in points})) or "none"
        raise UnknownStudyError(f"unknown study {name!r}; known: {known}")
    return found


def _distinct(entries: Iterable[StudyEntry]) -> list[StudyEntry]:
    """Each address once; where two studies share a name, an entry that names both and has none."""
    named: dict[str, dict[str, StudyEntry]] = {}
    for entry in entries:
        named.setdefault(entry.name, {})[entry.address] = entry
    distinct = []
    for name, found in named.items():
        entry = next(iter(found.values()))
        if len(found) > 1:
            error = f"{' and '.join(found)} are both called {name!r}: run one, by its address"
            entry = StudyEntry(name, entry.address, error=error)
        distinct.append(entry)
    return distinct


def _open(name: str, address: str) -> StudyEntry:
    try:
        study = load(address)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a study's code may even exit; the other studies run
        return StudyEntry(name, address, error=f"{address}: {describe_error(error)}")
    return StudyEntry(study.name, address, study)
