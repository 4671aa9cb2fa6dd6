"""Join stacks and processor time: the seconds that each stack cost.

In each interval the wall time is split over the threads that ran, or were ready to, by how much;
what is left waited, and belongs to where the first process's main thread stood. So threads that
take turns at the interpreter's lock share the time, processes that wait for work get none, and a
thread that waits for a library's own pool gets what the pool ran.
"""

import bisect
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from qpp.audit.monitor import Activity, Interval, Thread
from qpp.audit.stacks import Amounts, Span, Stack

WAITS = 0.97  # part of the time run above which the exact shift of the clocks plays no part
LATE = 0.3  # seconds until py-spy finds a new process or thread


class Timeline:
    """The spans of each thread in order, to be asked by time.

    A process or thread runs before py-spy finds it; the first stack seen there is taken for that
    time too, but not in the first process, whose first moments are Python's own start. A thread
    that takes work from a queue is where it was last seen at work.
    """

    def __init__(self, spans: Iterable[Span], works: Callable[[Stack], bool]) -> None:
        ordered = sorted(spans, key=lambda s: s.start)
        self.spans: dict[Thread, list[Span]] = defaultdict(list)
        for span in ordered:
            if span.tid == span.pid or works(span.stack):
                self.spans[span.pid, span.tid].append(span)
        self._starts = {key: [s.start for s in of] for key, of in self.spans.items()}
        self._stops = {
            key: [s.stop for s in of] if key[0] == key[1] else [*self._starts[key][1:], of[-1].stop]
            for key, of in self.spans.items()
        }
        self.first = (ordered[0].pid, ordered[0].pid) if ordered else (0, 0)
        for thread, starts in self._starts.items():
            if thread != self.first:
                starts[0] -= LATE

    def between(self, thread: Thread, start: float, stop: float) -> list[tuple[Stack, float]]:
        """The stacks of a thread from ``start`` to ``stop``, with the seconds of each."""
        if thread not in self.spans:
            return []
        spans, starts, stops = self.spans[thread], self._starts[thread], self._stops[thread]
        at = max(0, bisect.bisect_right(starts, start) - 1)
        found = []
        while at < len(spans) and starts[at] < stop:
            overlap = min(stop, stops[at]) - max(start, starts[at])
            if overlap > 0.0:
                found.append((spans[at].stack, overlap))
            at += 1
        return found


def spent(
    spans: Sequence[Span],
    activity: Activity | None,
    rate: float,
    works: Callable[[Stack], bool] = bool,
    waiting: float = 0.0,
) -> dict[Stack, Amounts]:
    """The seconds of each stack; the empty stack gets what no stack was seen for.

    ``works`` tells stacks of the client's from others: the time of a thread that never enters the
    client's code belongs to its process's main thread. ``waiting`` are the seconds that the program
    waits when no profiler stops it. Without ``activity`` (no ``/proc``) all that is known is the
    wall time of the first process's main thread, which is taken for processor time too.
    """
    timeline = Timeline(spans, works)
    if activity is None or not activity.intervals:
        found: dict[Stack, Amounts] = defaultdict(Amounts)
        for span in timeline.spans.get(timeline.first, ()):
            found[span.stack] += Amounts(span.stop - span.start, span.stop - span.start)
        return found
    # A stack stands for the time around its sample: half a gap earlier.
    join = _Join(timeline, activity, _shift(timeline, activity) - 0.5 / rate, works)
    stopped = _stopped(activity, waiting)
    for interval, part in zip(activity.intervals, activity.waits(), strict=True):
        join.add(interval, max(0.0, part - stopped) / (1.0 - stopped))
    return {stack: Amounts(*values) for stack, values in join.total.items()}


