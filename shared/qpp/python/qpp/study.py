"""The declaration of a study, which the commands, the tests, the history and the report read.

A study compares a baseline with optimised implementations, and with the peers a user would
pick instead, on the same inputs. It is declared once, in the package ``study`` of a subproject.

Nothing here measures or compares anything: these are plain, validated values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from qpp.agreement import Agreement as Agreement
from qpp.claim import BEST_PEER as BEST_PEER
from qpp.claim import Claim as Claim
from qpp.claim import StudyError as StudyError
from qpp.workload import Inputs as Inputs
from qpp.workload import Needs, missing
from qpp.workload import Workload as Workload

Role = Literal["baseline", "optimised", "peer", "component", "limit", "target"]
T = TypeVar("T")
MAX_PARTS = 10**9
MAX_THREADS = 4096  # more is a mistake, and libraries would start as many


@dataclass(frozen=True)
class Implementation:
    """One implementation of the computation.

    Parameters
    ----------
    name
        Shown in every table, unique within the study.
    call
        ``call(**inputs)`` returns the output. This is what is timed.
    needs
        Importable module names this implementation requires (``"numba"``).
        Where one is missing, the row says how to install it.
    install
        The remedy shown for a missing need, e.g. ``"make peers"``.
    prepare
        ``prepare(inputs) -> inputs``, not timed: conversions a user of
        this implementation would already have behind them (a pandas frame for
        a pandas implementation).
    collect
        ``collect(output) -> array | mapping of arrays``, not timed: what
        is compared with the baseline. Default: the output itself.
    threads
        Thread count fixed for the worker process (0: all cores). Compare rows of equal counts
        only.
    note
        For the reader: another stage, a setting, what is timed.
    only
        Workload names it can express; ``None`` for all. On others the row says
        that it does not apply.
    compare
        Names of the outputs it shares with the baseline. ``None``: all must be
        there. An implementation that computes one stage only names that stage.
    part
        ``part(inputs) -> (smaller inputs, how many such parts the whole is)``, after
        ``prepare``: for work that grows in proportion and whose whole would take hours. One
        part is run, its time is multiplied, and every table notes it.
    quick_part
        As ``part``, in the quick preset and in tests: for a slow baseline, whose whole belongs to
        the full preset. The outputs of the part must be the first rows of the whole's (fewer days
        of a backtest, fewer iterations of a fit): those are compared.

    Examples
    --------
    >>> fast = Implementation("numpy", lambda x: sum(x), needs="nowhere", install="make peers")
    >>> fast.unavailable()
    'needs nowhere (make peers)'
    """

    name: str
    call: Callable[..., Any]
    needs: Needs = ()
    install: str = "make peers"
    prepare: Callable[[Inputs], Inputs] | None = None
    collect: Callable[[Any], Any] | None = None
    threads: int = 1
    note: str = ""
    only: tuple[str, ...] | None = None
    compare: tuple[str, ...] | None = None
    part: Callable[[Inputs], tuple[Inputs, int]] | None = None
    quick_part: Callable[[Inputs], tuple[Inputs, int]] | None = None
    role: Role = "optimised"

    def __post_init__(self) -> None:
        if not self.name:
            raise StudyError("Implementation name is empty")
        if not callable(self.call):
            raise StudyError(f"Implementation {self.name!r}: call={self.call!r} is not callable")
        if not 0 <= self.threads <= MAX_THREADS:
            raise StudyError(
                f"Implementation {self.name!r}: threads={self.threads}, "
                f"expected 0 (all) to {MAX_THREADS}"
            )

    def ready(self, inputs: Inputs, *, quick: bool = False) -> tuple[Inputs, int]:
        """The arguments of ``call`` for a workload's inputs, and the number of such parts."""
        if self.prepare is not None:
            inputs = self.prepare(inputs)
        part = (self.quick_part if quick else None) or self.part
        if part is None:
            return inputs, 1
        who = f"Implementation {self.name!r}: part"
        made: Any = part(inputs)
        if not isinstance(made, tuple) or len(made) != 2 or not isinstance(made[0], Mapping):
            kind = type(made).__name__
            raise StudyError(f"{who} gave a {kind}, expected (inputs, how many such parts)")
        some, parts = made
        if type(parts) is not int or not 1 <= parts <= MAX_PARTS:
            shown = parts if type(parts) is not int or abs(parts) < 10**18 else "too many"
            raise StudyError(f"{who} gave {shown} parts, expected an int from 1 to {MAX_PARTS:,}")
        if larger := [k for k in some if k in inputs and _length(some[k]) > _length(inputs[k])]:
            raise StudyError(f"{who} is larger than the whole: {', '.join(larger)}")
        return some, parts

    def applies_to(self, workload: Workload) -> bool:
        """Whether it can express this workload (``only``)."""
        return self.only is None or workload.name in self.only

    def unavailable(self) -> str | None:
        """Why it cannot run here, with the remedy; ``None`` where it can."""
        absent = missing(self.needs)
        return f"needs {', '.join(absent)} ({self.install})" if absent else None


@dataclass(frozen=True)
class Limit:
    """A computed time shown beside the rows: ``seconds(inputs, bandwidth)`` for one workload.

    ``kind="limit"`` is the floor that physics sets: no way of doing this work is faster.
    ``kind="target"`` is a time that the study sets itself; it can be beaten.
    ``bandwidth(nbytes)`` is the memory bandwidth in bytes per second, measured in
    this run on a working set of ``nbytes`` (so a set that fits in cache is compared
    with the cache). ``only`` names the workloads it is for; None, the default: all.

    >>> floor = Limit("read once", lambda inputs, bandwidth: 8e6 / bandwidth(8_000_000))
    >>> floor.seconds({}, lambda nbytes: 8e9)
    0.001
    """

    name: str
    seconds: Callable[[Inputs, Callable[[int], float]], float]
    note: str = ""
    kind: Literal["limit", "target"] = "limit"
    only: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.kind not in ("limit", "target"):
            raise StudyError(f"Limit {self.name!r}: kind={self.kind!r}: expected limit or target")


