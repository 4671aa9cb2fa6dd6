"""What a study is: one declaration that every reader of the harness understands.

A study puts a baseline and its optimised twins (and the peers a user would pick
instead) side by side on the same inputs. It is declared once, in a ``study.py``;
the command line, the tests, the history and the report all read that declaration.

Nothing here measures or compares anything: these are plain, validated values.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from qpp.claim import BEST_PEER as BEST_PEER
from qpp.claim import Claim as Claim
from qpp.claim import StudyError as StudyError

Role = Literal["baseline", "optimised", "peer", "component", "limit", "target"]
Inputs = Mapping[str, Any]
MOST_THREADS = 4096  # beyond any machine: a slip, and libraries do start as many


class Workload:
    """A named input with its sizes, made from a seed or loaded from real data.

    Parameters
    ----------
    name
        Shown in every table, unique within the study: ``"3000 x 100, W=100"``.
    make
        ``make(**sizes)`` returns the keyword arguments with which every
        implementation is called. Must be deterministic: each worker process
        builds its own copy, outside the clock.
    quick
        Part of the quick preset. All workloads run under ``--full``.
    **sizes
        Passed to ``make`` and recorded in the result.

    Examples
    --------
    >>> w = Workload("n=3", lambda n: {"x": list(range(n))}, quick=True, n=3)
    >>> w.inputs()
    {'x': [0, 1, 2]}
    """

    def __init__(
        self, name: str, make: Callable[..., Inputs], *, quick: bool = False, **sizes: Any
    ) -> None:
        if not name:
            raise StudyError("Workload name is empty: give it the words a table should show")
        if not callable(make):
            raise StudyError(f"Workload {name!r}: make={make!r} is not callable")
        self.name = name
        self.make = make
        self.quick = quick
        self.sizes: dict[str, Any] = sizes

    def inputs(self) -> Inputs:
        """Build the keyword arguments of one call (outside every clock)."""
        made = self.make(**self.sizes)
        if not isinstance(made, Mapping):
            raise StudyError(
                f"Workload {self.name!r}: make returned {type(made).__name__}, "
                "expected a mapping of keyword arguments"
            )
        return made

    def __repr__(self) -> str:
        return f"Workload({self.name!r}, quick={self.quick}, {self.sizes})"


@dataclass(frozen=True)
class Implementation:
    """One way to compute the answer.

    Parameters
    ----------
    name
        Shown in every table, unique within the study.
    call
        ``call(**inputs)`` returns the output. This is what the clock sees.
    needs
        Importable module names this implementation requires (``"numba"``).
        Where one is missing, the row says so and how to get it.
    install
        The remedy shown for a missing need, e.g. ``"make peers"``.
    prepare
        ``prepare(inputs) -> inputs``, outside the clock: conversions a user of
        this implementation would already have behind them (a pandas frame for
        a pandas implementation).
    collect
        ``collect(output) -> array | mapping of arrays``, outside the clock: what
        is compared with the baseline. Default: the output itself.
    threads
        Thread count fixed for the worker process (0: all cores). Rows are only
        comparable at equal counts; parallel rows stand by themselves.
    note
        What a reader must know: a different stage, a setting, what is in the clock.
    only
        Workload names it can express; ``None`` for all. On others the row says
        that it does not apply.
    compare
        Names of the outputs it shares with the baseline. ``None``: all must be
        there. An implementation that computes one stage only names that stage.
    part
        ``part(inputs) -> (smaller inputs, how many such parts the whole is)``, after
        ``prepare``: for work that grows in proportion and whose whole would take hours. One
        part is run, its time is multiplied, and every table says so. One part is the whole.
    quick_part
        As ``part``, in the quick preset and in tests: for a slow baseline, whose whole belongs to
        the full preset. The outputs of the part must be the first rows of the whole's (fewer days
        of a backtest, fewer iterations of a fit): those are compared.
    """

    name: str
    call: Callable[..., Any]
    needs: str | tuple[str, ...] = ()
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
        if not 0 <= self.threads <= MOST_THREADS:
            raise StudyError(
                f"Implementation {self.name!r}: threads={self.threads}, "
                f"expected 0 (all) to {MOST_THREADS}"
            )

    def ready(self, inputs: Inputs, *, quick: bool = False) -> tuple[Inputs, int]:
        """What ``call`` is given for a workload's inputs, and how many such parts it has."""
        if self.prepare is not None:
            inputs = self.prepare(inputs)
        part = (self.quick_part if quick else None) or self.part
        if part is None:
            return inputs, 1
        inputs, parts = part(inputs)
        if not isinstance(parts, int) or isinstance(parts, bool) or parts < 1:
            raise StudyError(
                f"Implementation {self.name!r}: part gave {parts!r} parts, "
                "expected a whole number of at least 1"
            )
        return inputs, parts

    def applies_to(self, workload: Workload) -> bool:
        """Whether it can express this workload (``only``)."""
        return self.only is None or workload.name in self.only

    def unavailable(self) -> str | None:
        """Why it cannot run here, with the remedy; ``None`` where it can."""
        needs = (self.needs,) if isinstance(self.needs, str) else self.needs
        missing = [n for n in needs if not _importable(n)]
        if not missing:
            return None
        return f"needs {', '.join(missing)} ({self.install})"


