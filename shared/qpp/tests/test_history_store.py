"""The stored files: what is written, what is read, and what must not be in them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from history_fixtures import IMPLEMENTATIONS, WORKLOADS, benchmarks, result
from qpp.history import HistoryError, store
from qpp.history.series import collect, commits

COMMIT = "0123456789abcdef" * 2 + "01234567"
MACHINE = {"machine": "box", "version": 1}


def put(folder: Path, data: dict[str, Any] | None = None) -> Path:
    return store.write(folder, MACHINE, benchmarks(), data or result(COMMIT, 1))


def test_a_point_comes_back_as_it_was(tmp_path: Path) -> None:
    path = put(tmp_path)
    assert path == tmp_path / "box" / f"01234567-existing-py{store.PYTHON}.json"
    found = {(s.metric, s.workload, s.implementation): s for s in collect(tmp_path)}
    point = found["time", "n=5000", "rust"].points[0]
    assert (point.commit, point.value) == (COMMIT, 1.4e-6)
    assert point.low is not None
    assert point.high is not None
    assert point.low < 1.4e-6 < point.high
    assert found["peak memory", "n=5000", "rust"].points[0].value is None  # it failed
    assert not [key for key in found if "gone" in key]  # it was skipped
    assert {key[1] for key in found} == set(WORKLOADS)
    assert {key[2] for key in found} == set(IMPLEMENTATIONS) - {"gone"}


def test_a_moved_interpreter_stays_in_its_series(tmp_path: Path) -> None:
    for i, prefix in enumerate(("/a/b", "/elsewhere/.venv")):
        data = result(f"{i}" * 40, i)
        data["python"] = data["params"]["python"] = f"{prefix}/bin/python"
        data["env_name"] = f"existing-py{prefix.replace('/', '_')}_bin_python"
        put(tmp_path, data)
    assert {len(s.points) for s in collect(tmp_path)} == {2}
    text = "".join(p.read_text(encoding="utf-8") for p in tmp_path.glob("**/*.json"))
    assert "bin" not in text


def test_the_control_two_interpreters_as_asv_names_them_are_two_series(tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()
    for name in ("a", "b"):
        raw = {**result(COMMIT, 1), "env_name": f"existing-py_{name}_bin_python"}
        (tmp_path / "box" / f"{name}.json").write_text(json.dumps(raw), encoding="utf-8")
    assert {len(s.points) for s in collect(tmp_path)} == {1}


def test_no_path_of_this_machine_is_written(tmp_path: Path) -> None:
    data = result(COMMIT, 1)
    data["qpp"]["note"] = f"measured in {Path.home()}"
    with pytest.raises(HistoryError, match=r"01234567.* would hold the path"):
        put(tmp_path, data)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.sep != "/", reason="POSIX paths")
def test_what_counts_as_a_path() -> None:
    for text in ('"/home/me/x"', '"existing-py_home_me_.venv"'):
        with pytest.raises(HistoryError, match="would hold the path /home/me"):
            store.require_portable("x", text, ["/home/me"])
    for text in ("C:\\\\Users", '"tree/home/me"', '"/home/meadow"', '"my_home_media"'):
        store.require_portable("x", text, ["/home/me"])


def test_measuring_again_replaces_only_what_was_measured(tmp_path: Path) -> None:
    put(tmp_path)
    again = result(COMMIT, 1, scale=3.0)
    again["results"] = {k: v for k, v in again["results"].items() if "slowdown" in k}
    again["qpp"] = {"roles": {"other": {"a": "peer"}}}
    path = put(tmp_path, again)
    found = {(s.metric, s.workload, s.implementation): s.points[0].value for s in collect(tmp_path)}
    assert found["slowdown", "n=500", "numpy"] == 4.5
    assert found["time", "n=500", "numpy"] == 1.7e-6
    assert set(store.read_result(path).data["qpp"]["roles"]) == {"tiny", "other"}


def test_one_short_name_never_holds_two_commits(tmp_path: Path) -> None:
    put(tmp_path)
    with pytest.raises(HistoryError, match=f"belongs to commit {COMMIT}"):
        put(tmp_path, result(COMMIT[:8] + "f" * 32, 2))


def test_another_version_of_a_benchmark_is_another_history(tmp_path: Path) -> None:
    assert collect(tmp_path) == []
    put(tmp_path, result("b" * 40, 5))
    put(tmp_path, result("a" * 40, 9))
    assert [c for c, _ in commits(collect(tmp_path))] == ["b" * 40, "a" * 40], "by date"
    described = benchmarks()
    described["studies.time_tiny"]["version"] = "2"
    store.write(tmp_path, MACHINE, described, {**result("c" * 40, 10), "results": {}})
    assert "time" not in {s.metric for s in collect(tmp_path)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is damaged: Expecting value"),
        ('{"version": 2', "is damaged"),
        ("[]", "expected a JSON object"),
        ('{"version": 1}', "format version 1, this program reads 2"),
        ('{"version": 2}', "lacks commit_hash, date"),
        ("\xff", "is damaged"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = put(tmp_path)
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(HistoryError, match=message) as error:
        collect(tmp_path)
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    "change",
    [
        {"results": []},
        {"results": {"studies.time_tiny": []}},
        {"results": {"studies.time_tiny": [None] * 99}},
        {"params": None},
        {"params": {}},
    ],
)
def test_a_file_of_another_form_is_named(tmp_path: Path, change: Any) -> None:
    path = put(tmp_path)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}), encoding="utf-8")
    with pytest.raises(HistoryError, match="do not have asv's form"):
        collect(tmp_path)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = put(tmp_path).read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(HistoryError, match="No space left on device .*unchanged"):
        put(tmp_path, result(COMMIT, 1, scale=2.0))
    assert next(tmp_path.glob("box/0*.json")).read_bytes() == before
