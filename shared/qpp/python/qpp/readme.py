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
import tomllib
from collections.abc import Iterator
from pathlib import Path

from qpp import results
from qpp.report.charts import save_ratio_chart
from qpp.report.markdown import details, headline, overview
from qpp.results import Run

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
        body = overview(_by_folder(runs)) if what == "all" else details(runs[what], what, PICTURE)
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
            save_ratio_chart(study, path.parent / PICTURE, [headline(study).workload.name])


def _by_folder(runs: dict[str, Run]) -> dict[str, tuple[str, Run]]:
    """Study name to its folder and result, in the order of the folders."""
    homes = {name: _home(name) for name in runs}
    return {name: (homes[name], runs[name]) for name in sorted(homes, key=homes.__getitem__)}


def _home(name: str) -> str:
    """The folder of the study's README: its subproject's, or its module's in a library of several.

    Found by the entry point that the subproject declares, so that nothing is written twice.
    """
    root = house_root()
    for folder in ("case_studies", "optimizers"):
        for project in sorted((root / folder).glob("*/pyproject.toml")):
            declared = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
            address = declared.get("entry-points", {}).get("qpp.studies", {}).get(name)
            if address is not None:
                package = address.partition(":")[0].split(".")[:-1]
                module = project.parent.joinpath("python", *package)
                home = module if (module / "README.md").exists() else project.parent
                return str(home.relative_to(root).as_posix())
    return "."
