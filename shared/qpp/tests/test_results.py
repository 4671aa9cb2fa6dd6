"""The result file: a round trip loses nothing, and an error names what is damaged."""

import copy
import errno
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fixtures_results import run as realistic_run
from qpp import files, results, table
from qpp.report import render_html
from qpp.results import ResultError


def test_round_trip() -> None:
    run = realistic_run()
    assert results.from_json(results.to_json(run)) == run
    with pytest.raises(ValueError, match="Out of range float"):
        results.to_json(replace(run, duration=float("nan")))
    assert any("disagrees on" in line for line in run.failures())
    assert not run.passed


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "r.json: No such file"),
        (b"", "r.json is not JSON"),
        (b"\xff\xfe{}", "r.json is not JSON"),
        (b"[" * 200_000, "r.json is not JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "r.json is not JSON"),
        (b"[1]", "schema 'list'"),
        (b'{"schema": "qpp-result/99"}', "schema 'qpp-result/99', this version reads"),
        (b'{"schema": "qpp-result/2"}', "malformed"),
    ],
)
def test_bad_files(content: bytes | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ResultError, match=message):
        results.load(path)


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
        files.write_atomically(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["r.json"], "nothing half-written stays behind"


def test_a_link_is_followed_not_replaced(tmp_path: Path) -> None:
    there = tmp_path / "elsewhere" / "r.json"
    link = tmp_path / "link.json"
    link.symlink_to(there)
    for text in ("dangling at first", "then not", "a ? b"):
        files.write_atomically(link, text.replace("?", "\ud800"))  # UTF-8 cannot hold it
        assert link.is_symlink()
        assert there.read_text(encoding="utf-8") == text
    with pytest.raises(ResultError, match="cannot write"):
        files.write_atomically(there / "r.json", "a folder that is a file")


@pytest.mark.parametrize("kind", ["pipe", "folder", "link to a pipe", "circle of links"])
def test_what_is_no_regular_file_is_refused_and_left_alone(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "r.json"
    if kind == "folder":
        path.mkdir()
    elif kind == "circle of links":
        path.symlink_to(path)
    elif not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes on this system")
    else:
        os.mkfifo(path if kind == "pipe" else tmp_path / "pipe")
        if kind != "pipe":
            path.symlink_to(tmp_path / "pipe")
    before = {p.name: p.lstat().st_mode for p in tmp_path.iterdir()}
    with pytest.raises(ResultError, match=r"cannot write .*r.json: it is not a regular file"):
        files.write_atomically(path, "new")
    assert {p.name: p.lstat().st_mode for p in tmp_path.iterdir()} == before
    with pytest.raises(ResultError, match="cannot read"):  # at once: a pipe has no writer
        results.load(path)


@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        ("duration", None, "run.duration is None, expected float"),
        ("duration", float("inf"), "Infinity is not a finite number"),
        ("provenance", None, "run.provenance is None"),
        ("studies.0", "toy", "run.studies[0] is 'toy', expected StudyResult"),
        ("studies.0.title", None, "run.studies[0].title is None"),
        ("studies.0.nonsense", 1, "run.studies[0] has unknown 'nonsense'"),
        ("studies.0.workloads.0.rows.0.status", "splendid", "status is 'splendid'"),
        ("studies.0.workloads.0.rows.0.seconds", ["a"], "seconds[0] is 'a', expected float"),
        ("studies.0.workloads.0.rows.0.threads", 1.5, "threads is 1.5, expected int"),
        ("studies.0.workloads.0.rows.0.ratio", [1, 2], "ratio is [1, 2], expected Interval"),
        ("studies.0.workloads.0.rows.0.rounds", [0], "naive_loop has 24 seconds and 1 rounds"),
        ("studies.0.workloads.0.rows", [], "workload '500 x 10, W=50' has no baseline"),
        ("studies.0.workloads.0.rows.0.role", "peer", "has no baseline"),
        ("studies.0.workloads.3.rows.5.implementation", "other", "has no row 'other', which other"),
        ("studies.0.workloads.0.rows.1.parity.agrees", False, "is 'ok', its comparison is not"),
        ("studies.0.workloads.1.rows.6.parity.agrees", True, "'disagrees', its comparison is not"),
        ("studies.0.claims.1.workload", "n=3", "'reproduced' on 'n=3', which has no such rows"),
        ("studies.0.claims.1.text", "ghost >= 2 x faster than naive_loop", "has no such rows"),
        ("studies.0.claims.1.text", "rust_fused >= 2 x faster than ghost", "has no such rows"),
        ("studies.0.claims.1.text", "rust >= 2 x faster than vectorbt", "has no such rows"),
        ("studies.0.claims.1.measured", None, "not on the right side of the bar"),
        ("studies.0.claims.1.bar", 26.0, "not on the right side of the bar"),
        ("studies.0.claims.5.at_least", True, "not on the right side of the bar"),
        ("studies.0.claims.3.measured.high", 1e6, "not on the wrong side of the bar"),
        ("studies.0.claims.0.bar", None, "bar is None"),
        ("studies.0.claims.0.verdict", "perhaps", "verdict is 'perhaps'"),
    ],
)
def test_a_damaged_field_is_named(where: str, value: Any, message: str) -> None:
    raw = json.loads(results.to_json(realistic_run()))
    _put(raw, where.split("."), value)
    with pytest.raises(ResultError) as caught:
        results.from_json(json.dumps(raw))
    assert message in str(caught.value)