@dataclass(frozen=True)
class Limit:
    """A time to stand beside the rows: ``seconds(inputs, bandwidth)`` for one workload.

    ``kind="limit"`` is the floor that physics sets: no way of doing this work is faster.
    ``kind="target"`` is a time that the study set itself, and that can be beaten.
    ``bandwidth(nbytes)`` is the memory bandwidth in bytes per second, measured in
    this run on a working set of ``nbytes`` (so a set that fits in cache is judged
    by the cache).
    """

    name: str
    seconds: Callable[[Inputs, Callable[[int], float]], float]
    note: str = ""
    kind: Literal["limit", "target"] = "limit"

    def __post_init__(self) -> None:
        if self.kind not in ("limit", "target"):
            raise StudyError(f"Limit {self.name!r}: kind={self.kind!r}: expected limit or target")


@dataclass(frozen=True)
class Agreement:
    """How close outputs must be to the baseline's.

    A value ``a`` agrees with the baseline's ``b`` when any bound that is set holds:
    ``|a - b| <= max(atol, rtol * |b|)``, or they are within ``ulp`` units in the
    last place, or within ``standard_errors`` combined standard errors (the output
    then carries a companion ``<name>_standard_error``). NaN agrees with NaN only.
    All bounds zero means equal to the bit, save for the sign of zero.
    ``outputs`` overrides the bounds by output name.
    """

    atol: float = 0.0
    rtol: float = 0.0
    ulp: int = 0
    standard_errors: float = 0.0
    outputs: Mapping[str, Agreement] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("atol", "rtol", "ulp", "standard_errors"):
            value = getattr(self, name)
            if not 0 <= value < float("inf"):
                raise StudyError(f"Agreement {name}={value}: expected a finite number >= 0")

    def of(self, output: str) -> Agreement:
        """The bounds for one output."""
        return self.outputs.get(output, self)

    def describe(self) -> str:
        """In words, for the report."""
        parts = []
        if self.atol or self.rtol:
            bounds = [f"{self.atol:g}" if self.atol else "", f"{self.rtol:g}*|b|"]
            used = [b for b, v in zip(bounds, (self.atol, self.rtol), strict=True) if v]
            parts.append("|a-b| <= " + (f"max({', '.join(used)})" if len(used) > 1 else used[0]))
        if self.ulp:
            parts.append(f"{self.ulp} ulp")
        if self.standard_errors:
            parts.append(f"{self.standard_errors:g} standard errors")
        text = " or ".join(parts) or "equal"
        named = [f"{k}: {v.describe()}" for k, v in self.outputs.items()]
        return "; ".join([*named, f"otherwise {text}"] if named else [text])


@dataclass(frozen=True)
class Scaling:
    """A curve of time against a size, over workloads of one family.

    ``x(sizes)`` gives the abscissa from a workload's sizes. Drawn log-log with the
    crossovers between implementations marked.
    """

    title: str
    label: str
    x: Callable[[Mapping[str, Any]], float]
    on: tuple[str, ...]


