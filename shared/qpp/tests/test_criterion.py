"""Criterion's files: as criterion writes them, and damaged."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from qpp import criterion, machine
from qpp.criterion import CriterionError, estimates, with_estimates
from qpp.results import StudyResult


def estimate(
    folder: Path, group: str, name: str, nanoseconds: float, throughput: Any = None
) -> Path:
    """Files as criterion writes them; returns the path of the estimates."""
    new = folder / group / name / "new"
    new.mkdir(parents=True)
    benchmark = {"group_id": group, "full_id": f"{group}/{name}", "throughput": throughput}
    bounds = {"lower_bound": nanoseconds * 0.98, "upper_bound": nanoseconds * 1.03}
    interval = {"confidence_level": 0.95, **bounds}
    median = {"confidence_interval": interval, "point_estimate": nanoseconds}
    (new / "benchmark.json").write_text(json.dumps(benchmark), encoding="utf-8")
    (new / "estimates.json").write_text(json.dumps({"median": median}), encoding="utf-8")
    return new / "estimates.json"


def test_only_the_named_groups_in_the_order_of_numbers(tmp_path: Path) -> None:
    estimate(tmp_path, "update", "1000", 52.0)
    estimate(tmp_path, "update", "20", 6.0, throughput={"Elements": 3})
    estimate(tmp_path, "other", "20", 1.0)
    for name in ("100 levels", "20 levels", "x²", "x10", "x9"):
        estimate(tmp_path, "names", name, 6.0)
    small, large = estimates(["update"], tmp_path)
    assert (small.name, large.name) == ("update/20", "update/1000")
    assert small.nanoseconds.value == 6.0
    assert small.nanoseconds.low < 6.0 < small.nanoseconds.high
    assert small.throughput == pytest.approx(0.5e9)  # 3 elements in 6 ns
    assert large.throughput is None
    names = [e.name.removeprefix("names/") for e in estimates(["names"], tmp_path)]
    assert names == ["20 levels", "100 levels", "x9", "x10", "x²"]


def test_a_result_takes_the_latest_and_keeps_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRITERION_HOME", str(tmp_path))
    bare = StudyResult("book", "The book", "How fast?")
    assert with_estimates(bare, ["update"]) == bare
    path = estimate(tmp_path, "update", "20", 6.0)
    os.utime(path, (0, 0))
    older = path.parent.with_name("base")  # criterion keeps the run before: it is not read
    older.mkdir()
    (older / "benchmark.json").write_bytes((path.parent / "benchmark.json").read_bytes())
    (older / "estimates.json").write_text("not read", encoding="utf-8")
    filled = with_estimates(bare, ["update"])
    (one,) = filled.criterion
    assert one.measured == f"{machine.cpu_model()}, 1970-01-01"
    assert with_estimates(filled, ["other"]) == filled
    assert with_estimates(filled, []) == filled


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda raw: raw.pop("median"), "damaged: KeyError"),
        (lambda raw: raw["median"].update(point_estimate=None), "damaged: TypeError"),
        (lambda raw: raw["median"].update(point_estimate=float("nan")), "not within its interval"),
        (lambda raw: raw["median"]["confidence_interval"].update(confidence_level=0.99), "of 99%"),
        (b"{", "is damaged"),
        (b"[]", "is damaged"),
        (b"\xff\xfe", "is damaged"),
        (None, "cannot read .*estimates.json"),
    ],
)
def test_damage_names_the_file(tmp_path: Path, change: Any, message: str) -> None:
    path = estimate(tmp_path, "update", "20", 6.0)
    raw = json.loads(path.read_text(encoding="utf-8"))
    if callable(change):
        change(raw)
        change = json.dumps(raw).encode()
    path.unlink()
    if change:
        path.write_bytes(change)
    with pytest.raises(CriterionError, match=message) as error:
        estimates(["update"], tmp_path)
    assert str(path) in str(error.value)


def test_where_cargo_puts_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("CRITERION_HOME", "CARGO_TARGET_DIR"):
        monkeypatch.delenv(variable, raising=False)
    member = tmp_path / "member" / "src"
    member.mkdir(parents=True)
    for folder in (tmp_path, tmp_path / "member"):
        (folder / "Cargo.toml").write_text("", encoding="utf-8")
    assert criterion.folder(member) == tmp_path / "target" / "criterion"  # the workspace's
    monkeypatch.setenv("CARGO_TARGET_DIR", "/elsewhere")
    assert criterion.folder(member) == Path("/elsewhere/criterion")
    monkeypatch.setenv("CRITERION_HOME", "/home/of/criterion")
    assert criterion.folder(member) == Path("/home/of/criterion")
