"""One audit from start to end: measure, name the patterns, write down what was found."""

from __future__ import annotations

import dataclasses
import re
import shlex
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from qpp import machine
from qpp.audit.client import Client
from qpp.audit.document import Audit, Finding
from qpp.audit.findings import bound_together, findings, first, not_found, nothing_worth
from qpp.audit.measure import RUNS, TIME_LIMIT, Measured, measure
from qpp.audit.places import Place
from qpp.audit.secrets import Secrets
from qpp.audit.source import Source
from qpp.audit.stored_input import StoredInput

EXCERPT = 16  # lines of a place that are shown whole; of a longer one, what is around the hot ones
AROUND, HOTTEST = 2, 4


@dataclass(frozen=True)
class Options:
    """How to audit: profiled runs, seconds for each run, memory too, excerpts of the source.

    ``memory=None`` measures allocations where the time in the kernel says that they matter.
    """

    runs: int = RUNS
    time_limit: float = TIME_LIMIT
    memory: bool | None = None
    source: bool = True


def audit(
    client: Client,
    options: Options,
    *,
    stdin: StoredInput | None = None,
    echo: Callable[[str], None] = lambda text: None,
) -> Audit:
    """Measure a client's program and say what is slow, why, and what a remedy can bring.

    Parameters
    ----------
    client
        The program; it is run several times, bare and under profilers.
    options
        See :class:`Options`.
    stdin
        What the program reads on its standard input; nothing by default.
    echo
        Called with what is being done, before each step.

    Raises
    ------
    AuditError
        The program cannot be started or profiled.
    """
    begun = time.monotonic()
    measured = measure(
        client,
        runs=options.runs,
        time_limit=options.time_limit,
        memory=options.memory,
        stdin=stdin,
        echo=echo,
    )
    echo("naming the patterns")
    made = compose(client, measured, source=options.source)
    return dataclasses.replace(made, total_seconds=time.monotonic() - begun)


def compose(client: Client, measured: Measured, *, source: bool = True) -> Audit:
    """The document of what was measured, with secrets masked."""
    secrets = Secrets(client.arguments)
    found = findings(measured)
    places = {_key(p.source.path, p.first_line, p.last_line): p for p in measured.places}
    shown = []
    for finding in found:
        place = places.get(_key(finding.file, finding.first_line, finding.last_line))
        evidence = finding.evidence if source else map(_without_code, finding.evidence)
        finding = dataclasses.replace(finding, evidence=_hidden(secrets, evidence))
        finding = _with_excerpt(finding, place if source else None, secrets)
        shown.append(_in_cell(finding, place.source) if place else finding)
    traceback = measured.traceback if source else _without_source(measured.traceback)
    return Audit(
        command=command(client, secrets),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        provenance=machine.provenance(),
        exit_status=measured.exit_status,
        time_limit_reached=measured.time_limit_reached,
        bare_seconds=measured.bare_seconds,
        profiled_seconds=measured.profiled_seconds,
        profilers=measured.profilers,
        stable=measured.stable,
        nothing_worth=nothing_worth(found),
        imports_share=measured.imports_share,
        waiting_share=measured.waiting_share,
        findings=tuple(shown),
        bound_together=bound_together(first(found)),
        notes=_hidden(secrets, measured.notes),
        not_found=not_found(found) if found else (),
        traceback=secrets.hide(traceback),
    )


def command(client: Client, secrets: Secrets) -> str:
    """The command of this audit, secrets masked."""
    head = {"module": ["-m"], "function": ["--function"]}.get(client.kind, [])
    words_of = ["qpp", "audit", *head, client.target]
    words_of += ["--with", str(client.case)] if client.case else []
    words_of += ["--", *secrets.arguments] if secrets.arguments else []
    return shlex.join(words_of).replace("'***'", "***")


def _key(path: str | Path, first: int, last: int) -> tuple[str, int, int]:
    return str(path), first, last


def _hidden(secrets: Secrets, texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(secrets.hide(text) for text in texts)


def _with_excerpt(finding: Finding, place: Place | None, secrets: Secrets) -> Finding:
    """The lines of a short place, or the first one and those around the hottest."""
    if place is None:
        return dataclasses.replace(finding, excerpt=())
    text = place.source.lines
    inside = range(place.first_line, min(place.last_line, len(text)) + 1)
    shares: dict[int, float] = {}
    for line in place.lines:
        if line.file == str(place.source.path) and line.line in inside:
            shares[line.line] = shares.get(line.line, 0.0) + line.share.value
    chosen = set(inside)
    if len(inside) > EXCERPT:
        hottest = sorted(shares, key=lambda n: -shares[n])[:HOTTEST]
        near = {n for hot in hottest for n in range(hot - AROUND, hot + AROUND + 1)}
        chosen = (near & chosen) | {inside[0]}
    numbers = tuple(sorted(chosen))
    return dataclasses.replace(
        finding,
        excerpt=tuple(secrets.hide(text[n - 1]) for n in numbers),
        excerpt_lines=numbers,
        excerpt_shares=tuple(shares.get(n, 0.0) for n in numbers),
    )


def _in_cell(finding: Finding, source: Source) -> Finding:
    """Lines of a notebook are counted from the start of their cell, as its reader sees them."""
    if finding.cell is None:
        return finding
    before = source.cells[finding.cell - 1] - 1
    evidence = (
        re.sub(r"\bline (\d+)", lambda line: f"line {int(line[1]) - before}", text, count=1)
        for text in finding.evidence
    )
    return dataclasses.replace(
        finding,
        first_line=finding.first_line - before,
        last_line=finding.last_line - before,
        excerpt_lines=tuple(line - before for line in finding.excerpt_lines),
        evidence=tuple(evidence),
    )


def _without_code(evidence: str) -> str:
    """A rule's evidence is ``line 7: its code: 40% of the time here``."""
    return re.sub(r"^((?:also \w+: )?line \d+): .*: (\d+ ?%)", r"\1: \2", evidence, flags=re.S)


def _without_source(traceback: str) -> str:
    return "\n".join(line for line in traceback.splitlines() if not line.startswith("    "))
