"""Which differences between two points count: 30 % of a kernel do, a slow machine does not."""

from dataclasses import replace
from pathlib import Path

import pytest

from history_fixtures import WORKLOADS, history, put, run
from qpp.history import page
from qpp.history.changes import Change, along, drift
from qpp.history.listing import verdict
from qpp.history.series import collect
from test_history_points import one, with_status

Rows = set[tuple[str, str, str]]
RUST: Rows = {("slower", "rust", w) for w in WORKLOADS}


def found(folder: Path) -> list[Change]:
    (points,) = collect(folder).values()
    return list(along(points))


def rows(folder: Path) -> Rows:
    return {(c.kind, c.implementation, c.workload) for c in found(folder)}


@pytest.mark.parametrize("seed", range(8))
def test_silent_on_two_points_of_one_commit(tmp_path: Path, seed: int) -> None:
    for day in (0, 1):
        put(tmp_path / "s", run(f"{day}" * 40, seed=10 * seed + day, noise=0.03), day=day)
    assert rows(tmp_path / "s") == set()


@pytest.mark.parametrize("machine", [1.0, 1.5, 0.7])
def test_a_kernel_slowed_by_30_percent_is_found(tmp_path: Path, machine: float) -> None:
    scales = {"rust": 1.3, "all": machine}
    history(tmp_path, [{}, scales], studies=("tiny", "other"))
    assert rows(tmp_path) == RUST
    for change in found(tmp_path):
        assert change.factor == pytest.approx(1.3, rel=0.06)
        assert change.bad
    history(tmp_path / "back", [scales, {}], studies=("tiny", "other"))
    assert rows(tmp_path / "back") == {("faster", name, w) for _, name, w in RUST}


@pytest.mark.parametrize(
    "scales",
    [
        {"all": 1.6},  # a slow day
        {"loop": 0.4},  # the baseline was rewritten
        {f"{name} n=500": 1.6 for name in ("loop", "rust", "threads", "numpy")},  # a slow minute
        {"rust": 1.09},
    ],
)
def test_what_is_no_change_of_ours(tmp_path: Path, scales: dict[str, float]) -> None:
    history(tmp_path, [{}, scales])
    assert rows(tmp_path) == set()


def test_with_one_reference_the_time_itself_must_change(tmp_path: Path) -> None:
    for day, scales in enumerate(({}, {"loop": 0.4}, {"loop": 0.4, "rust": 1.4})):
        alone = with_status("numpy", "unavailable", run(scales=scales, seed=day))
        put(tmp_path / "s", alone, day, commit=f"{day}" * 40)
    assert {c.after.commit[0] for c in found(tmp_path / "s")} == {"2"}
    assert rows(tmp_path / "s") == RUST


def test_one_row_alone(tmp_path: Path) -> None:
    history(tmp_path, [{}, {"threads n=500": 1.4}, {}, {"threads n=500": 1.18}])
    assert rows(tmp_path) == {(kind, "threads", "n=500") for kind in ("slower", "faster")}


@pytest.mark.parametrize(("scale", "count"), [(1.9, 0), (2.3, 3)])
def test_the_loss_of_one_core_is_no_change(tmp_path: Path, scale: float, count: int) -> None:
    history(tmp_path, [{}, {"threads": scale}], threads=2)
    assert len(rows(tmp_path)) == count


def test_the_controls_of_both_runs_are_noise(tmp_path: Path) -> None:
    history(tmp_path, [{}, {"rust": 1.3}])
    ((before, after),) = collect(tmp_path).values()
    for noisy, pair in ((before, [before, after]), (after, [before, after])):
        study = replace(noisy.studies["tiny"], noise={"n=500": 0.4})
        changed = [replace(p, studies={"tiny": study}) if p is noisy else p for p in pair]
        assert list(along(changed)) == []


def test_nothing_is_judged_where_unchanged_code_differs(tmp_path: Path) -> None:
    odd = {"loop n=500": 1.5, "numpy n=500": 0.6, "loop n=50000": 1.8, "numpy n=5000": 0.5}
    history(tmp_path, [{}, {**odd, "rust": 3.0}])
    (points,) = collect(tmp_path).values()
    assert drift(*points).too_noisy
    assert rows(tmp_path) == set()
    text, bad = verdict(collect(tmp_path))
    assert "times are not judged" in text
    assert "(1 of 1 steps too noisy to be judged)" in page.render(collect(tmp_path))
    assert not bad


@pytest.mark.parametrize("status", ["failed", "disagrees"])
def test_a_row_that_went_wrong_and_one_that_was_repaired(tmp_path: Path, status: str) -> None:
    for day, point in enumerate((run(), with_status("rust", status), run())):
        put(tmp_path / "s", point, day, commit=f"{day}" * 40)
    kinds = {(c.kind, c.after.commit[0], c.bad, c.factor) for c in found(tmp_path / "s")}
    assert kinds == {("broken", "1", True, None), ("repaired", "2", False, None)}


def test_a_row_or_study_that_is_new_or_gone_is_no_change(tmp_path: Path) -> None:
    put(tmp_path / "s", with_status("rust", "unavailable"))
    put(tmp_path / "s", run("b" * 40, studies=("tiny", "other")), day=1)
    put(tmp_path / "s", run("c" * 40, studies=("other",)), day=2)
    assert rows(tmp_path / "s") == set()
    assert one(tmp_path / "s").studies.keys() == {"tiny"}


def test_the_verdict_names_rows_and_commits(tmp_path: Path) -> None:
    hashes = history(tmp_path, [{}, {}, {"rust": 1.5}], studies=("tiny",))
    text, bad = verdict(collect(tmp_path))
    assert bad
    assert f"{hashes[1][:8]} Commit of day 1 -> {hashes[2][:8]} Commit of day 2" in text
    assert "slower: rust, n=500" in text
    assert verdict(collect(tmp_path), hashes[0], hashes[1])[1] is False
    assert verdict(collect(tmp_path), hashes[2], hashes[1])[1] is False  # the other way: faster
    put(tmp_path, run("f" * 40, scales={"rust": 9.0}), day=9, machine="another")
    assert "one point: nothing to compare" in verdict(collect(tmp_path))[0]
