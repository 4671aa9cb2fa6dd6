"""The examples in the documents run, and their outputs agree."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from qpp import Study, results
from qpp.testing import check_agreement

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("document", ["README.md", "shared/qpp/README.md"])
def test_the_example_study_agrees(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    source = re.search(r"```python\n(.*?)```", text, re.S)
    assert source is not None
    scope: dict[str, object] = {}
    exec(compile(source[1], document, "exec"), scope)
    study = scope["study"]
    assert isinstance(study, Study)
    for workload in study.workloads:
        for implementation in study.optimised:
            result = check_agreement(study, workload.name, implementation.name)
            assert result.agrees, result.reason


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that CONTRIBUTING.md shows, under the names it gives them."""
    folder = tmp_path_factory.mktemp("contributing")
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    files = re.findall(r"^`(case_studies/[^`\n]+)`\n\n```\w+\n(.*?)^```", text, re.M | re.S)
    assert len(files) == 10
    for name, content in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "pyproject.toml").write_text(
        (ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    return folder


def run(folder: Path, *command: str) -> str:
    sources = os.pathsep.join([str(folder / "case_studies/90_summation/python"), *sys.path])
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": sources, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_tests_are_green(folder: Path) -> None:
    message = run(folder, "pytest", "--doctest-modules", "--benchmark-disable", "case_studies")
    assert "20 passed" in message


def test_it_passes_lint(folder: Path) -> None:
    ours = 'lint.isort.known-first-party = ["qpp"]'  # in the repository, ruff sees its sources
    run(folder, "ruff", "check", "--config", ours, "case_studies")
    run(folder, "ruff", "format", "--check", "case_studies")


@pytest.mark.thorough
def test_its_types_are_strict(folder: Path) -> None:
    run(folder, "mypy", "--strict", "case_studies/90_summation/python")


def test_the_harness_runs_it(folder: Path) -> None:
    file = folder / "result.json"
    arguments = ("reproduce", "summation.study:study", "--check", "--json", str(file))
    assert "summation" in run(folder, "qpp", *arguments)
    (study,) = results.load(file).studies
    assert not study.disagreements
    assert {row.status for w in study.workloads for row in w.rows} == {"ok"}
