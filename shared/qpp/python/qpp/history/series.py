"""The stored points as values: for each machine the commits, for each commit the studies."""

import ast
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from qpp.history import HistoryError, store
from qpp.history.points import KEPT, METRICS, Json

Key = tuple[str, str]  # workload, implementation


@dataclass(frozen=True)
class Row:
    """One implementation on one workload; the times are ``None`` where it failed or disagrees.

    ``median``, ``quartile`` (the lower one) and ``fastest`` sample are in seconds, ``memory`` is
    in bytes.
    """

    median: float | None
    quartile: float | None = None
    fastest: float | None = None
    slowdown: float | None = None
    memory: float | None = None
    error: float | None = None


@dataclass(frozen=True)
class StudyPoint:
    """One study at one commit.

    ``roles`` and ``threads`` are those of the implementations; ``noise`` is the A/A control's
    distance from 1, by workload.
    """

    title: str
    headline: str
    recommended: str
    roles: Mapping[str, str]
    threads: Mapping[str, int]
    noise: Mapping[str, float]
    rows: Mapping[Key, Row]


@dataclass(frozen=True)
class Point:
    """One commit on one machine. ``ancestors`` counts the commits up to it, itself included."""

    commit: str
    date: int
    subject: str
    ancestors: int
    studies: Mapping[str, StudyPoint]

    @property
    def name(self) -> str:
        """The short hash and the subject."""
        return f"{self.commit[:8]} {self.subject}"


Series = Mapping[str, list[Point]]  # machine and environment -> points, oldest first


def collect(folder: Path) -> Series:
    """All points under a folder, by machine and environment.

    Raises
    ------
    HistoryError
        A stored file is damaged, or nothing is stored.
    """
    found: dict[str, list[Point]] = {}
    for stored in store.read_all(folder):
        try:
            found.setdefault(stored.series, []).append(_point(stored))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise HistoryError(f"{stored.path} is damaged: {error!r}") from error
    if not found:
        raise HistoryError(f"nothing is stored under {folder}: run `qpp history record`")
    return found


def studies_of(points: Iterable[Point]) -> list[str]:
    """The names of all studies, in alphabetical order."""
    return sorted({name for point in points for name in point.studies})


def of_study(points: Iterable[Point], study: str) -> list[Point]:
    """The points that hold a study."""
    return [point for point in points if study in point.studies]


def _point(stored: store.Stored) -> Point:
    kept = stored.data["qpp"]
    return Point(
        commit=stored.commit,
        date=int(stored.data["date"]),
        subject=str(kept["subject"]),
        ancestors=int(kept["ancestors"]),
        studies={
            name: StudyPoint(
                rows=_rows(stored, name, about["fastest"]), **{key: about[key] for key in KEPT}
            )
            for name, about in kept["studies"].items()
        },
    )


def _rows(stored: store.Stored, study: str, fastest: Json) -> dict[Key, Row]:
    """Every row that was measured: where asv has NaN for the time there was none."""
    columns = {metric: stored.columns(f"{study}.{metric}") for metric in METRICS}
    times = columns["time"]
    quartiles = times["stats_q_25"] or [None] * len(times["result"])
    names = [[ast.literal_eval(n) for n in axis] for axis in times["params"]]
    rows = {}
    for i, (workload, name) in enumerate(product(*names)):
        median = times["result"][i]
        if median is None or not math.isnan(median):
            more = {m: _number(columns[m]["result"][i]) for m in METRICS if m != "time"}
            best = fastest.get(workload, {}).get(name)
            rows[workload, name] = Row(median, quartiles[i], best, **more)
    return rows


def _number(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value
