"""Measure a client's program: bare runs, profiled runs, and the places where its time goes."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.metadata
import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qpp.audit import AuditError, counts, memray, pyspy, scalene
from qpp.audit.attribution import Charging
from qpp.audit.client import Client
from qpp.audit.compiled import compiled
from qpp.audit.document import ProfilerRun
from qpp.audit.execution import Execution, run
from qpp.audit.judging import FIRST, crowd, last_words, order_notes, run_notes, unstarted
from qpp.audit.launch import qpp_audit_call
from qpp.audit.locating import Located, Native, locate
from qpp.audit.monitor import Activity, Monitor, follow
from qpp.audit.places import Place
from qpp.audit.pyspy import Profile
from qpp.audit.source import Source
from qpp.audit.stacks import Stack
from qpp.audit.stored_input import StoredInput
from qpp.audit.tally import Tally, native_seconds, tally

RUNS = 3
TIME_LIMIT = 300.0
SAMPLES = 1500  # of a run: a share of a third is known to 2.4 points
RATES = 20, 200  # samples a second, least and most
ALLOWED = 6.0, 20.0  # times the bare run, and seconds, that the whole audit may take
REPEATS = 5  # executions of a program of less than a second that make one run
OWN_NATIVE_RUN = 5.0  # seconds of a program above which the last profiled run unwinds native frames
TOO_SHORT = 0.5  # seconds in which a program may end before py-spy finds it
HEAVY = 0.1  # of processor time in the kernel: memory is being got and given back


@dataclass(frozen=True)
class Measured:
    """What was measured; shares are fractions of the work (without start-up and imports).

    ``imports_share`` is of the wall time, ``waiting_share`` of the work. ``bare_seconds`` and
    ``profiled_seconds`` are medians of whole runs. ``threads`` and ``processes`` are the most that
    had the client's code on their stacks in one run.
    """

    places: tuple[Place, ...]
    stable: bool
    imports_share: float
    waiting_share: float
    bare_seconds: float
    profiled_seconds: float
    exit_status: int
    time_limit_reached: bool
    profilers: tuple[ProfilerRun, ...]
    notes: tuple[str, ...] = ()
    traceback: str = ""
    threads: int = 1
    processes: int = 1


def measure(
    client: Client,
    *,
    runs: int = RUNS,
    time_limit: float = TIME_LIMIT,
    memory: bool | None = None,
    echo: Callable[[str], None] = lambda text: None,
    stdin: StoredInput | None = None,
) -> Measured:
    """Run the client bare and under the profilers, and find the places of its time.

    Parameters
    ----------
    runs
        Profiled runs, at least 1; fewer than three give no intervals to speak of.
    time_limit
        Seconds of one run, above 0; past it the program is interrupted and what ran is measured.
    memory
        Whether allocations are measured too, in a run of their own; ``None``: where the time in
        the kernel says that they matter.
    echo
        Called with what is being done, before each step.
    stdin
        What the program reads; empty by default.

    Raises
    ------
    AuditError
        No profiler is installed, or none may look at the program.
    """
    if sys.platform == "win32":
        raise AuditError("qpp audit runs on Linux and macOS: on Windows, run it in WSL")
    if runs < 1:
        raise ValueError(f"runs is {runs}, expected at least 1")
    if not time_limit > 0.0:
        raise ValueError(f"time_limit is {time_limit}, expected seconds above 0")
    return _Measurement(client, runs, time_limit, echo, stdin or StoredInput()).result(memory)


class _Measurement:
    def __init__(
        self,
        client: Client,
        runs: int,
        time_limit: float,
        echo: Callable[[str], None],
        stdin: StoredInput,
    ) -> None:
        self.client, self.runs, self.limit = client, runs, time_limit
        self.echo, self.stdin = echo, stdin
        self.begun = time.monotonic()
        self.rate = RATES[1]
        self.notes: list[str] = []
        self.bare: list[Execution] = []
        self.activity: list[Activity] = []
        self.profiles: list[list[Profile]] = []
        self.native_profile: Profile | None = None
        self.profilers: list[ProfilerRun] = []
        self.charging = Charging(
            client.owns, qpp_audit_call.__name__ if client.kind == "function" else ""
        )

    def works(self, stack: Stack) -> bool:
        return self.charging(stack).works

    def result(self, memory: bool | None) -> Measured:
        pyspy.program()
        self.run_bare("run without a profiler")
        if unstarted(self.bare[0]):
            self.notes.append("The program did not start: nothing was profiled.")
            return self.measured((), [])
        try:
            self.run_pyspy()
        except AuditError:
            if self.bare[0].seconds > TOO_SHORT:
                raise
            self.notes.append(
                f"The program ends after {1000 * self.bare[0].seconds:.0f} ms, too soon to be "
                "profiled: give it more to do, or name one of its functions by --function."
            )
            return self.measured((), [])
        tallies = [tally(one, self.charging, self.waiting()) for one in self.profiles]
        sources = self.client.sources(
            {frame.file for one in tallies for charge in one.charges for frame in charge.chain}
        )
        located = locate(tallies, sources, self.run_native())
        places = tuple(one.place for one in located)
        self.run_scalene(places, sources)
        if self.affords(1.0):
            self.run_bare("run without a profiler, again")
        places = self.run_memray(self.run_counts(places), memory)
        samples = statistics.fmean(one.work.wall * one.rate for one in tallies)
        self.notes += run_notes(self.bare, self.profiles, samples)
        located = tuple(
            dataclasses.replace(one, place=place)
            for one, place in zip(located, places, strict=True)
        )
        return self.measured(located, tallies)

    def affords(self, slowdown: float) -> bool:
        """Whether another run fits into what the audit may take, and ends."""
        bare = self.bare[0].seconds
        if self.bare[0].time_limit_reached:
            return False
        left = ALLOWED[0] * bare + ALLOWED[1] - (time.monotonic() - self.begun)
        return slowdown * bare + 1.0 <= left

    def run_bare(self, what: str) -> None:
        self.echo(what)
        monitors: list[Monitor] = []
        command, environment = self.client.command()
        try:
            execution = run(
                command,
                cwd=self.client.folder,
                time_limit=self.limit,
                stdin=self.stdin,
                environment=environment,
                started=lambda pid: monitors.extend(follow(pid, within=False, period=0.02)),
            )
        finally:
            self.activity += [monitor.stop() for monitor in monitors]
        self.bare.append(execution)

    def waiting(self) -> float:
        """Seconds that a run without a profiler waits."""
        return statistics.fmean(a.waiting for a in self.activity) if self.activity else 0.0

    def run_pyspy(self) -> None:
        seconds = max(self.bare[0].seconds, 0.05)
        repeats = min(REPEATS, math.ceil(1.0 / seconds)) if self.client.kind != "function" else 1
        self.rate = max(RATES[0], min(RATES[1], round(SAMPLES / seconds)))
        for number in range(1, self.runs + 1):
            self.echo(f"py-spy, run {number} of {self.runs}")
            native = number == self.runs > 1 and seconds > OWN_NATIVE_RUN
            self.profiles.append([self.pyspy(native) for _ in range(repeats)])
            self.native_profile = self.profiles[-1][-1] if native else None
        every = [one for profile in self.profiles for one in profile]
        self.add_profiler("py-spy", [one.execution for one in every])

    def pyspy(self, native: bool = False) -> Profile:
        rate = max(RATES[0], self.rate // 2) if native else self.rate
        return pyspy.profile(
            self.client, rate=rate, time_limit=self.limit, stdin=self.stdin, native=native
        )

    def add_profiler(self, name: str, executions: Sequence[Execution], reason: str = "") -> None:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            slowdown = None
            if executions and self.client.kind != "function":  # called again and again there
                slowdown = statistics.median(e.seconds for e in executions) / self.bare[0].seconds
            version = importlib.metadata.version(name) if name != "cProfile" else sys.version[:6]
            self.profilers.append(
                ProfilerRun(name, version.strip(), slowdown, len(executions), reason)
            )

    def run_native(self) -> Native:
        """Which lines stand in compiled code; none where py-spy cannot tell here."""
        profile = self.native_profile
        if profile is None and (self.affords(1.5) or self.bare[0].time_limit_reached):
            self.echo("py-spy, compiled code")
            with contextlib.suppress(AuditError):
                profile = self.pyspy(native=True)
        if profile is None:
            self.notes.append("Compiled code of libraries is not told from Python's own.")
            return {}
        return native_seconds(profile, self.charging, compiled)

    def run_scalene(self, places: Sequence[Place], sources: dict[str, Source]) -> None:
        threads, processes = crowd(self.profiles, self.works)
        reason = ""
        if threads > 1 or processes > 1:
            reason = f"not run: it misses the time in {'processes' if processes > 1 else 'threads'}"
        elif not self.affords(1.7):
            reason = "not run: it would take too long"
        if reason:
            self.add_profiler("scalene", [], reason)
            return
        self.echo("scalene, a second opinion")
        limit = min(self.limit, 3.0 * self.bare[0].seconds + 10.0)
        execution, percent = scalene.lines(self.client, time_limit=limit, stdin=self.stdin)
        if not percent:
            reason = "stopped: it hung" if execution.time_limit_reached else "it wrote nothing"
        self.add_profiler("scalene", [execution], reason)
        self.notes += scalene.differing(places, percent, sources)

    def run_counts(self, places: tuple[Place, ...]) -> tuple[Place, ...]:
        if not self.affords(3.0):
            return places
        self.echo("cProfile, calls")
        execution, found = counts.calls(self.client, time_limit=self.limit, stdin=self.stdin)
        self.add_profiler("cProfile", [execution])
        return counts.with_counts(places, found)

    def run_memray(self, places: tuple[Place, ...], memory: bool | None) -> tuple[Place, ...]:
        heavy = any(p.share.system > HEAVY and p.share.cpu > HEAVY for p in places[:FIRST])
        if not (memory or (memory is None and heavy and self.affords(2.0))):
            return places
        self.echo("memray, allocations")
        execution, found = memray.allocated(
            self.client, self.charging, time_limit=self.limit, stdin=self.stdin
        )
        self.add_profiler("memray", [execution])
        return memray.with_allocated(places, found) if found else places

    def measured(self, located: Sequence[Located], tallies: Sequence[Tally]) -> Measured:
        first = self.bare[0]
        every = [p.execution.seconds for profiles in self.profiles for p in profiles]
        aside = [one.aside / ((one.aside + one.work.wall) or 1.0) for one in tallies]
        waits = [one.work.waiting / (one.work.wall or 1.0) for one in tallies]
        changed = order_notes(located)
        threads, processes = crowd(self.profiles, self.works)
        return Measured(
            places=tuple(one.place for one in located),
            stable=not changed,
            imports_share=statistics.fmean(aside) if aside else 0.0,
            waiting_share=statistics.fmean(waits) if waits else 0.0,
            bare_seconds=statistics.median(one.seconds for one in self.bare),
            profiled_seconds=statistics.median(every) if every else 0.0,
            exit_status=first.exit_status,
            time_limit_reached=first.time_limit_reached,
            profilers=tuple(self.profilers),
            notes=tuple(changed + self.notes),
            traceback=last_words(first),
            threads=threads,
            processes=processes,
        )
