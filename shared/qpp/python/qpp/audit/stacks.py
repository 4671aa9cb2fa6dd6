"""Stacks over time: what a sampling profiler saw, and what it cost."""

from dataclasses import dataclass
from typing import NamedTuple, Self


class Frame(NamedTuple):
    """One call: the function's qualified name, its file and the line it is at."""

    name: str
    file: str
    line: int


Stack = tuple[Frame, ...]  # the root first


class Span(NamedTuple):
    """One thread showed one stack from ``start`` to ``stop`` (seconds of the monotonic clock)."""

    pid: int
    tid: int
    start: float
    stop: float
    stack: Stack


@dataclass(frozen=True)
class Amounts:
    """Seconds: of wall, processor and kernel time, and of waiting (part of wall)."""

    wall: float = 0.0
    cpu: float = 0.0
    system: float = 0.0
    waiting: float = 0.0

    def __add__(self, other: Self) -> Self:
        return type(self)(
            self.wall + other.wall,
            self.cpu + other.cpu,
            self.system + other.system,
            self.waiting + other.waiting,
        )
