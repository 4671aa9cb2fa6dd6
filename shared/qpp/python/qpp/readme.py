"""The tables in the READMEs, spliced from committed result files.

A README holds a pair of markers::

    <!-- qpp:results polars_vs_pandas -->
    ...
    <!-- /qpp:results -->

and ``qpp readme`` writes between them the table of that study's committed result, with
the machine and the command that made it. ``all`` stands for every committed study: one
line each. A test compares the two, so a figure typed by hand does not survive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qpp import format as show
from qpp import results
from qpp.report.charts import save_ratio_chart
from qpp.results import Interval, Row, Run, StudyResult, WorkloadResult

PICTURE = "ratios.svg"
MARKED = re.compile(
    r"(?P<open><!-- qpp:results (?P<what>\w+) -->\n)(?P<body>.*?)(?P<close><!-- /qpp:results -->)",
    re.DOTALL,
)


class ReadmeError(ValueError):
    """A README asks for a result that is not committed, or its markers do not pair."""


def house_root(start: Path | None = None) -> Path:
    """The folder that holds ``shared/results``, from here upwards."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "shared" / "results").is_dir():
            return folder
    raise ReadmeError(f"no folder shared/results in {here} or above: run inside the repository")


def committed(root: Path) -> dict[str, Run]:
    """The committed result of each study, by study name."""
    found = {}
    for path in sorted((root / "shared" / "results").glob("*.json")):
        run = results.load(path)
        for study in run.studies:
            found[study.name] = run
    return found


def readmes(root: Path) -> Iterator[Path]:
    """Every tracked README that holds a marker."""
    skipped = {".venv", "target", "node_modules", ".git", ".asv"}
    for path in sorted(root.rglob("README.md")):
        if not skipped & set(path.relative_to(root).parts) and "qpp:results" in path.read_text(
            encoding="utf-8"
        ):
            yield path


def splice(text: str, runs: dict[str, Run], *, name: str = "README.md") -> str:
    """Replace what stands between the markers; everything else stays to the byte."""
    if text.count("<!-- qpp:results ") != text.count("<!-- /qpp:results -->"):
        raise ReadmeError(f"{name}: a qpp:results marker has no partner")

    def replace(match: re.Match[str]) -> str:
        what = match["what"]
        if what != "all" and what not in runs:
            known = ", ".join(runs) or "none"
            raise ReadmeError(f"{name}: no committed result for {what!r}; there are: {known}")
        body = overview(runs) if what == "all" else details(runs[what], what)
        return match["open"] + body + match["close"]

    return MARKED.sub(replace, text)


def update(root: Path, *, check: bool = False) -> list[Path]:
    """Splice every README; return those that changed (with ``check``: would change)."""
    runs = committed(root)
    changed = []
    for path in readmes(root):
        old = path.read_text(encoding="utf-8")
        if not check:
            _draw(path, old, runs)
        new = splice(old, runs, name=str(path.relative_to(root)))
        if new != old:
            changed.append(path)
            if not check:
                results.write_atomically(path, new)
    return changed


def _draw(path: Path, text: str, runs: dict[str, Run]) -> None:
    """Write the picture that :func:`details` shows, beside the README that asks for it."""
    for match in MARKED.finditer(text):
        run = runs.get(match["what"])
        study = run.study(match["what"]) if run else None
        if study is not None:
            save_ratio_chart(study, path.parent / PICTURE, [_headline(study)[0].name])


def overview(runs: dict[str, Run]) -> str:
    """One line per study: its last workload with a ratio, best optimised against baseline."""
    lines = [
        "| study | workload | baseline | optimised | ratio | claims |",
        "|---|---|---|---|---|---|",
    ]
    for name, run in runs.items():
        study = run.study(name)
        assert study is not None  # committed() keys runs by the studies they hold
        workload, row = _headline(study)
        base = workload.row(_baseline(workload).implementation)
        assert base is not None  # just found
        held = sum(c.verdict == "reproduced" for c in study.claims)
        judged = sum(c.verdict != "not tested" for c in study.claims)
        lines.append(
            f"| [{study.title}]({_home(name)}) | {workload.name} "
            f"| {base.implementation} {show.seconds(base.median)} "
            f"| {row.implementation} {show.seconds(row.median)} "
            f"| **{_ratio(row.ratio)}** | {held} of {judged} reproduced |"
        )
    return "\n".join([*lines, "", *_made_by(list(runs.values())), ""])


