"""What one profiled run spent, by charge; and shares with intervals over several runs."""

import re
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qpp.audit.attribution import Charge, Charging, is_python
from qpp.audit.pyspy import Profile
from qpp.audit.stacks import Amounts as Amounts
from qpp.audit.stacks import Stack
from qpp.audit.timeline import spent

Position = tuple[str, int]  # a file and a line
# Libraries of the system, and files of Python's own compiled code.
OUTSIDE = ("libc.", "libc-", "ld-linux", "libm.", "libm-", "libpthread", "?")
PYTHON_C = re.compile(r"(^|/(Modules|Objects|Python|Include|Parser)/)[^/]*\.[ch]$")
# NumPy's functions that prepare an operation: arguments, types, iterators, the new array.
HANDLING = re.compile(
    r"array_(?!boolean)|ufunc_|PyUFunc_|promote_|get_wrapped|[Nn]py[Ii]ter_|PyDataMem_|get_view"
    r"|PyArray_(?:New|From|Disc|Can|GetC|Scalar|Ret)|prepare_index|dispatcher_|discover_|define_cast"
    r"|try_binary|binop_|\w*resolve_descriptors|convert_to_|[A-Z]+_[gs]etitem"
    r"|(?:half|float|u?int|u?long|double|gentype)_"  # of single numbers
)


@dataclass(frozen=True)
class Tally:
    """One profiled run.

    ``charges`` is the work; ``aside`` are start-up, imports and the end, in seconds of wall time.
    ``visits`` are, for each thread, the charged lines one after the other with their seconds.
    """

    charges: dict[Charge, Amounts]
    aside: float
    visits: tuple[tuple[tuple[Position, float], ...], ...]
    rate: float

    @property
    def work(self) -> Amounts:
        """All that is not aside."""
        return sum(self.charges.values(), Amounts())


def tally(profiles: Sequence[Profile], charging: Charging, waiting: float = 0.0) -> Tally:
    """Add up the executions of one run (several for a program of less than a second).

    ``waiting`` are the seconds that the program waits when no profiler stops it.
    """
    charges: dict[Charge, Amounts] = defaultdict(Amounts)
    aside = 0.0
    visits = []
    for profile in profiles:
        for stack, amounts in _spent(profile, charging, waiting).items():
            whose = charging(stack)
            if whose.works:
                charges[whose] += amounts
            else:
                aside += amounts.wall
        threads: dict[tuple[int, int], list[tuple[Position, float]]] = defaultdict(list)
        for span in sorted(profile.spans, key=lambda s: s.start):
            whose = charging(span.stack)
            if whose.works:
                threads[span.pid, span.tid].append((whose.where, span.stop - span.start))
        visits += [tuple(thread) for thread in threads.values()]
    return Tally(dict(charges), aside, tuple(visits), statistics.fmean(p.sampled for p in profiles))


def native_seconds(profile: Profile, charging: Charging) -> dict[Position, tuple[float, float]]:
    """For each charged line: seconds in compiled code of libraries, and all seconds."""
    found: dict[Position, tuple[float, float]] = {}
    for stack, amounts in _spent(profile, charging, 0.0).items():
        whose = charging(stack)
        if whose.works:
            seconds = amounts.wall - amounts.waiting
            native, total = found.get(whose.where, (0.0, 0.0))
            found[whose.where] = native + compiled(stack) * seconds, total + seconds
    return found


def compiled(stack: Stack) -> bool:
    """Whether a stack stands in compiled code of a library.

    Python's own compiled code (its evaluation, its built-in types and modules) counts as Python,
    and so does what NumPy itself does around an operation; the system's libraries (memory, mostly)
    count as whoever calls them.
    """
    if "multiarray" in stack[-1].file and HANDLING.match(stack[-1].name):
        return False
    for frame in reversed(stack):
        name = frame.file.rpartition("/")[2]
        if is_python(frame.file) or name.startswith(("libpython", "python")):
            return False
        if not name.startswith(OUTSIDE):
            return "lib-dynload" not in frame.file and not PYTHON_C.search(frame.file)
    return False


def _spent(profile: Profile, charging: Charging, waiting: float) -> dict[Stack, Amounts]:
    def works(stack: Stack) -> bool:
        return charging(stack).works

    return spent(profile.spans, profile.activity, profile.sampled, works, waiting)


def interval(shares: Iterable[float], samples: float) -> tuple[float, float, float]:
    """Mean, low and high: the range of the runs, at least two standard errors of the sampling.

    >>> interval([0.5, 0.5, 0.5], samples=10_000)
    (0.5, 0.49, 0.51)
    """
    values = list(shares)
    mean = statistics.fmean(values)
    error = 2.0 * (max(0.0, mean * (1.0 - mean)) / max(samples, 1.0)) ** 0.5
    low, high = min(*values, mean - error), max(*values, mean + error)
    return mean, max(0.0, low), min(1.0, high)
