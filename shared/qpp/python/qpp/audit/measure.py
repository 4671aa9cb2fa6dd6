"""Measure a client's program: bare runs, profiled runs, and the places where its time goes."""

import contextlib
import dataclasses
import functools
import importlib.metadata
import importlib.util
import math
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from qpp.audit import AuditError, counts, memray, pyspy, scalene
from qpp.audit.attribution import Charging
from qpp.audit.client import Client
from qpp.audit.document import ProfilerRun, Run
from qpp.audit.execution import Execution, StoredInput, run
from qpp.audit.judging import FIRST, crowd, last_words, order_notes, run_notes, unstarted
from qpp.audit.launch import qpp_audit_call
from qpp.audit.locating import Located, Native, locate
from qpp.audit.monitor import Activity, Monitor, follow
from qpp.audit.places import Place
from qpp.audit.pyspy import Profile
from qpp.audit.source import Source
from qpp.audit.stacks import Stack
from qpp.audit.tally import Tally, native_seconds, tally

T = TypeVar("T")
RUNS = 3
TIME_LIMIT = 300.0
SAMPLES = 1500  # of a run: a share of a third is known to 2.4 points
RATES = 20, 200  # samples a second, least and most
ALLOWED = 6.0, 20.0  # times the bare run, and seconds, that the whole audit may take
ENDING = 2.0  # of these, to end the last profiler and to conclude
REPEATS = 5  # executions of a program of less than a second that make one run
OWN_NATIVE_RUN = 5.0  # seconds of a program above which the last profiled run unwinds native frames
TOO_SHORT = 0.5  # seconds in which a program may end before py-spy finds it
LEAST = 20  # samples of the work of such a program, or they tell nothing
HEAVY = 0.1  # of processor time in the kernel: memory is being got and given back


@dataclass(frozen=True, kw_only=True)
class Measured(Run):
    """What was measured: the places, largest first, and how the program ran."""

    places: tuple[Place, ...]


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
    return _Measurement(client, runs, time_limit, memory, echo, stdin).result()