def test_a_limit_may_be_for_some_workloads_only() -> None:
    raw = json.loads(results.to_json(realistic_run()))
    rows = raw["studies"][0]["workloads"][0]["rows"]
    raw["studies"][0]["workloads"][0]["rows"] = [r for r in rows if r["role"] != "limit"]
    assert len(raw["studies"][0]["workloads"][0]["rows"]) < len(rows)
    results.from_json(json.dumps(raw))


@pytest.mark.parametrize(
    "value",
    [None, -1, "x", {}]
    + [
        pytest.param(value, marks=pytest.mark.thorough)
        for value in (True, 1.5, 10**400, "", [], [None], {"x": 1})
    ],
)
def test_a_damaged_file_is_refused_or_shown(value: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Any value in any place: one line that says what is wrong, or a whole report."""
    raw = json.loads(results.to_json(_small_run()))
    results.from_json(json.dumps(raw))  # only the damage is refused
    shown = 0
    for path in _places(raw):
        damaged = copy.deepcopy(raw)
        _put(damaged, path, value)
        try:
            run = results.from_json(json.dumps(damaged))
        except ResultError:
            continue
        shown += 1
        try:
            if shown % 4 == 0:
                table.print_run(run, table.console(), verbose=True)
            if shown % 20 == 0:
                render_html(run)
        except Exception as error:
            raise AssertionError(f"{'.'.join(path)} = {value!r:.40}") from error
    refused = value == 10**400  # no place takes such a number
    assert bool(shown) != refused, "a file that is refused as a whole would show nothing"
    capsys.readouterr()


def _small_run() -> results.Run:
    run = realistic_run()
    study = run.studies[0]
    workload = study.workloads[0]
    rows = [replace(r, seconds=r.seconds[:3], rounds=r.rounds[:3]) for r in workload.rows]
    workload = replace(workload, rows=(rows[0], rows[2], rows[-2], rows[-1]))
    study = replace(study, workloads=(workload,), claims=study.claims[3:4])
    return replace(run, studies=(study,))


def _places(raw: Any) -> Iterator[list[str]]:
    items = raw.items() if isinstance(raw, dict) else enumerate(raw)
    for key, inside in items:
        yield [str(key)]
        if isinstance(inside, dict | list):
            yield from ([str(key), *rest] for rest in _places(inside))


def _put(raw: Any, path: list[str], value: Any) -> None:
    for key in path[:-1]:
        raw = raw[int(key)] if isinstance(raw, list) else raw[key]
    raw[int(path[-1]) if isinstance(raw, list) else path[-1]] = value
