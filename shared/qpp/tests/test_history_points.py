"""From a result file to a stored point and back; what is refused; what asv reads."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from asv.benchmarks import Benchmarks
from asv.config import Config
from asv.results import Results

from history_fixtures import WORKLOADS, fill_the_disk, put, result_file, run
from qpp.history import HistoryError, points
from qpp.history.series import collect
from qpp.results import ResultError, Run, from_json, to_json


def one(folder: Path) -> Any:
    (series,) = collect(folder).values()
    return series[0]


def with_status(name: str, status: Any, of: Run | None = None) -> Run:
    """A run in which a row of every workload has a status."""
    raw = json.loads(to_json(of or run()))
    for row in (r for w in raw["studies"][0]["workloads"] for r in w["rows"]):
        if row["implementation"] == name:
            row["status"] = status
            if row["parity"]:
                row["parity"]["agrees"] = status != "disagrees"
    return from_json(json.dumps(raw))


def test_a_point_holds_what_the_harness_measured(tmp_path: Path) -> None:
    path = put(tmp_path / "store", run())
    assert path == tmp_path / "store" / "box" / "aaaaaaaa-quick-py3.11.json"
    point = one(tmp_path / "store")
    study = point.studies["tiny"]
    assert (point.commit, point.subject) == ("a" * 40, "Commit of day 0")
    assert {key[1] for key in study.rows} == {"loop", "rust", "threads", "numpy"}  # gone: skipped
    measured = run().studies[0].workloads[1]
    row, source = study.rows["n=5000", "rust"], measured.row("rust")
    assert source is not None
    assert row.median == pytest.approx(source.median, rel=1e-5)
    assert row.fastest == pytest.approx(min(source.seconds), rel=1e-5)
    assert row.fastest < row.quartile < row.median
    fastest = measured.row("threads")
    assert fastest is not None
    assert row.slowdown == pytest.approx((source.median or 0) / (fastest.median or 1), rel=1e-5)
    assert (row.memory, row.error) == (4096, 0.25)
    assert study.noise["n=500"] == pytest.approx(0.02)


@pytest.mark.parametrize("status", ["failed", "disagrees"])
def test_a_wrong_row_has_no_time(tmp_path: Path, status: str) -> None:
    put(tmp_path / "store", with_status("threads", status))
    rows = one(tmp_path / "store").studies["tiny"].rows
    wrong = rows["n=500", "threads"]
    assert (wrong.median, wrong.fastest, wrong.slowdown, wrong.error) == (None, None, None, 0.25)
    assert rows["n=500", "rust"].slowdown == 1.0  # a wrong output is not the fastest


def test_results_of_the_first_schema_are_read(tmp_path: Path) -> None:
    raw = json.loads(to_json(run()))
    for study in raw["studies"]:
        del study["headline"], study["recommended"], study["criterion"]
        for row in (r for w in study["workloads"] for r in w["rows"]):
            del row["parts"]
    path = result_file(tmp_path / "old.json", **raw | {"schema": "qpp-result/1"})
    assert points.read(path).studies["tiny"]["workloads"].keys() == set(WORKLOADS)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": "qpp-result/99"}, "schema 'qpp-result/99', the history reads qpp-result/1"),
        ({"interrupted": True}, "was interrupted: measure again"),
        ({"preset": "check"}, "the preset 'check' measures no times"),
        ({"studies": []}, "holds no measured study"),
        ({"studies": [{"name": "x"}]}, r"malformed qpp-result/\d+ file: KeyError\('workloads'\)"),
        ({"created": "yesterday"}, "malformed"),
        (None, "cannot read"),
        ("{", "is not JSON"),
        ("[]", "schema 'list'"),
    ],
)
def test_results_that_are_refused(tmp_path: Path, changes: Any, message: str) -> None:
    path = tmp_path / "r.json"
    if isinstance(changes, dict):
        result_file(path, **changes)
    elif changes is not None:
        path.write_text(changes, encoding="utf-8")
    with pytest.raises(HistoryError, match=message) as error:
        points.read(path)
    assert str(path) in str(error.value)


def test_asv_reads_the_store(tmp_path: Path) -> None:
    path = put(tmp_path / "s", run())
    put(tmp_path / "s", run("b" * 40, studies=("tiny", "other")), day=1)
    stored = Results.load(str(path), machine_name="box")
    config = Config()
    config.results_dir = str(tmp_path / "s")
    described = Benchmarks.load(config)
    assert len(described) == 8
    assert described["tiny.time"]["unit"] == "seconds"
    keys = stored.get_result_keys(described)
    assert keys == {f"tiny.{metric}" for metric in points.METRICS}
    values = stored.get_result_value("tiny.time", described["tiny.time"]["params"])
    assert len(values) == 15
    assert math.isnan(values[4])  # asv: skipped
    statistics = stored.get_result_stats("tiny.time", described["tiny.time"]["params"])
    assert statistics[0]["repeat"] == 15


def test_studies_measured_later_join_their_commit(tmp_path: Path) -> None:
    path = put(tmp_path / "s", run())
    assert put(tmp_path / "s", run(studies=("other",), scales={"all": 2.0})) == path
    assert set(one(tmp_path / "s").studies) == {"tiny", "other"}
    put(tmp_path / "s", run("b" * 40), day=1)
    axes = json.loads((tmp_path / "s" / "benchmarks.json").read_text(encoding="utf-8"))
    assert axes["other.time"]["params"][0] == [repr(w) for w in WORKLOADS]


def test_one_name_never_holds_two_commits_or_two_machines(tmp_path: Path) -> None:
    put(tmp_path / "s", run())
    put(tmp_path / "s", run("b" * 40, memory=8 * 2**30))  # a container's share is no identity
    with pytest.raises(HistoryError, match="belongs to commit aaaa.* the same short name"):
        put(tmp_path / "s", run("a" * 8 + "b" * 32))
    with pytest.raises(HistoryError, match=r"'box' is taken by other hardware \(cpu: AMD"):
        put(tmp_path / "s", run("c" * 40, cpu="Apple M4"))
    assert len(list((tmp_path / "s" / "box").glob("*.json"))) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("{", "is damaged: JSON"),
        ("[]", "is damaged: TypeError"),
        ("\xff", "is damaged"),
        ({"version": 1}, "format version 1, this program reads 2"),
        ({"results": {"tiny.time": []}}, "does not have asv's form"),
        ({"params": {}}, "does not have asv's form"),
        ({"qpp": {"ancestors": 1}}, "is damaged: KeyError"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, change: Any, message: str) -> None:
    path = put(tmp_path / "s", run())
    if isinstance(change, dict):
        change = json.dumps(json.loads(path.read_text(encoding="utf-8")) | change)
    path.write_bytes(change.encode("latin-1"))
    with pytest.raises(HistoryError, match=message) as error:
        collect(tmp_path / "s")
    assert str(path) in str(error.value)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = put(tmp_path / "s", run()).read_bytes()
    fill_the_disk(monkeypatch)
    with pytest.raises(ResultError, match="No space left on device .*unchanged"):
        put(tmp_path / "s", run(scales={"all": 2.0}))
    assert next((tmp_path / "s").glob("box/a*.json")).read_bytes() == before