def details(run: Run, name: str) -> str:
    """All workloads of one study, then its claims."""
    study = run.study(name)
    assert study is not None  # committed() keys runs by the studies they hold
    drawn = _headline(study)[0].name
    lines = [f"![Speed against the baseline on {drawn}]({PICTURE})", ""]
    for workload in study.workloads:
        lines += [f"**{workload.name}**", ""]
        lines += [
            "| implementation | role | threads | median | vs baseline (95 %) | python peak "
            "| resident growth | largest error |",
            "|---|---|---:|---:|---:|---:|---:|---:|",
        ]
        lines += [_detail(row) for row in workload.rows]
        lines.append("")
    lines += ["| claim | workload | found | verdict |", "|---|---|---:|---|"]
    for claim in study.claims:
        verdict = claim.verdict + (f" ({claim.reason})" if claim.reason else "")
        found = show.interval(claim.measured)
        lines.append(f"| {claim.text} | {claim.workload} | {found} | {verdict} |")
    return "\n".join([*lines, "", *_made_by([run]), ""])


def _detail(row: Row) -> str:
    if row.status not in ("ok", "limit"):
        said = f"{row.status}: {row.reason}" if row.reason else row.status
        return f"| {row.implementation} | {row.role} | {row.threads} | {said} | | | | |"
    error = show.error(row.parity.max_abs) if row.parity else ""
    cells = [
        row.implementation,
        row.role,
        str(row.threads),
        show.seconds(row.median),
        _ratio(row.ratio) + (f" {show.bounds(row.ratio)}" if row.ratio else ""),
        show.bytes_(row.python_peak) if row.status == "ok" else "",
        show.bytes_(row.resident_growth) if row.status == "ok" else "",
        error,
    ]
    return f"| {' | '.join(cells)} |"


def _ratio(ratio: Interval | None) -> str:
    return show.ratio(ratio.value) if ratio else ""


def _baseline(workload: WorkloadResult) -> Row:
    return next(r for r in workload.rows if r.role == "baseline")


def _headline(study: StudyResult) -> tuple[WorkloadResult, Row]:
    """The workload most claims speak of, and its fastest single-threaded optimised row."""
    weight = {w.name: sum(c.workload == w.name for c in study.claims) for w in study.workloads}
    for workload in sorted(study.workloads, key=lambda w: -weight[w.name]):
        rows = [r for r in workload.rows if r.role == "optimised" and r.ratio and r.threads == 1]
        if rows:
            return workload, min(rows, key=lambda r: r.median or 0.0)
    raise ReadmeError(f"study {study.name!r}: its committed result holds no ratio")


def _home(name: str) -> str:
    """The study's folder, found by its import name so that nothing is written twice."""
    root = house_root()
    for folder in ("case_studies", "optimizers"):
        for package in sorted((root / folder).glob(f"*/python/{name}")):
            return str(package.parent.parent.relative_to(root).as_posix())
    return "."


def _made_by(runs: list[Run]) -> list[str]:
    unique = {(r.command, r.created): r for r in runs}.values()
    return [
        f"<sub>`{r.command}` on {_machine(r.provenance)}, {r.created[:10]}.</sub>" for r in unique
    ]


def _machine(provenance: dict[str, Any]) -> str:
    packages = provenance.get("packages") or {}
    versions = [f"{n} {packages[n]}" for n in ("numpy", "pandas", "polars") if n in packages]
    parts = [provenance.get("cpu"), provenance.get("python"), *versions]
    cores = provenance.get("usable_cores")
    if cores:
        parts.insert(1, f"{cores} cores")
    return ", ".join(str(p) for p in parts if p)
