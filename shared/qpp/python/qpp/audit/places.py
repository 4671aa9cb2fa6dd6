"""Where the time goes: shares of lines, and the places that a person would rewrite.

A place is one statement, loop or function of the client. Time in a library is charged to the
client's line that calls it; a callback's time to the line that handed it to the library.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from qpp.audit.source import Source


@dataclass(frozen=True)
class Share:
    """A fraction of the work with its interval over the profiled runs, and its bands.

    ``value`` is of the wall time, ``cpu`` of the processor time. ``python``, ``native`` and
    ``system`` are fractions of the place's own processor time and sum to 1.
    """

    value: float
    low: float
    high: float
    cpu: float = 0.0
    python: float = 1.0
    native: float = 0.0
    system: float = 0.0


@dataclass(frozen=True)
class Line:
    """The time charged to one line of the client.

    ``calls`` are the functions of libraries that the line called, as ``module.function`` (the
    module by its import name: ``pandas.core.frame.iterrows``), with their part of the share;
    ``callbacks`` are lines of the client that a library called from here, with theirs. ``waiting``
    is the part of the share in which neither the processor nor the lock of the interpreter was
    held (sleep, disk, network, other processes).
    """

    file: str
    line: int
    share: Share
    calls: Mapping[str, float] = field(default_factory=dict)
    callbacks: Mapping[tuple[str, int], float] = field(default_factory=dict)
    waiting: float = 0.0


@dataclass(frozen=True)
class Place:
    """What a person would rewrite as one: a statement, a loop or a function of the client.

    ``node`` is its node in ``source.tree``; ``lines`` are its lines with time, largest first (of
    callees too, where their time is spent on behalf of this place); ``count`` is how often its
    body ran and ``called`` how often its function, where call counts tell. ``callers`` are the
    client's lines through which most of its time was reached, the outermost first.
    """

    source: Source
    node: ast.AST
    share: Share
    lines: tuple[Line, ...] = ()
    waiting: float = 0.0
    count: int | None = None
    called: int | None = None
    allocated: int | None = None
    callers: tuple[tuple[Source, int], ...] = ()

    @property
    def first_line(self) -> int:
        """Its first line."""
        return int(getattr(self.node, "lineno", 1))

    @property
    def last_line(self) -> int:
        """Its last line."""
        return int(getattr(self.node, "end_lineno", None) or self.first_line)

    @property
    def function(self) -> str:
        """The dotted name of the function it is, or stands in; empty at the top of a file."""
        return self.source.function(self.node)

    def calls(self) -> dict[str, float]:
        """The library functions that its lines called, with their part of the share."""
        total: dict[str, float] = {}
        for line in self.lines:
            for name, share in line.calls.items():
                total[name] = total.get(name, 0.0) + share
        return total
