"""The last part of the report: the machine, and how to read the figures."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from qpp import format as fmt
from qpp.report.markup import Html, el, raw, resource
from qpp.results import Run

LABELS = {
    "cpu": "Processor",
    "os": "Operating system",
    "rustc": "Rust compiler",
    "gpu": "GPU",
    "dirty": "Uncommitted changes",
    "load": "Load at the start",
    "other_processes": "Other processes, in cores",
    "virtual": "Virtual machine",
    "threads": "Thread settings",
}


def machine_section(provenance: Mapping[str, Any], *, fold: bool = False) -> Html:
    """The machine and the versions, folded if asked for."""
    rest = {k: v for k, v in provenance.items() if k != "packages"}
    packages = provenance.get("packages")
    title = {k: LABELS.get(k) or words(k)[:1].upper() + words(k)[1:] for k in rest}
    body = [sheet((title[k], value(k, v)) for k, v in rest.items())]
    if not rest:
        body = [el("p", "The result file does not name its machine.")]
    if isinstance(packages, Mapping) and packages:
        versions = ((str(k), str(v)) for k, v in packages.items())
        body += [el("h3", "Packages of this Python", cls="sub"), sheet(versions, " packages")]
    said = el("summary", el("b", "Where this was measured"))
    shown = el("details", said, body) if fold else body
    return el("section", el("h2", "Machine and versions"), shown, id="machine")


def sheet(pairs: Iterable[tuple[str, str]], kind: str = "") -> Html:
    """Names with their values, in as many columns as there is room for."""
    entries = (el("div", el("dt", k), el("dd", v)) for k, v in pairs)
    return el("dl", entries, cls=f"sheet{kind}")


def value(key: str, found: Any) -> str:
    """Any value of the provenance in words; ``unknown`` where there is none."""
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
    again = (
        el("p", "To make this report again:"),
        el("pre", el("code", run.command), cls="command", tabindex=0),
    )
    return el(
        "section",
        el("h2", "How to read this report"),
        raw(resource("guide.html")),
        again if run.command else None,
        id="reading",
    )
