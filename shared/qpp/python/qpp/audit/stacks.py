"""Stacks over time: what a sampling profiler saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Frame(NamedTuple):
    """One call: the function's qualified name, its file and the line it is at."""

    name: str
    file: str
    line: int


Stack = tuple[Frame, ...]  # the root first


@dataclass(frozen=True)
class Span:
    """One thread showed one stack from ``start`` to ``stop`` (seconds of the monotonic clock)."""

    pid: int
    tid: int
    thread: str
    start: float
    stop: float
    stack: Stack


@dataclass(frozen=True)
class Spent:
    """Seconds spent with one stack: of wall, processor and kernel time, and waiting (of wall)."""

    stack: Stack
    wall: float
    cpu: float = 0.0
    system: float = 0.0
    waiting: float = 0.0
