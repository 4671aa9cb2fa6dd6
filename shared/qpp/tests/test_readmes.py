"""The figures in the READMEs are those of the committed result files."""

from pathlib import Path

from qpp import readme

ROOT = Path(__file__).parents[3]


def test_readmes_match_the_committed_results() -> None:
    stale = readme.update(ROOT, check=True)
    assert not stale, f"run `qpp readme`: {', '.join(p.name for p in stale)} differ from results"


def test_every_committed_result_is_a_reproduction() -> None:
    for name, run in readme.committed(ROOT).items():
        assert run.passed, f"{name}: {run.failures()}"
