"""The result file: nothing is lost on the way, and a broken one says what is wrong."""

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fixtures_results import run as realistic_run
from qpp import results
from qpp.results import ResultError


def test_round_trip() -> None:
    run = realistic_run()
    assert results.from_json(results.to_json(run)) == run


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is not JSON"),
        ("[1]", "schema 'list'"),
        (
            '{"schema": "qpp-result/99"}',
            "schema 'qpp-result/99', this version reads",
        ),
        ('{"schema": "qpp-result/1"}', "malformed"),
    ],
)
def test_bad_files(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(text)
    with pytest.raises(ResultError, match=told):
        results.load(path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="absent.json: No such file"):
        results.load(tmp_path / "absent.json")


def test_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        results.to_json(replace(realistic_run(), duration=float("nan")))


@pytest.mark.parametrize("stage", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    path = tmp_path / "r.json"
    path.write_text("old")

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, stage, full)
    with pytest.raises(ResultError, match=r"No space left on device \(the file that was there"):
        results.write_atomically(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["r.json"], "nothing half-written stays behind"


def test_a_really_full_disk() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full on this system")
    with pytest.raises(ResultError, match="cannot write"):
        results.write_atomically("/dev/full/r.json", "new")


def test_failures_name_every_reason() -> None:
    told = "\n".join(realistic_run().failures())
    assert "disagrees on" in told
    assert not realistic_run().passed
