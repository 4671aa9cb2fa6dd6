"""Results as Markdown: a table of all studies, one study for its README, its RESULTS.md."""

from collections.abc import Sequence
from typing import Any

from qpp import format as show
from qpp.results import ClaimResult, Interval, Row, Run, StudyResult
from qpp.summary import Summary, fastest, held, others, over, summarise, tally

RESULTS = "RESULTS.md"
MOST_ROWS = 12  # of a table in a README
HEAD = 2  # lines of a table before its rows


def overview(runs: dict[str, tuple[str, Run]]) -> str:
    """One line per study: its headline workload, baseline, what we recommend, the best peer."""
    lines = [
        "| study | workload | baseline | ours | ratio | best peer | over it | bars held |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, (folder, run) in runs.items():
        study = _study(run, name)
        found = headline(study)
        cells = [f"[{study.title}]({folder})", found.workload.name, _timed(found.baseline)]
        cells += [_timed(found.ours), f"**{_ratio(found.ours.ratio if found.ours else None)}**"]
        cells += [_timed(found.peer), _ratio(found.over_peer), _held(study)]
        lines.append(_line(cells))
    return "\n".join([*lines, "", *_made_by([run for _, run in runs.values()]), ""])


def _held(study: StudyResult) -> str:
    """``18 of 20, 1 within noise, 3 not tested: no GPU``."""
    count = tally(study.claims, "bar")
    reproduced, tested = held(study.claims, "bar")
    parts = [f"{reproduced} of {tested}", *others({**count, "not reproduced": 0})]
    untested = [c for c in study.claims if c.verdict == "not tested" and c.kind == "bar"]
    if untested and all("GPU" in c.reason for c in untested):
        parts[-1] += ": no GPU"
    return ", ".join(parts)


def readme(run: Run, name: str, picture: str) -> str:
    """The chart of a study and at most :data:`MOST_ROWS` workloads and claims, for its README."""
    study = _study(run, name)
    summary, claims = _summary(study), _claims_in_short(study.claims)
    if len(claims) - HEAD > MOST_ROWS:
        claims = [f"Bars held: {_held(study)}."]
    link = f"Every implementation, workload and claim: [{RESULTS}]({RESULTS})."
    count = len(summary) - HEAD
    if count > MOST_ROWS:
        shown = headline(study).workload
        names = [w.name for w in study.workloads if fastest(w)]
        summary = summary[:HEAD] + [
            summary[HEAD + i] for i in spread(count, MOST_ROWS, names.index(shown.name))
        ]
        link = f"Above: {MOST_ROWS} of {count} workloads, evenly spread. {link}"
    lines = [_picture(study, picture), "", *summary, "", *claims, "", link, "", *_made_by([run])]
    return "\n".join([*lines, ""])


def spread(count: int, most: int, always: int) -> list[int]:
    """``most`` of ``count`` positions, evenly spread, one of them given.

    >>> spread(7, 4, always=3)
    [0, 3, 4, 6]
    """
    chosen = [round(i * (count - 1) / (most - 1)) for i in range(most)]
    nearest = min(range(most), key=lambda i: abs(chosen[i] - always))
    chosen[nearest] = always
    return chosen


def results_page(run: Run, name: str, picture: str) -> str:
    """Everything about a study: the page that its README links to."""
    study = _study(run, name)
    lines = [f"# Results: {study.title}", "", "Written by `qpp readme`; see [README](README.md)."]
    lines += ["", *_made_by([run]), "", _picture(study, picture), "", "## Workloads", ""]
    lines += [*_summary(study), ""]
    if study.claims:
        lines += ["## Claims", "", *_claims_in_short(study.claims), ""]
    lines += ["## Every implementation on every workload"]
    for workload in study.workloads:
        lines += ["", f"**{workload.name}**", ""]
        lines += [
            "| implementation | role | threads | median | vs baseline (95 %) | python peak "
            "| resident growth | largest error |",
            "|---|---|---:|---:|---:|---:|---:|---:|",
        ]
        lines += [_detail(row) for row in workload.rows if row.status != "not applicable"]
    if study.claims:
        lines += ["", "## Every claim on every workload", ""]
        lines += ["| claim | kind | workload | found | verdict |", "|---|---|---|---:|---|"]
    for claim in study.claims:
        verdict = claim.verdict + (f" ({claim.reason})" if claim.reason else "")
        if claim.kind == "published" and claim.verdict == "not reproduced" and claim.note:
            verdict += f": {claim.note}"
        cells = [claim.text, claim.kind, claim.workload, show.claimed(claim), verdict]
        lines.append(_line(cells))
    return "\n".join([*lines, ""])


def _picture(study: StudyResult, picture: str) -> str:
    return f"![Speed against the baseline on {headline(study).workload.name}]({picture})"


def _study(run: Run, name: str) -> StudyResult:
    study = run.study(name)
    assert study is not None  # readme.committed() finds runs by the studies they hold
    return study


def _summary(study: StudyResult) -> list[str]:
    """One line per workload: the fastest optimised row against baseline and best peer."""
    lines = [
        "| workload | baseline | fastest here | vs baseline (95 %) | best peer | vs it (95 %) |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for workload in study.workloads:
        ours, peer = fastest(workload), fastest(workload, "peer")
        if ours is None:
            continue
        base = next(r for r in workload.rows if r.role == "baseline")
        cells = [workload.name, _median(base), _timed(ours), _ratio_with_bounds(ours)]
        cells += [_timed(peer), show.interval(over(peer, ours)) if peer else ""]
        lines.append(_line(cells))
    return lines


def _claims_in_short(claims: Sequence[ClaimResult]) -> list[str]:
    """One line per claim: on how many workloads it held, and where it is nearest to its bar."""
    if not claims:
        return []
    lines = [
        "| claim | kind | held on | nearest to the bar, or furthest below |",
        "|---|---|---:|---|",
    ]
    for kind, text in dict.fromkeys((claim.kind, claim.text) for claim in claims):
        said = [c for c in claims if (c.kind, c.text) == (kind, text)]
        judged = [c for c in said if c.measured is not None]
        if not judged:
            lines.append(_line([text, kind, "not tested", ""]))
            continue
        worst = min(judged, key=_margin)
        count = tally(said)
        message = f"{count['reproduced']} of {len(judged)}"
        message += f", {count['within noise']} within noise" if count["within noise"] else ""
        found = f"{show.claimed(worst)} on {worst.workload}"
        lines.append(_line([text, kind, message, found]))
    return lines


def _margin(claim: ClaimResult) -> float:
    """How far a figure is on the right side of its bar; the larger the better."""
    assert claim.measured is not None  # only those are compared
    return claim.measured.value if claim.at_least else -claim.measured.value


def _timed(row: Row | None) -> str:
    return f"{row.implementation} {_median(row)}" if row else ""


def _median(row: Row) -> str:
    said = f" ({show.in_part(row.parts)})" if row.parts > 1 else ""
    return show.seconds(row.median) + said


def _detail(row: Row) -> str:
    cells = [row.implementation, row.role, str(row.threads)]
    if row.status not in ("ok", "limit"):
        reason = f"{row.status}: {row.reason}" if row.reason else row.status
        return _line([*cells, reason, *[""] * 4])
    memory = (row.python_peak, row.resident_growth)
    cells += [_median(row), _ratio_with_bounds(row)]
    cells += [show.bytes_(m) if row.status == "ok" else "" for m in memory]
    return _line([*cells, show.error(row.parity.max_abs) if row.parity else ""])


def _line(cells: list[str]) -> str:
    """A row of a table; a bar within a cell (as in absolute returns) would end it."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _ratio(ratio: Interval | None) -> str:
    return show.ratio(ratio.value) if ratio else ""


def _ratio_with_bounds(row: Row) -> str:
    return f"{_ratio(row.ratio)} {show.bounds(row.ratio)}" if row.ratio else ""


def headline(study: StudyResult) -> Summary:
    """The study's headline, which a committed result has."""
    found = summarise(study)
    if found is None or found.ours is None:
        raise ValueError(f"study {study.name!r}: its committed result holds no ratio")
    return found


def _made_by(runs: list[Run]) -> list[str]:
    """One line for each machine: the command, or that there are several, and the days."""
    machines: dict[str, list[Run]] = {}
    for run in {(r.command, r.created): r for r in runs}.values():
        machines.setdefault(_machine(run.provenance), []).append(run)
    lines = []
    for machine, same in machines.items():
        days = sorted({run.created[:10] for run in same})
        when = " to ".join(dict.fromkeys((days[0], days[-1])))
        what = f"`{same[0].command}`"
        if len(same) > 1:
            what = "`qpp reproduce STUDY --full` (each result file holds its own command)"
        lines.append(f"<sub>{what} on {machine}, {when}.</sub>")
    return lines


def _machine(provenance: dict[str, Any]) -> str:
    packages = provenance.get("packages") or {}
    versions = [f"{n} {packages[n]}" for n in ("numpy", "pandas", "polars") if n in packages]
    parts = [provenance.get("cpu"), provenance.get("python"), *versions]
    cores = provenance.get("usable_cores")
    if cores:
        parts.insert(1, f"{cores} cores")
    return ", ".join(str(p) for p in parts if p)
