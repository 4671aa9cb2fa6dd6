"""Processor time of a program's threads while it runs, read from ``/proc`` (Linux).

A profiler sees where every thread is, but not which of them run: a thread in a library's own pool
of threads looks idle, one that waits for the interpreter's lock looks busy. The scheduler knows:
nanoseconds run and nanoseconds ready to run, for each thread.
"""

import contextlib
import os
import signal
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

Thread = tuple[int, int]  # process and thread
PROC = Path("/proc")
HUNGRY = 0.05  # part of its time that a thread with work runs at least, on a busy machine
LIGHT = 0.03  # part of its time for which a profiler that wakes a thread makes it run
UNKNOWN = 0.3  # seconds without a reading
TICK = 1.0 / os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 0.01


@dataclass
class Interval:
    """What ran from ``start`` to ``stop`` (seconds of the monotonic clock).

    ``run`` and ``ready`` are seconds by ``(pid, tid)``; ``system`` seconds in the kernel by pid.
    """

    start: float
    stop: float
    run: dict[Thread, float] = field(default_factory=dict)
    ready: dict[Thread, float] = field(default_factory=dict)
    system: dict[int, float] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether it is short enough to tell what ran when."""
        return self.stop - self.start < UNKNOWN

    @property
    def active(self) -> dict[Thread, float]:
        """Seconds that each thread ran or was ready to."""
        threads = self.run.keys() | self.ready.keys()
        return {t: self.run.get(t, 0.0) + self.ready.get(t, 0.0) for t in threads}


@dataclass
class Activity:
    """All intervals of a run; ``parents`` of the processes; ``begun``, when the first appeared."""

    begun: float = 0.0
    intervals: list[Interval] = field(default_factory=list)
    parents: dict[int, int] = field(default_factory=dict)

    def waits(self) -> list[float]:
        """For each interval, the part of it in which nothing ran or was ready to run.

        Where the audit itself was stopped meanwhile, nothing is known, and 0 is taken.
        """
        return [
            max(0.0, 1.0 - sum(i.active.values()) / (i.stop - i.start)) if i.known else 0.0
            for i in self.intervals
        ]

    @property
    def waiting(self) -> float:
        """Seconds in which nothing ran or was ready to run."""
        lengths = [i.stop - i.start for i in self.intervals]
        return sum(part * length for part, length in zip(self.waits(), lengths, strict=True))

    def move_late_time(self) -> None:
        """Move what a thread ran or waited beyond an interval's length into the one before.

        The kernel adds to the counters late: of a running thread by some milliseconds, of a ready
        one when it runs at last.
        """
        for before, after in zip(self.intervals[-2::-1], self.intervals[:0:-1], strict=True):
            for thread, seconds in after.active.items():
                late = seconds - (after.stop - after.start)
                for now, then in ((after.ready, before.ready), (after.run, before.run)):
                    moved = min(late, now.get(thread, 0.0))
                    if moved > 0.0:
                        now[thread] -= moved
                        then[thread] = then.get(thread, 0.0) + moved
                        late -= moved

    def forget_woken(self) -> None:
        """Leave out the threads that only a profiler wakes.

        They hardly run, or, on a busy machine, are ready for much longer than they run.
        """
        woken: list[tuple[dict[Thread, float], Thread]] = []
        for at, interval in enumerate(self.intervals):
            near = self.intervals[max(0, at - 3) : at + 4]
            length = near[-1].stop - near[0].start
            for thread in interval.active:
                ran = sum(i.run.get(thread, 0.0) for i in near)
                ready = sum(i.ready.get(thread, 0.0) for i in near)
                if ran < LIGHT * length:
                    woken.append((interval.run, thread))
                if ran < LIGHT * length or ran < HUNGRY * (ran + ready):
                    woken.append((interval.ready, thread))
        for counted, thread in woken:
            counted.pop(thread, None)


class Monitor:
    """Follows a process and its descendants in a thread; ``stop`` gives what they did.

    Parameters
    ----------
    pid
        The process that was started.
    within
        The process is a profiler: only its children and theirs count. When the first child has
        ended, the others are killed, as they are when the program runs alone: the profiler would
        wait for them.
    """

    def __init__(self, pid: int, *, within: bool, period: float = 0.01) -> None:
        self._activity = Activity()
        self._root, self._within, self._period = pid, within, period
        self._processes: dict[int, _Process] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def stop(self) -> Activity:
        """End it."""
        self._ended.set()
        self._thread.join()
        for process in self._processes.values():
            process.close()
        self._activity.move_late_time()
        if self._within:
            self._activity.forget_woken()
        return self._activity

    def _follow(self) -> None:
        while not self._processes and not self._ended.is_set():
            self._discover()
            if not self._processes:
                time.sleep(0.001)
        last = self._activity.begun = time.monotonic()
        turn = 0
        while not self._ended.wait(self._period):
            turn += 1
            if turn % 4 == 0:
                self._discover()
            interval = Interval(last, 0.0)
            for pid, process in list(self._processes.items()):
                process.read(interval)
                if process.gone:
                    process.close()
                    del self._processes[pid]
                    if self._within and pid == next(iter(self._activity.parents)):
                        self._kill_rest()
            last = interval.stop = time.monotonic()
            self._activity.intervals.append(interval)

    def _kill_rest(self) -> None:
        for pid in self._processes:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)

    def _discover(self) -> None:
        known = self._activity.parents
        found = [(self._root, 0)]
        while found:
            pid, parent = found.pop()
            found += [(child, pid) for child in children(pid)]
            if pid not in known and not (self._within and pid == self._root):
                known[pid] = parent
                self._processes[pid] = _Process(pid)


def follow(pid: int, *, within: bool, period: float = 0.01) -> list[Monitor]:
    """A monitor of a process; none on a system that does not tell what threads ran."""
    tells = (PROC / "self" / "schedstat").exists()
    return [Monitor(pid, within=within, period=period)] if tells else []


def children(pid: int) -> list[int]:
    """The children of all threads of a process."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in os.listdir(PROC / str(pid) / "task"):
            with contextlib.suppress(OSError):
                text = (PROC / str(pid) / "task" / task / "children").read_text()
                found += map(int, text.split())
    return found