@dataclass(frozen=True)
class Study:
    """A question, the ways to answer it, and what must come out.

    ``analysis`` is the paragraph a client reads: where each implementation wins and
    loses, and why. ``components`` are parts of the others' work, timed alone (the callback that a
    sampler calls): nothing to be faster than, but what an added time is judged over.
    ``headline`` is the workload and the implementation we recommend, which stand for the study
    where it has one line. ``time_limit`` (seconds) bounds one call of one implementation.
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
        roles: tuple[tuple[str, Role], ...] = (
            ("optimised", "optimised"),
            ("peers", "peer"),
            ("components", "component"),
        )
        object.__setattr__(self, "baseline", replace(self.baseline, role="baseline"))
        for attribute, role in roles:
            given = [replace(i, role=role) for i in getattr(self, attribute)]
            object.__setattr__(self, attribute, tuple(given))
        self._validate()

    def _validate(self) -> None:
        if not self.name or not self.name.replace("_", "").isalnum():
            raise StudyError(f"Study name={self.name!r}: expected letters, digits and underscores")
        if not self.workloads:
            raise StudyError(f"Study {self.name!r} has no workload")
        _unique(self.name, "workload", [w.name for w in self.workloads])
        names = [i.name for i in self.implementations()] + [limit.name for limit in self.limits]
        _unique(self.name, "implementation", names)
        workloads = {w.name for w in self.workloads}
        for claim in self.claims:
            for who in (claim.implementation, claim.over):
                if who not in (None, BEST_PEER) and who not in names:
                    raise StudyError(
                        f"Study {self.name!r}: claim names {who!r}; "
                        f"its implementations are {', '.join(names)}"
                    )
            on = (claim.on,) if isinstance(claim.on, str) else tuple(claim.on or ())
            _known(self.name, "claim", on, workloads)
        if self.headline is not None:
            _known(self.name, "headline", self.headline[:1], workloads)
            if self.headline[1] not in names:
                raise StudyError(
                    f"Study {self.name!r}: headline names {self.headline[1]!r}; "
                    f"its implementations are {', '.join(names)}"
                )
        for curve in self.scaling:
            _known(self.name, "scaling", curve.on, workloads)
        for implementation in self.implementations():
            _known(self.name, implementation.name, implementation.only or (), workloads)
        if not 0 < self.time_limit < math.inf:
            raise StudyError(
                f"Study {self.name!r}: time_limit={self.time_limit}, expected finite and > 0"
            )

    def implementations(self) -> Iterator[Implementation]:
        """Baseline first, then the optimised, the peers, and the components."""
        yield self.baseline
        yield from self.optimised
        yield from self.peers
        yield from self.components

    def implementation(self, name: str) -> Implementation:
        """Look one up by name (``KeyError`` names the choices)."""
        for implementation in self.implementations():
            if implementation.name == name:
                return implementation
        choices = ", ".join(i.name for i in self.implementations())
        raise KeyError(f"study {self.name!r} has no implementation {name!r}: {choices}")

    def workload(self, name: str) -> Workload:
        """Look one up by name (``KeyError`` names the choices)."""
        for workload in self.workloads:
            if workload.name == name:
                return workload
        choices = ", ".join(w.name for w in self.workloads)
        raise KeyError(f"study {self.name!r} has no workload {name!r}: {choices}")

    def selected(self, *, full: bool) -> list[Workload]:
        """The workloads of a preset; a study without quick ones runs its first."""
        if full:
            return list(self.workloads)
        return [w for w in self.workloads if w.quick] or [self.workloads[0]]


def _importable(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):  # its parent is missing, or it is no module's name
        return False


def _unique(study: str, kind: str, names: Sequence[str]) -> None:
    twice = {n for n in names if names.count(n) > 1}
    if twice:
        raise StudyError(f"Study {study!r}: {kind} named twice: {', '.join(sorted(twice))}")


def _known(study: str, who: str, names: Sequence[str], workloads: set[str]) -> None:
    unknown = [n for n in names if n not in workloads]
    if unknown:
        raise StudyError(
            f"Study {study!r}: {who} names unknown workload {unknown[0]!r}; "
            f"known: {', '.join(sorted(workloads))}"
        )
