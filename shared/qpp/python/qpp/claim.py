"""A claim of a study: a ratio, an amount of memory or a time, and its bar."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

Metric = Literal[
    "time",
    "added_time",
    "python_memory",
    "resident_memory",
    "resident_per_output",
    "resident_bytes",
]
METRICS: tuple[Metric, ...] = get_args(Metric)
ALONE = ("resident_per_output", "resident_bytes")  # metrics of one implementation, not of two
Kind = Literal["bar", "published"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MEMORY = ("python_memory", "resident_memory", *ALONE)
BEST_PEER = "best peer"


class StudyError(ValueError):
    """A study declaration contradicts itself; the message names the field and the remedy."""


@dataclass(frozen=True)
class Claim:
    """A figure that every run compares with what it measures.

    ``Claim("rust", over="numpy", at_least=25)``: the time of ``numpy`` over the time
    of ``rust`` is at least 25. With ``metric`` the ratio is of peak memory instead.
    ``metric="resident_per_output"`` takes no ``over``: it is the growth of the
    resident set over the bytes of the output, with ``at_most``; ``"resident_bytes"``
    is that growth itself. ``metric="added_time"`` is what ``implementation`` takes longer than
    ``over``, in seconds for each of ``per`` units of work (``unit`` names one): what a sampler adds
    to the callbacks it calls.

    ``over=BEST_PEER`` means the fastest peer that ran on the workload, whichever that is:
    "never slower than what a user would pick instead" is then one claim.

    ``on``: a workload name, several, or ``None`` for every measured workload that neither of the
    two leaves out.

    ``kind="bar"`` is what the study promises. ``kind="published"`` is a figure that others measured
    on their machine: it is shown beside the figure found here and never counted as a failure.
    ``note`` is one sentence for the reader: the purpose of the bar, or why a published figure
    differs from the one found here.

    >>> claim = Claim("rust", over="numpy", at_least=25)
    >>> claim.text(), claim.holds(31.0)
    ('rust >= 25 x faster than numpy', True)
    """

    implementation: str
    over: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    metric: Metric = "time"
    on: str | Sequence[str] | None = None
    kind: Kind = "bar"
    note: str = ""
    per: float = 1.0
    unit: str = "call"

    def __post_init__(self) -> None:
        who = f"Claim on {self.implementation!r}"
        if (self.at_least is None) == (self.at_most is None):
            raise StudyError(f"{who}: give at_least or at_most, not both")
        if not math.isfinite(self.bar):
            raise StudyError(f"{who}: the bar {self.bar} is not finite")
        for name, value, known in (("metric", self.metric, METRICS), ("kind", self.kind, KINDS)):
            if value not in known:
                raise StudyError(f"Claim {name}={value!r}: expected one of {', '.join(known)}")
        if not (0 < self.per < math.inf):
            raise StudyError(f"{who}: per={self.per}: expected a positive number")
        if (self.over is None) != (self.metric in ALONE):
            raise StudyError(f"{who}: over={self.over!r} does not fit metric={self.metric!r}")

    @property
    def bar(self) -> float:
        """The figure to reach (``at_least``) or to stay under (``at_most``)."""
        value = self.at_least if self.at_least is not None else self.at_most
        assert value is not None  # established in __post_init__
        return value

    def holds(self, measured: float) -> bool:
        """Whether a measured figure satisfies the claim."""
        return measured >= self.bar if self.at_least is not None else measured <= self.bar

    def workloads(self, measured: Sequence[str]) -> list[str]:
        """Those of the measured workloads that the claim is about."""
        if self.on is None:
            return list(measured)
        wanted = (self.on,) if isinstance(self.on, str) else tuple(self.on)
        return [w for w in measured if w in wanted]

    def text(self) -> str:
        """One line, without the workload."""
        name, sign = self.implementation, ">=" if self.at_least is not None else "<="
        bar = _plain(self.bar)
        if self.metric == "time" and self.at_least == 1:
            return f"{name} never slower than {self.over}"
        if self.metric == "resident_per_output":
            return f"{name}: resident growth {sign} {bar} x its outputs"
        if self.metric == "resident_bytes":
            return f"{name}: resident growth {sign} {_plain(self.bar / 2**20)} MiB"
        if self.metric == "added_time":
            return f"{name} adds {sign} {_plain(self.bar * 1e6)} µs per {self.unit} to {self.over}"
        memory = self.metric.removesuffix("_memory").replace("python", "Python")
        what = "faster than" if self.metric == "time" else f"less {memory} memory than"
        return f"{name} {sign} {bar} x {what} {self.over}"


def _plain(x: float) -> str:
    """Three significant digits with separated thousands: 5,000 where ``:.3g`` gives 5e+03."""
    return f"{float(f'{x:.3g}'):,.12g}"
