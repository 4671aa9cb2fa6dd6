"""From a measurement to the document: findings, excerpts of the source, secrets masked."""

import dataclasses
import re
import shlex
from datetime import UTC, datetime
from typing import Any

from qpp import machine
from qpp.audit.client import Client
from qpp.audit.document import Audit, Finding, Run
from qpp.audit.findings import bound_together, findings, first, not_found, nothing_worth
from qpp.audit.measure import Measured
from qpp.audit.places import Place
from qpp.audit.secrets import Secrets

EXCERPT = 16  # lines of a place that are shown whole; of a longer one, what is around the hot ones
AROUND, HOTTEST = 2, 4
# A rule's evidence is ``line 7, `its code`: 40 % of the time here``.
CODE = re.compile(r"^((?:also \w+: )?lines? [\d–]+), `.*`: (\d+ %)", re.DOTALL)
LINES = re.compile(r"^((?:also \w+: )?lines? )([\d–]+)")


def compose(
    client: Client, measured: Measured, *, source: bool = True, total_seconds: float = 0.0
) -> Audit:
    """The document of what was measured; no code of the client without ``source``."""
    secrets = Secrets(client.arguments)
    found = findings(measured)
    traceback = measured.traceback
    if not source:
        lines = traceback.splitlines()
        traceback = "\n".join(line for line in lines if not line.startswith("    "))
    places = zip(found, measured.places, strict=True)
    run: dict[str, Any] = {f.name: getattr(measured, f.name) for f in dataclasses.fields(Run)}
    run["traceback"] = secrets.hide(traceback)
    run["notes"] = tuple(secrets.hide(note) for note in measured.notes)
    return Audit(
        command=_command(client, secrets),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        provenance=machine.provenance(),
        nothing_worth=nothing_worth(found),
        findings=tuple(_shown(finding, place, secrets, source) for finding, place in places),
        bound_together=bound_together(first(found)),
        not_found=not_found(found) if found else (),
        total_seconds=total_seconds,
        **run,
    )


def _command(client: Client, secrets: Secrets) -> str:
    """The command of this audit, secrets masked."""
    head = {"module": ["-m"], "function": ["--function"]}.get(client.kind, [])
    words = ["qpp", "audit", *head, client.target]
    words += ["--with", str(client.case)] if client.case else []
    words += ["--", *secrets.arguments] if secrets.arguments else []
    return shlex.join(words).replace("'***'", "***")


def _shown(finding: Finding, place: Place, secrets: Secrets, source: bool) -> Finding:
    """A finding with its excerpt; lines of a notebook are counted from the start of their cell."""
    shares = _excerpt(place) if source else {}
    above = place.source.cells[finding.cell - 1] - 1 if finding.cell else 0
    evidence = []
    for text in finding.evidence:
        plain = text if source else CODE.sub(r"\1: \2", text)
        counted = LINES.sub(lambda n: n[1] + _less(n[2], above), plain)
        evidence.append(secrets.hide(counted))
    return dataclasses.replace(
        finding,
        first_line=finding.first_line - above,
        last_line=finding.last_line - above,
        evidence=tuple(evidence),
        excerpt=tuple(secrets.hide(place.source.lines[n - 1]) for n in shares),
        excerpt_lines=tuple(n - above for n in shares),
        excerpt_shares=tuple(shares.values()),
    )


def _less(numbers: str, above: int) -> str:
    return re.sub(r"\d+", lambda n: str(int(n[0]) - above), numbers)


def _excerpt(place: Place) -> dict[int, float]:
    """Lines with their shares: of a short place all, of a long one the first and the hottest."""
    inside = range(place.first_line, min(place.last_line, len(place.source.lines)) + 1)
    shares = dict.fromkeys(inside, 0.0)
    for line in place.lines:
        if line.file == str(place.source.path) and line.line in inside:
            shares[line.line] += line.share.value
    if len(inside) <= EXCERPT:
        return shares
    hottest = sorted(shares, key=lambda n: -shares[n])[:HOTTEST]
    near = {inside[0], *(n for hot in hottest for n in range(hot - AROUND, hot + AROUND + 1))}
    return {n: share for n, share in shares.items() if n in near}
