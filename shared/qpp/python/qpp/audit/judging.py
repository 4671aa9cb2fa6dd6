"""What a measurement is worth: whether the order held, what is uncertain, how the program ended."""

import re
import sys
from collections.abc import Callable, Iterable, Sequence

from qpp.audit.execution import Execution
from qpp.audit.locating import Located
from qpp.audit.places import Place
from qpp.audit.pyspy import Profile
from qpp.audit.stacks import Stack

FIRST = 3  # places whose order must hold
TIED = 0.02  # shares that differ by less in a run are in no order
APART = 1.15  # times of bare runs, the longest over the shortest, on a machine that is not quiet
FEW = 150  # samples of the work of a run below which an interval is wide
MISSED = 0.6  # part of the samples asked for below which py-spy could not keep up
UNSTARTED = re.compile(
    r"^(SyntaxError|IndentationError|TabError|ModuleNotFoundError|ImportError)\b.*\Z"
    r"|: No module named \S+\Z|: can't open file .*\Z",
    re.MULTILINE,
)


def order_notes(located: Sequence[Located]) -> list[str]:
    """A sentence for each two of the largest places whose order changed between runs."""
    return [
        f"The order of {named(one.place)} and {named(other.place)} changed from run to run: treat "
        "them as equal."
        for rank, one in enumerate(located[:FIRST])
        for other in located[rank + 1 : FIRST + 1]
        if any(b > a + TIED for a, b in zip(one.shares, other.shares, strict=True))
    ]


def named(place: Place) -> str:
    """A place in a sentence."""
    of = f" ({place.function})" if place.function else ""
    return f"{place.source.path.name}:{place.first_line}{of}"


def run_notes(
    bare: Sequence[Execution], profiles: Sequence[Sequence[Profile]], samples: float
) -> list[str]:
    """What makes the figures uncertain; ``samples`` of the work of one run."""
    shortest, longest = min(one.seconds for one in bare), max(one.seconds for one in bare)
    every = [one for profile in profiles for one in profile]
    notes = {
        f"Runs without a profiler took from {shortest:.2f} s to {longest:.2f} s: the machine was "
        "not quiet, or the program does not always do the same.": (
            longest > APART * shortest and longest - shortest > 0.1
        ),
        "With fewer than 3 profiled runs no interval can be given: use --runs 3.": (
            0 < len(profiles) < FIRST
        ),
        "The machine was busy: py-spy took fewer samples than asked for, and its figures are less "
        "certain.": any(one.sampled < MISSED * one.rate for one in every),
        f"A run has {samples:.0f} samples of work: the shares are rough. Give the program more to "
        "do.": bool(every) and samples < FEW,
        "This system does not tell when a program waits (for a disk, a network, a lock, another "
        "process): such time counts here as work of the line that waits.": (
            bool(every) and all(one.activity is None for one in every)
        ),
        f"The program was interrupted at the time limit, after {longest:.0f} s: only what ran by "
        "then was measured.": any(one.time_limit_reached for one in bare),
    }
    return [text for text, holds in notes.items() if holds]


def crowd(profiles: Iterable[Sequence[Profile]], works: Callable[[Stack], bool]) -> tuple[int, int]:
    """The most threads of one process, and processes, that were at work in one run."""
    threads = processes = 1
    for profile in (one for several in profiles for one in several):
        working = {(s.pid, s.tid) for s in profile.spans if works(s.stack)}
        pids = [pid for pid, _ in working]
        threads = max([threads, *(pids.count(pid) for pid in set(pids))])
        processes = max(processes, len(set(pids)))
    return threads, processes


def unstarted(execution: Execution) -> str:
    """A sentence where an error of syntax or import ended the program; else empty."""
    found = UNSTARTED.search(execution.errors.rstrip()) if execution.exit_status in (1, 2) else None
    if found is None:
        return ""
    installed = f" What it imports must be installed for {sys.executable}, which ran it."
    module = "Import" in found[0] or "o module named" in found[0]
    return "The program did not start: nothing was profiled." + installed * module


def last_words(execution: Execution) -> str:
    """The traceback of a program that failed, or the end of what it printed."""
    if not execution.exit_status or execution.time_limit_reached:
        return ""
    text = execution.errors.rstrip()
    begin = text.rfind("Traceback (most recent call last)")
    return text[begin:][-8000:] if begin >= 0 else "\n".join(text.splitlines()[-20:])