@dataclass
class _Measurement:
    client: Client
    runs: int
    limit: float
    memory: bool | None
    echo: Callable[[str], None]
    stdin: StoredInput | None
    begun: float = field(default_factory=time.monotonic)
    rate: int = RATES[1]
    notes: list[str] = field(default_factory=list)
    bare: list[Execution] = field(default_factory=list)
    activity: list[Activity] = field(default_factory=list)
    profiles: list[list[Profile]] = field(default_factory=list)
    native_profile: Profile | None = None
    profilers: list[ProfilerRun] = field(default_factory=list)

    @functools.cached_property
    def charging(self) -> Charging:
        below = qpp_audit_call.__name__ if self.client.kind == "function" else ""
        return Charging(self.client.owns, below)

    def works(self, stack: Stack) -> bool:
        return self.charging(stack).works

    def result(self) -> Measured:
        pyspy.program()
        self.run_bare("run without a profiler (then up to 6 times as long, and 20 s)")
        self.notes += filter(None, [unstarted(self.bare[0])])
        if self.notes:
            return self.measured([], [])
        short = self.bare[0].seconds <= TOO_SHORT
        tallies: list[Tally] = []
        try:
            self.run_pyspy()
            waiting = [activity.waiting for activity in self.activity]  # without a profiler
            waits = statistics.fmean(waiting) if waiting else 0.0
            tallies = [tally(one, self.charging, waits) for one in self.profiles]
        except AuditError:
            if not short:
                raise
        samples = statistics.fmean(one.work.wall * one.rate for one in tallies) if tallies else 0.0
        if short and samples < LEAST:
            self.notes.append(
                f"The program ends after {1000 * self.bare[0].seconds:.0f} ms, too soon to be "
                "profiled: give it more to do, or name one of its functions by --function."
            )
            return self.measured([], tallies)
        sources = self.client.sources(
            {frame.file for one in tallies for charge in one.charges for frame in charge.chain}
        )
        located = locate(tallies, sources, self.run_native())
        places = tuple(one.place for one in located)
        self.run_scalene(places, sources)
        if self.affords(1.0):
            self.run_bare("run without a profiler, again")
        places = self.run_memray(self.run_counts(places))
        self.notes += run_notes(self.bare, self.profiles, samples)
        again = zip(located, places, strict=True)
        return self.measured([dataclasses.replace(one, place=p) for one, p in again], tallies)

    def say(self, what: str) -> None:
        """Say what is done next, and of a long audit how long all of it takes yet at most."""
        left = math.ceil(self.left / 60.0) if self.bare else 0
        self.echo(f"{what} (up to {left} min left in all)" if left > 1 else what)

    @property
    def left(self) -> float:
        """Seconds that further runs may take, at least one."""
        allowed = ALLOWED[0] * self.bare[0].seconds + ALLOWED[1] - ENDING
        return max(1.0, allowed - (time.monotonic() - self.begun))

    def affords(self, slowdown: float) -> bool:
        """Whether another run fits into what the audit may take, and ends."""
        bare = self.bare[0]
        return not bare.time_limit_reached and slowdown * bare.seconds + 1.0 <= self.left

    def run_bare(self, what: str) -> None:
        self.say(what)
        monitors: list[Monitor] = []
        try:
            execution = run(
                self.client.command(),
                time_limit=self.limit,
                stdin=self.stdin,
                started=lambda pid: monitors.extend(follow(pid, within=False, period=0.02)),
            )
        finally:
            self.activity += [monitor.stop() for monitor in monitors]
        self.bare.append(execution)

    def run_pyspy(self) -> None:
        seconds = max(self.bare[0].seconds, 0.05)
        repeats = min(REPEATS, math.ceil(1.0 / seconds)) if self.client.kind != "function" else 1
        self.rate = max(RATES[0], min(RATES[1], round(SAMPLES / seconds)))
        for number in range(1, self.runs + 1):
            self.say(f"py-spy, run {number} of {self.runs}")
            native = number == self.runs > 1 and seconds > OWN_NATIVE_RUN
            self.profiles.append([self.pyspy(native) for _ in range(repeats)])
            self.native_profile = self.profiles[-1][-1] if native else None
        self.add_profiler("py-spy", [one.execution for profile in self.profiles for one in profile])

    def pyspy(self, native: bool = False) -> Profile:
        rate = max(RATES[0], self.rate // 2) if native else self.rate
        return pyspy.profile(
            self.client, rate=rate, time_limit=self.limit, stdin=self.stdin, native=native
        )

    def run_native(self) -> Native:
        """Which lines stand in compiled code; none where py-spy cannot tell here."""
        profile = self.native_profile
        if profile is None and (self.affords(1.5) or self.bare[0].time_limit_reached):
            self.say("py-spy, compiled code")
            with contextlib.suppress(AuditError):
                profile = self.pyspy(native=True)
        if profile is None:
            self.notes.append("Compiled code of libraries is not told from Python's own.")
            return {}
        return native_seconds(profile, self.charging)

    def further(
        self,
        name: str,
        what: str,
        collect: Callable[..., tuple[Execution, T]],
        slowdown: float,
        limit: float = math.inf,
    ) -> T | None:
        """Run a further profiler where the audit's time allows it; ``None`` where it said nothing.

        ``slowdown`` is the usual one; 0: it was asked for, and has all the time of a run.
        """
        if slowdown and not self.affords(slowdown):
            self.add_profiler(name, [], "not run: it would take too long")
            return None
        self.say(f"{name}, {what}")
        limit = min(limit, self.limit, self.left if slowdown else math.inf)
        execution, found = collect(self.client, time_limit=limit, stdin=self.stdin)
        reason = "" if found else "it wrote nothing"
        if execution.time_limit_reached:
            reason = f"timed out after {execution.seconds:.0f} s"
        self.add_profiler(name, [execution], reason)
        return None if reason else found

    def add_profiler(self, name: str, executions: Sequence[Execution], reason: str = "") -> None:
        slowdown = None
        if executions and self.client.kind != "function":  # called again and again there
            slowdown = statistics.median(e.seconds for e in executions)
        own = name == "cProfile"
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            version = platform.python_version() if own else importlib.metadata.version(name)
            self.profilers.append(ProfilerRun(name, version, slowdown, len(executions), reason))

    def run_scalene(self, places: Sequence[Place], sources: dict[str, Source]) -> None:
        threads, processes = crowd(self.profiles, self.works)
        if threads > 1 or processes > 1:
            of = "processes" if processes > 1 else "threads"
            self.add_profiler("scalene", [], f"not run: it misses the time in {of}")
            return
        longest = 3.0 * self.bare[0].seconds + 10.0  # it may hang
        percent = self.further("scalene", "a second opinion", scalene.lines, 1.7, longest)
        self.notes += scalene.differing(places, percent or {}, sources)

    def run_counts(self, places: tuple[Place, ...]) -> tuple[Place, ...]:
        calls = self.further("cProfile", "calls", counts.calls, 3.0)
        return counts.with_counts(places, calls) if calls else places

    def run_memray(self, places: tuple[Place, ...]) -> tuple[Place, ...]:
        heavy = any(p.share.system > HEAVY and p.share.cpu > HEAVY for p in places[:FIRST])
        known = importlib.util.find_spec("memray") is not None
        if not known or self.memory is False or not (self.memory or heavy):
            return places
        collect = functools.partial(memray.allocated, charging=self.charging)
        found = self.further("memray", "allocations", collect, 0.0 if self.memory else 2.0)
        return memray.with_allocated(places, found) if found else places

    def measured(self, located: Sequence[Located], tallies: Sequence[Tally]) -> Measured:
        first = self.bare[0]
        every = [p.execution.seconds for profiles in self.profiles for p in profiles]
        aside = [one.aside / ((one.aside + one.work.wall) or 1.0) for one in tallies]
        waits = [one.work.waiting / (one.work.wall or 1.0) for one in tallies]
        changed = order_notes(located)
        bare = statistics.median(one.seconds for one in self.bare)
        profilers = (
            dataclasses.replace(one, slowdown=one.slowdown / bare) if one.slowdown else one
            for one in self.profilers
        )
        return Measured(
            places=tuple(one.place for one in located),
            stable=not changed,
            imports_share=statistics.fmean(aside) if aside else 0.0,
            waiting_share=statistics.fmean(waits) if waits else 0.0,
            bare_seconds=bare,
            profiled_seconds=statistics.median(every) if every else 0.0,
            exit_status=first.exit_status,
            time_limit_reached=first.time_limit_reached,
            profilers=tuple(profilers),
            notes=tuple(changed + self.notes),
            traceback=last_words(first),
        )