@dataclass(frozen=True)
class Scaling:
    """A curve of time against a size, over workloads of one family.

    ``x(sizes)`` gives the abscissa from a workload's sizes. Drawn log-log with the
    crossovers between implementations marked.

    >>> Scaling("time against n", "n", lambda sizes: sizes["n"], on=("n=1",)).x({"n": 1})
    1
    """

    title: str
    label: str
    x: Callable[[Mapping[str, Any]], float]
    on: tuple[str, ...]


@dataclass(frozen=True)
class Study:
    """Workloads, implementations, bounds of agreement, and claims.

    ``analysis`` is a paragraph for the reader: where each implementation wins and loses, and why.
    ``components`` are parts of the others' work, timed alone (the callback that a sampler calls):
    a claim with ``metric="added_time"`` compares with them. ``headline`` is the workload and the
    implementation in the study's one-line summary. ``time_limit`` (seconds) bounds one call of one
    implementation.

    >>> workload = Workload("n=3", lambda n: {"x": list(range(n))}, n=3)
    >>> loop = Implementation("sum", lambda x: float(sum(x)))
    >>> study = Study("total", "How fast?", [workload], baseline=loop, optimised=[])
    >>> study.implementation("sum").role
    'baseline'
    """

    name: str
    question: str
    workloads: Sequence[Workload]
    baseline: Implementation
    optimised: Sequence[Implementation]
    peers: Sequence[Implementation] = ()
    components: Sequence[Implementation] = ()
    limits: Sequence[Limit] = ()
    agreement: Agreement = field(default_factory=Agreement)
    claims: Sequence[Claim] = ()
    scaling: Sequence[Scaling] = ()
    title: str = ""
    headline: tuple[str, str] | None = None
    analysis: str = ""
    criterion: Sequence[str] = ()
    time_limit: float = 300.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "baseline", replace(self.baseline, role="baseline"))
        roles: dict[str, Role] = {
            "optimised": "optimised",
            "peers": "peer",
            "components": "component",
        }
        for attribute, role in roles.items():
            given = tuple(replace(i, role=role) for i in getattr(self, attribute))
            object.__setattr__(self, attribute, given)
        self._validate()

    def _validate(self) -> None:
        who = f"Study {self.name!r}"
        if not self.name or not self.name.replace("_", "").isalnum():
            raise StudyError(f"Study name={self.name!r}: expected letters, digits and underscores")
        if not self.workloads:
            raise StudyError(f"{who} has no workload")
        workloads = [w.name for w in self.workloads]
        names = [i.name for i in self.implementations()] + [limit.name for limit in self.limits]
        for kind, given in (("workload", workloads), ("implementation", names)):
            if twice := sorted({n for n in given if given.count(n) > 1}):
                raise StudyError(f"{who}: {kind} named twice: {', '.join(twice)}")
        implementations: list[tuple[str, str | None]] = []
        on: list[tuple[str, Sequence[str]]] = [("scaling", c.on) for c in self.scaling]
        on += [(i.name, i.only or ()) for i in self.implementations()]
        on += [(limit.name, limit.only or ()) for limit in self.limits]
        if self.headline is not None:
            implementations.append(("headline", self.headline[1]))
            on.append(("headline", self.headline[:1]))
        for claim in self.claims:
            implementations += [("claim", claim.implementation), ("claim", claim.over)]
            on.append(("claim", (claim.on,) if isinstance(claim.on, str) else claim.on or ()))
        for part, name in implementations:
            if name not in (None, BEST_PEER, *names):
                known = ", ".join(names)
                raise StudyError(f"{who}: {part} names {name!r}; its implementations are {known}")
        for part, chosen in on:
            if unknown := [w for w in chosen if w not in workloads]:
                raise StudyError(
                    f"{who}: {part} names unknown workload {unknown[0]!r}; "
                    f"its workloads are {', '.join(workloads)}"
                )
        if not 0 < self.time_limit < math.inf:
            raise StudyError(f"{who}: time_limit={self.time_limit}, expected finite and > 0")

    def implementations(self) -> Iterator[Implementation]:
        """Baseline first, then the optimised, the peers, and the components."""
        yield self.baseline
        yield from self.optimised
        yield from self.peers
        yield from self.components

    def implementation(self, name: str) -> Implementation:
        """Look one up by name (``KeyError`` names the choices)."""
        return self._named("implementation", name, {i.name: i for i in self.implementations()})

    def workload(self, name: str) -> Workload:
        """Look one up by name (``KeyError`` names the choices)."""
        return self._named("workload", name, {w.name: w for w in self.workloads})

    def _named(self, kind: str, name: str, known: Mapping[str, T]) -> T:
        if name in known:
            return known[name]
        raise KeyError(f"study {self.name!r} has no {kind} {name!r}: {', '.join(known)}")

    def selected(self, *, full: bool) -> list[Workload]:
        """The workloads of a preset; a study without quick ones runs its first."""
        if full:
            return list(self.workloads)
        return [w for w in self.workloads if w.quick] or [self.workloads[0]]


def _length(value: Any) -> int:
    try:
        return len(value)
    except TypeError:  # a number
        return 0
