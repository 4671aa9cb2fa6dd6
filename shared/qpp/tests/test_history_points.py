"""From a result file to a stored point and back; what is refused; what asv reads."""

import json
import math
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from asv.benchmarks import Benchmarks
from asv.config import Config
from asv.results import Results

from history_fixtures import MACHINE, WORKLOADS, put, result_file, run
from qpp.history import HistoryError, host, points, store
from qpp.history.series import collect
from qpp.results import Run


def one(folder: Path) -> Any:
    (series,) = collect(folder).values()
    return series[0]


def with_status(name: str, status: Any, of: Run | None = None) -> Run:
    """A run in which a row of every workload has a status."""
    of = of or run()
    study = of.studies[0]
    workloads = tuple(
        replace(
            w,
            rows=tuple(
                replace(r, status=status) if r.implementation == name else r for r in w.rows
            ),
        )
        for w in study.workloads
    )
    return replace(of, studies=(replace(study, workloads=workloads),))


def test_a_point_holds_what_the_harness_measured(tmp_path: Path) -> None:
    path = put(tmp_path / "store", run())
    assert path == tmp_path / "store" / "box" / "aaaaaaaa-quick-py3.11.json"
    point = one(tmp_path / "store")
    study = point.studies["tiny"]
    assert (point.commit, point.subject, study.headline) == ("a" * 40, "Commit of day 0", "n=5000")
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


@pytest.mark.parametrize(("status", "error"), [("failed", 0.25), ("disagrees", 0.25)])
def test_a_wrong_row_has_no_time(tmp_path: Path, status: str, error: float) -> None:
    put(tmp_path / "store", with_status("threads", status))
    rows = one(tmp_path / "store").studies["tiny"].rows
    wrong = rows["n=500", "threads"]
    assert (wrong.median, wrong.fastest, wrong.slowdown, wrong.error) == (None, None, None, error)
    assert rows["n=500", "rust"].slowdown == 1.0  # a wrong output is not the fastest


def test_results_of_the_first_schema_are_read(tmp_path: Path) -> None:
    path = result_file(tmp_path / "old.json", schema="qpp-result/1")
    raw = json.loads(path.read_text(encoding="utf-8"))
    for study in raw["studies"]:
        del study["headline"], study["recommended"], study["criterion"]
        for row in (r for w in study["workloads"] for r in w["rows"]):
            del row["parts"]
    path.write_text(json.dumps(raw), encoding="utf-8")
    assert points.read(path).studies["tiny"]["workloads"].keys() == set(WORKLOADS)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": "qpp-result/99"}, "schema 'qpp-result/99', the history reads qpp-result/1"),
        ({"schema": None}, "schema None"),
        ({"interrupted": True}, "was interrupted: measure again"),
        ({"preset": "check"}, "the preset 'check' measures no times"),
        ({"studies": []}, "holds no measured study"),
        ({"studies": [{"name": "x"}]}, r"malformed qpp-result/\d+ file: KeyError\('workloads'\)"),
        ({"provenance": None}, "malformed"),
        ({"created": "yesterday"}, "malformed"),
    ],
)
def test_results_that_are_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(HistoryError, match=message) as error:
        points.read(result_file(tmp_path / "r.json", **changes))
    assert str(tmp_path / "r.json") in str(error.value)


@pytest.mark.parametrize(("text", "message"), [("{", "is not JSON"), ("[]", "schema 'list'")])
def test_files_that_are_no_results(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "r.json").write_text(text, encoding="utf-8")
    with pytest.raises(HistoryError, match=message):
        points.read(tmp_path / "r.json")
    with pytest.raises(HistoryError, match="cannot read .*none.json"):
        points.read(tmp_path / "none.json")


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


def test_one_short_name_never_holds_two_commits(tmp_path: Path) -> None:
    put(tmp_path / "s", run())
    with pytest.raises(HistoryError, match="belongs to commit aaaa.* the same short name"):
        put(tmp_path / "s", run("a" * 8 + "b" * 32))


def test_a_name_taken_by_other_hardware(tmp_path: Path) -> None:
    put(tmp_path / "s", run())
    put(tmp_path / "s", run("b" * 40, memory=8 * 2**30))  # a container's share is no identity
    with pytest.raises(HistoryError, match=r"'box' is taken by other hardware \(cpu: AMD"):
        put(tmp_path / "s", run("c" * 40, cpu="Apple M4"))
    assert len(list((tmp_path / "s" / "box").glob("*.json"))) == 3


def test_the_name_of_a_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert host.name_of("mine", MACHINE) == "mine"
    monkeypatch.setenv(host.VARIABLE, "runner")
    assert host.name_of(None, MACHINE) == "runner"
    with pytest.raises(HistoryError, match=r"machine name '\.\./up'"):
        host.name_of("../up", MACHINE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is damaged: Expecting value"),
        ("[]", "expected a JSON object"),
        ('{"version": 1}', "format version 1, this program reads 2"),
        ('{"version": 2}', "lacks commit_hash, date"),
        ("\xff", "is damaged"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = put(tmp_path / "s", run())
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(HistoryError, match=message) as error:
        collect(tmp_path / "s")
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    "change", [{"results": []}, {"results": {"tiny.time": []}}, {"params": {}}]
)
def test_a_file_of_another_form_is_named(tmp_path: Path, change: Any) -> None:
    path = put(tmp_path / "s", run())
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}), encoding="utf-8")
    with pytest.raises(HistoryError, match="do not have asv's form"):
        collect(tmp_path / "s")


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = put(tmp_path / "s", run()).read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    measured = points.read(result_file(tmp_path / "r.json", run(scales={"all": 2.0})))
    monkeypatch.setattr(os, "fsync", full)
    about = {"date": 1, "subject": "x", "ancestors": 1}
    with pytest.raises(HistoryError, match="No space left on device .*unchanged"):
        store.write(
            tmp_path / "s",
            host.for_asv("box", measured.provenance),
            points.to_asv(measured, "a" * 40, about, "box"),
        )
    assert next((tmp_path / "s").glob("box/a*.json")).read_bytes() == before