class _Process:
    """The counters of one process; files stay open, since opening costs more than reading."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.gone = False
        self._tasks: dict[int, tuple[int, int, int]] = {}
        self._folder = PROC / str(pid)
        self._stat = -1
        self._system = 0.0
        with contextlib.suppress(OSError):
            self._stat = os.open(self._folder / "stat", os.O_RDONLY)

    def close(self) -> None:
        for file, _, _ in self._tasks.values():
            os.close(file)
        self._tasks = {}
        if self._stat >= 0:
            os.close(self._stat)
            self._stat = -1

    def read(self, interval: Interval) -> None:
        """Add what was run since the last reading."""
        try:
            tasks = set(map(int, os.listdir(self._folder / "task")))
            fields = os.pread(self._stat, 1024, 0).rpartition(b")")[2].split()
            self.gone = fields[0] == b"Z"  # ended, and not yet taken note of by its parent
        except (OSError, ValueError):
            self.gone = True
        if self.gone:
            return
        kernel = int(fields[12]) * TICK
        if kernel > self._system:
            interval.system[self.pid] = kernel - self._system
            self._system = kernel
        for task in tasks - self._tasks.keys():
            with contextlib.suppress(OSError):
                file = os.open(self._folder / "task" / str(task) / "schedstat", os.O_RDONLY)
                self._tasks[task] = (file, 0, 0)
        for task, (file, ran, waited) in list(self._tasks.items()):
            try:
                now_ran, now_waited = map(int, os.pread(file, 128, 0).split()[:2])
            except (OSError, ValueError):
                os.close(file)
                del self._tasks[task]
                continue
            if now_ran > ran:
                interval.run[self.pid, task] = (now_ran - ran) / 1e9
            if now_waited > waited:
                interval.ready[self.pid, task] = (now_waited - waited) / 1e9
            self._tasks[task] = (file, now_ran, now_waited)
