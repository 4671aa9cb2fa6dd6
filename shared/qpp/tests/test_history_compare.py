"""Two commits compared: which differences count as a change."""

from pathlib import Path

import pytest

from history_fixtures import IMPLEMENTATIONS, commit_all, repository, result
from qpp.history import HistoryError, listing, store
from qpp.history.checkout import Checkout, find
from qpp.history.comparison import Change, compare, regressions


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    found = find(repository(tmp_path / "repo"))
    (found.root / "second").write_text("", encoding="utf-8")
    commit_all(found.root, "second")
    return found


def put(checkout: Checkout, name: str, scale: float = 1.0, machine: str = "box") -> None:
    commit = checkout.resolve(name)
    date = 1 if name == "HEAD" else 0
    data = result(commit, date, scale, machine)
    described = {k: {"name": k, "version": "1"} for k in data["results"]}
    store.write(checkout.results, {"machine": machine, "version": 1}, described, data)


def found(checkout: Checkout, **options: float) -> dict[tuple[str, str, str], Change]:
    changes = compare("HEAD~1", "HEAD", checkout=checkout, **options)
    return {(c.series.metric, c.series.workload, c.series.implementation): c for c in changes}


def test_slower_is_worse_and_faster_is_better(checkout: Checkout) -> None:
    put(checkout, "HEAD~1")
    put(checkout, "HEAD", scale=2.0)
    changes = found(checkout)
    worse = {key for key, change in changes.items() if change.verdict == "worse"}
    assert worse == {(m, w, "numpy") for m in ("time", "slowdown") for w in ("n=500", "n=5000")}
    assert changes["time", "n=500", "numpy"].factor == pytest.approx(2.0)
    assert len(regressions(changes.values())) == 4
    lines = listing.changes_markdown(list(changes.values())).splitlines()
    assert len(lines) == 2 + len(changes)
    assert "| worse | tiny · n=500 | numpy | time | 1.70 µs | 3.40 µs | 2.00x |" in lines
    back = compare("HEAD", "HEAD~1", checkout=checkout)
    assert len([c for c in back if c.verdict == "better"]) == 4


@pytest.mark.parametrize(("scale", "threshold"), [(1.0, 1.01), (1.2, 1.25), (1.06, 1.01)])
def test_noise_is_no_change(checkout: Checkout, scale: float, threshold: float) -> None:
    put(checkout, "HEAD~1")
    put(checkout, "HEAD", scale=scale)  # at 1.06 the intervals of 5 % still touch
    assert found(checkout, threshold=threshold)["time", "n=500", "numpy"].verdict == "same"


def edit(checkout: Checkout, name: str, metric: str, changes: dict[str, float | None]) -> None:
    path = next(checkout.results.glob(f"box/{checkout.resolve(name)[:8]}*"))
    data = store.read_result(path).data
    for implementation, value in changes.items():
        row = data["results"][f"studies.track_{metric}_tiny"]
        row[0][IMPLEMENTATIONS.index(implementation)] = value
    path.write_text(store._result_text(data), encoding="utf-8")


def test_new_failed_repaired_and_inexact_figures(checkout: Checkout) -> None:
    for name in ("HEAD~1", "HEAD"):
        put(checkout, name)
    edit(checkout, "HEAD~1", "slowdown", {"loop": None, "numpy": float("nan")})
    edit(checkout, "HEAD", "slowdown", {"rust": None, "loop": 1.0})
    edit(checkout, "HEAD", "error", {"loop": 1e-3})
    changes = found(checkout)
    verdicts = {i: changes["slowdown", "n=500", i].verdict for i in ("loop", "numpy", "rust")}
    assert verdicts == {"loop": "fixed", "numpy": "new", "rust": "broken"}
    change = changes["error", "n=500", "loop"]
    assert (change.verdict, change.factor) == ("worse", float("inf"))


def test_what_cannot_be_compared(checkout: Checkout) -> None:
    with pytest.raises(HistoryError, match="unknown commit 'v9'"):
        compare("v9", "HEAD", checkout=checkout)
    with pytest.raises(HistoryError, match=r"nothing is stored for HEAD~1 .*qpp history record"):
        compare("HEAD~1", "HEAD", checkout=checkout)
    put(checkout, "HEAD~1")
    put(checkout, "HEAD", machine="other")
    with pytest.raises(HistoryError, match="recorded on different machines"):
        compare("HEAD~1", "HEAD", checkout=checkout)
    with pytest.raises(HistoryError, match="threshold 1: expected a factor above 1"):
        compare("HEAD~1", "HEAD", checkout=checkout, threshold=1.0)
