"""The tables in the READMEs, written from committed result files.

A README holds a pair of markers::

    <!-- qpp:results polars_vs_pandas -->
    ...
    <!-- /qpp:results -->

and ``qpp readme`` writes between them a short table of that study's committed result, with
the machine and the command that made it; the long tables go to ``RESULTS.md`` beside the
README. ``all`` stands for every committed study: one line each. A test compares the files with
the results, so it finds a figure that was typed by hand.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from qpp import results
from qpp.files import write_atomically
from qpp.report import markdown
from qpp.report.charts import save_ratio_chart
from qpp.results import Run

PICTURE = "ratios.svg"
SKIPPED = {".venv", "target", "node_modules", ".git", ".asv"}
MARKED = re.compile(
    r"(?P<open><!-- qpp:results (?P<what>\w+) -->\n)(?P<body>.*?)(?P<close><!-- /qpp:results -->)",
    re.DOTALL,
)


class ReadmeError(ValueError):
    """A README asks for a result that is not committed, or its markers do not pair."""


def repo_root(start: Path | None = None) -> Path:
    """The folder that holds ``shared/results``, from here upwards."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "shared" / "results").is_dir():
            return folder
    raise ReadmeError(f"no folder shared/results in {here} or above: run inside the repository")


def committed(root: Path) -> dict[str, Run]:
    """The committed result of each study, by study name."""
    runs = (results.load(path) for path in sorted((root / "shared" / "results").glob("*.json")))
    return {study.name: run for run in runs for study in run.studies}


def readmes(root: Path) -> Iterator[Path]:
    """Every README that holds a marker."""
    for path in sorted(root.rglob("README.md")):
        skipped = SKIPPED & set(path.relative_to(root).parts)
        if not skipped and "qpp:results" in path.read_text(encoding="utf-8"):
            yield path


def splice(text: str, runs: dict[str, Run], *, name: str = "README.md") -> str:
    """Replace what stands between the markers; everything else stays to the byte."""
    if text.count("<!-- qpp:results ") != text.count("<!-- /qpp:results -->"):
        raise ReadmeError(f"{name}: a qpp:results marker has no counterpart")

    def replace(match: re.Match[str]) -> str:
        what = match["what"]
        if what == "all":
            body = markdown.overview(_by_folder(runs))
        elif what in runs:
            body = markdown.readme(runs[what], what, PICTURE)
        else:
            known = ", ".join(runs) or "none"
            raise ReadmeError(f"{name}: no committed result for {what!r}; there are: {known}")
        return match["open"] + body + match["close"]

    return MARKED.sub(replace, text)


def update(root: Path, *, check: bool = False) -> list[Path]:
    """Write every README, its RESULTS.md and its chart.

    Returns
    -------
    list of Path
        The READMEs and RESULTS.md files that changed (with ``check``: that would change).
    """
    runs = committed(root)
    changed = []
    for path in readmes(root):
        old = path.read_text(encoding="utf-8")
        new = {path: splice(old, runs, name=str(path.relative_to(root)))}
        names = [match["what"] for match in MARKED.finditer(old) if match["what"] in runs]
        if names:
            pages = (markdown.results_page(runs[name], name, PICTURE) for name in names)
            new[path.with_name(markdown.RESULTS)] = "\n".join(pages)
        for file, text in new.items():
            if not file.exists() or file.read_text(encoding="utf-8") != text:
                changed.append(file)
                if not check:
                    write_atomically(file, text)
        for name in names:
            study = runs[name].study(name)
            if study is not None and not check:
                save_ratio_chart(study, markdown.headline(study).workload, path.with_name(PICTURE))
    return changed


def _by_folder(runs: dict[str, Run]) -> dict[str, tuple[str, Run]]:
    """The runs in the order of their studies' READMEs, with the folder of each."""
    root = repo_root()
    folders = {
        match["what"]: path.parent.relative_to(root).as_posix()
        for path in readmes(root)
        for match in MARKED.finditer(path.read_text(encoding="utf-8"))
    }
    if missing := [name for name in runs if name not in folders]:
        lines = f"<!-- qpp:results {missing[0]} --> and <!-- /qpp:results -->"
        raise ReadmeError(f"no README shows the committed result of {missing[0]}: add {lines}")
    found = [(folders[name], name) for name in runs]
    return {name: (folder, runs[name]) for folder, name in sorted(found)}
