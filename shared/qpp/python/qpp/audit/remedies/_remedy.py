"""A remedy, and the row of a study that shows it."""

from __future__ import annotations

from dataclasses import dataclass

from qpp.audit.document import Effort, Risk


@dataclass(frozen=True)
class Shown:
    """A row of a study's committed result: how much faster than the baseline, or than ``over``."""

    study: str
    workload: str
    implementation: str
    over: str = ""


@dataclass(frozen=True)
class Remedy:
    """What to do about a pattern.

    ``mechanism`` says in two sentences why the code is slow; ``caution`` what the remedy can change
    in the results. ``before`` and ``after`` define one function; ``np``, ``pd`` and ``pl`` are the
    usual imports. ``gain`` is the reachable factor on the explained time, by ``source``.
    """

    pattern: str
    mechanism: str
    remedy: str
    caution: str
    effort: Effort
    risk: Risk
    gain: float
    source: str
    before: str = ""
    after: str = ""
    shown: Shown | None = None
