"""The figures in the READMEs are those of the committed result files."""

from pathlib import Path

from qpp import readme

ROOT = Path(__file__).parents[3]


def test_readmes_match_the_committed_results() -> None:
    stale = readme.update(ROOT, check=True)
    assert not stale, f"run `qpp readme`: {', '.join(p.name for p in stale)} differ from results"


def test_every_committed_result_agrees_and_is_whole() -> None:
    """A claim may be missed, and the tables then say so; an answer may not be wrong."""
    for name, run in readme.committed(ROOT).items():
        study = run.study(name)
        assert study is not None
        assert not study.disagreements
        assert not (study.error or study.interrupted or run.interrupted)
        assert run.provenance["dirty"] is False
        for row in (r for w in study.workloads for r in w.rows):
            if row.status == "unavailable":  # a peer may be installed; a device may not
                assert "NVIDIA GPU" in row.reason, f"{name}: {row.implementation}: {row.reason}"
            else:
                assert row.status in ("ok", "limit", "not applicable"), f"{name}: {row}"