def _shift(timeline: Timeline, activity: Activity) -> float:
    """What is added to the profiler's clock to get the monotonic one.

    The profiler starts its clock when it starts the program, on a busy machine some milliseconds
    later. Where the program waits now and then, the shift is taken that tells best, by the stack
    of the main thread, when it ran.
    """
    spans = timeline.spans.get(timeline.first, [])
    busy = 1.0 - np.array(activity.waits())
    if not spans or busy.mean() > WAITS:
        return activity.begun
    lines = {stack: n for n, stack in enumerate({s.stack for s in spans})}
    shown = np.array([lines[s.stack] for s in spans])
    starts = np.array([s.start for s in spans])
    middle = np.array([(i.start + i.stop) / 2.0 for i in activity.intervals])

    def told(shift: float) -> float:
        at = np.searchsorted(starts, middle - shift, side="right") - 1
        known = at >= 0
        count = np.bincount(shown[at[known]], minlength=len(lines))
        total = np.bincount(shown[at[known]], weights=busy[known], minlength=len(lines))
        return float(np.sum(total**2 / np.maximum(count, 1)))

    candidates = [activity.begun + 0.001 * step for step in range(0, 32, 2)]
    best = max(candidates, key=told)
    return best if told(best) > 1.02 * told(activity.begun) else activity.begun


def _stopped(activity: Activity, waiting: float) -> float:
    """The part of the time for which the profiler stops the program to read its stacks.

    It looks like waiting; it is as large as leaves the waiting seen without a profiler.
    """
    pairs = [
        (i.stop - i.start, w) for i, w in zip(activity.intervals, activity.waits(), strict=True)
    ]
    low, high = 0.0, 0.99
    for _ in range(20):
        middle = (low + high) / 2.0
        left = sum(length * max(0.0, w - middle) / (1.0 - middle) for length, w in pairs)
        low, high = (middle, high) if left > waiting else (low, middle)
    return low


class _Join:
    def __init__(
        self,
        timeline: Timeline,
        activity: Activity,
        shift: float,
        works: Callable[[Stack], bool],
    ) -> None:
        self.total: dict[Stack, list[float]] = defaultdict(lambda: [0.0] * 4)
        self._timeline, self._activity = timeline, activity
        self._shift, self._works = shift, works

    def add(self, interval: Interval, waits: float) -> None:
        """Split the wall time of an interval over the stacks; ``waits`` is the part that waited."""
        start, stop = interval.start - self._shift, interval.stop - self._shift
        length = stop - start
        stacks: dict[Thread, list[tuple[Stack, float]]] = {}
        active: dict[Thread, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for index, values in enumerate((interval.run, interval.ready)):
            for thread, seconds in values.items():
                owner = self._owner(thread, start, stop, stacks)
                active[owner][index] += seconds
        everything = sum(map(sum, active.values()))
        if not everything and not interval.known:
            return  # the machine was stopped, or nothing ran: which is not known
        waited = length * (waits if everything else 1.0)
        for thread, (ran, ready) in active.items():
            if ran + ready <= 0.0:
                continue
            of_process = sum(sum(s) for t, s in active.items() if t[0] == thread[0])
            kernel = interval.system.get(thread[0], 0.0) * (ran + ready) / of_process
            wall = (length - waited) * (ran + ready) / everything
            self._share(stacks[thread], (wall, ran, kernel, 0.0))
        if waited:
            front = self._timeline.between(self._timeline.first, start, stop)
            self._share(front, (waited, 0.0, 0.0, waited))

    def _owner(
        self,
        thread: Thread,
        start: float,
        stop: float,
        stacks: dict[Thread, list[tuple[Stack, float]]],
    ) -> Thread:
        """The thread that one works for: itself, its process's main, or that of a parent."""
        pid = thread[0]
        while True:
            if thread not in stacks:
                stacks[thread] = self._timeline.between(thread, start, stop)
            parent = self._activity.parents.get(pid, 0)
            if any(self._works(stack) for stack, _ in stacks[thread]):
                return thread
            if thread[1] != pid:
                thread = pid, pid
            elif (parent, parent) in self._timeline.spans:
                pid, thread = parent, (parent, parent)
            else:
                return thread

    def _share(self, stacks: list[tuple[Stack, float]], amounts: tuple[float, ...]) -> None:
        covered = sum(seconds for _, seconds in stacks)
        for stack, seconds in stacks or [((), 1.0)]:
            values = self.total[stack]
            for index, amount in enumerate(amounts):
                values[index] += amount * (seconds / covered if covered else 1.0)
