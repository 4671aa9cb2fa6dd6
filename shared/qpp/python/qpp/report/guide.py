"""The end of the report: the machine it was made on, and how to read its figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from qpp import format as fmt
from qpp.report.markup import Html, el, join
from qpp.results import Run

GUIDE: tuple[tuple[str, str], ...] = (
    (
        "What a study does",
        "It runs a Python baseline, our optimised versions and the peers a user would pick instead "
        "on the same inputs, checks that their outputs agree, and times them in turns in one run "
        "on one machine.",
    ),
    (
        "Bar, published",
        "A bar is a figure that we promise. A published figure is somebody else's, measured on "
        "their machine; it is shown for comparison and is never counted as our failure.",
    ),
    (
        "Verdicts",
        "Reproduced: the whole interval lies on the right side of the bar. Not reproduced: the "
        "whole interval lies on the wrong side. Within noise: the interval lies on both sides, "
        "so the run cannot tell. Not tested: the workload or an implementation was not part of "
        "the run.",
    ),
    (
        "Ratio",
        "The baseline's time over this one's: 10× is ten times faster, 0.5× is twice as slow. It "
        "is the median over pairs of samples taken in the same round. Brackets hold the 95 % "
        "bootstrap interval.",
    ),
    (
        "Noise floor",
        "In every workload the same code runs twice, as if it were two implementations. The "
        "largest deviation of their ratio from 1 in the whole run is the noise floor: no smaller "
        "difference between two rows is one. It is the grey band of the charts.",
    ),
    (
        "Median, minimum, spread",
        "Of all samples of one implementation. The spread is the interquartile range over the "
        "median.",
    ),
    (
        "What is timed",
        "One call of the implementation, in a process that has run it before, with a fixed number "
        "of threads. Not timed: making the inputs, the first call (with any compilation), and "
        "conversions to the types that a user of the implementation would already have. A note in "
        "the row says more.",
    ),
    (
        "Interleaved",
        "Implementations take turns within one run (A B C, C A B), so a slow minute of the machine "
        "slows all of them.",
    ),
    (
        "Agreement",
        "The outputs that were timed are compared with the baseline's, within the bound stated "
        "with each study. A row that disagrees shows neither time nor ratio.",
    ),
    (
        "Memory",
        "Resident growth is how far one call raised the memory of its process. Python peak is "
        "what Python's own allocator saw, which leaves out the memory of Polars and Rust.",
    ),
    (
        "Limit, target",
        "A limit is the least time any way of doing this work can take, such as bytes over "
        "measured memory bandwidth: no ratio should exceed it (≤). A target is a time that the "
        "study set itself, and that can be beaten.",
    ),
    (
        "Threads",
        "Compare rows of equal thread counts. Rows that use several threads stand in a group of "
        "their own.",
    ),
)
LABELS = {
    "cpu": "Processor",
    "cores": "Cores",
    "usable_cores": "Usable cores",
    "caches": "Caches",
    "memory": "Memory",
    "os": "Operating system",
    "python": "Python",
    "rustc": "Rust compiler",
    "gpu": "GPU",
    "dirty": "Uncommitted changes",
    "load": "Load at the start",
    "virtual": "Virtual machine",
    "threads": "Thread settings",
}


def machine_section(provenance: Mapping[str, Any]) -> Html:
    """The machine and the versions, whatever of them is known."""
    rest = {k: v for k, v in provenance.items() if k != "packages"}
    packages = provenance.get("packages")
    body: list[Html | None] = [_sheet((label(k), value(k, v)) for k, v in rest.items())]
    if not rest:
        body = [el("p", "The result file does not say on which machine it was made.")]
    if isinstance(packages, Mapping) and packages:
        body.append(el("h3", "Packages", cls="sub"))
        body.append(_sheet(((str(k), str(v)) for k, v in packages.items()), " packages"))
    return el("section", el("h2", "Machine and versions"), body, id="machine")


def _sheet(pairs: Iterable[tuple[str, str]], kind: str = "") -> Html:
    entries = (el("div", el("dt", k), el("dd", v)) for k, v in pairs)
    return el("dl", entries, cls=f"sheet{kind}")


def label(key: str) -> str:
    """A key of the provenance as a person would write it."""
    return LABELS.get(key) or words(key)[:1].upper() + words(key)[1:]


def value(key: str, found: Any) -> str:
    """Any value of the provenance in words; what is unknown says so."""
    if found is None or found == "" or found == {} or found == []:
        return "unknown" if key != "gpu" else "none found"
    if isinstance(found, bool):
        return "yes" if found else "no"
    if key == "memory" and isinstance(found, int | float):
        return fmt.bytes_(found)
    if isinstance(found, Mapping):
        return ", ".join(f"{words(str(k))} {value(str(k), v)}" for k, v in found.items())
    if isinstance(found, list | tuple):
        return ", ".join(value("", item) for item in found)
    return str(found)


def words(key: str) -> str:
    """An identifier as words: ``max_lag`` is ``max lag``."""
    return re.sub(r"_+", " ", str(key)).strip()


def guide_section(run: Run) -> Html:
    """How to read the figures, and the command that makes them again."""
    entries = (el("div", el("dt", term), el("dd", text)) for term, text in GUIDE)
    return el(
        "section",
        el("h2", "How to read this report"),
        el("dl", entries, cls="guide"),
        join(el("p", "To make this report again:"), command(run)) if run.command else None,
        id="reading",
    )


def command(run: Run) -> Html | None:
    """The generating command, ready to copy."""
    if not run.command:
        return None
    return el("pre", el("code", run.command), cls="command", tabindex=0)
