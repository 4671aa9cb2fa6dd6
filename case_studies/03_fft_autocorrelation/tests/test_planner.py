"""The planner: its choice, ``method=``, and calibration."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fft_autocorrelation import Autocorrelator, _rust, calibrate, choose, planner

FIGURES = len(_rust.measure_costs())


@pytest.fixture(autouse=True)
def shipped_afterwards() -> Iterator[None]:
    yield
    _rust.use_costs([])


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder; measuring takes no time."""
    monkeypatch.setattr(_rust, "measure_costs", lambda: [2.0] * FIGURES)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_the_least_cost_is_chosen() -> None:
    for n in (2, 100, 3_000, 50_000, 1_000_000):
        for lag in {1, n // 100, n // 10, n - 1}:
            costs = choose(n, lag)
            assert getattr(costs, costs.method) == min(costs.direct, costs.blocked, costs.fft)
            assert Autocorrelator(n, lag).method == costs.method if n <= 50_000 else True


def test_the_method_given_is_used() -> None:
    for method in ("direct", "blocked", "fft"):
        assert Autocorrelator(1_000, 10, method=method).method == method  # type: ignore[arg-type]


def test_calibration_is_kept_and_read(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def measure() -> list[float]:
        calls.append(1)
        return [1.0] * FIGURES

    monkeypatch.setattr(_rust, "measure_costs", measure)
    path = calibrate()
    assert path is not None and path.is_relative_to(cache)
    assert choose(10_000, 10).fft == pytest.approx(1e-9)
    assert calibrate() == path and len(calls) == 1
    path.write_text("[1, 2]", encoding="ascii")
    assert calibrate() == path and len(calls) == 2
    calibrate(again=True)
    assert len(calls) == 3
    assert calibrate(remember=False) is None


def test_a_folder_that_cannot_be_written(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = cache / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert calibrate() is None


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "",
        "7",
        "{}",
        "[" * 100_000,
        json.dumps([10**400] * FIGURES),
        json.dumps([1e308] * FIGURES),
        json.dumps([1e-320] * FIGURES),
        json.dumps([True] * FIGURES),
        json.dumps([None] * FIGURES),
        "[" + "NaN," * (FIGURES - 1) + "1]",
        "\xff\xfe",
    ],
    ids=lambda text: text[:12],
)
def test_a_damaged_file_means_no_figures(text: str, cache: Path) -> None:
    path = calibrate()
    assert path is not None
    path.write_text(text, encoding="latin-1")
    assert calibrate() == path
    assert json.loads(path.read_text(encoding="ascii")) == [2.0] * FIGURES


def test_no_home(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert calibrate() is None


def test_one_file_per_processor_and_version(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {calibrate()}
    for name in ("_processor", "_version"):
        monkeypatch.setattr(planner, name, lambda name=name: f"another{name}")
        files.add(calibrate())
    assert len(files) == 3


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((-1,), ValueError, "n=-1, expected 1 to"),
        ((0,), ValueError, "n=0, expected 1 to"),
        ((2**63,), ValueError, "n=9223372036854775808, expected 1 to"),
        ((5.0,), TypeError, "n=5.0, expected an integer"),
        ((5, 5), ValueError, "max_lag=5, expected at most 4"),
        ((5, -1), ValueError, "max_lag=-1, expected 0 or more"),
    ],
)
def test_choose_refuses(arguments: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        choose(*arguments)


def test_the_build() -> None:
    assert _rust.build_profile() == "release"
    assert _rust.simd() in ("portable", "avx2", "avx512")
    _rust.clear_buffers()


def test_a_copied_plan_keeps_its_method() -> None:
    stored = pickle.dumps(Autocorrelator(10_000, 10))
    _rust.use_costs([1e6] * 3 + [1.0] * (FIGURES - 3))  # direct sums would take long
    assert Autocorrelator(10_000, 10).method != "direct"
    assert pickle.loads(stored).method == "direct"
