"""The study: unavailable rows, peers, limits, pictures, and the command that compares prices."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpu_monte_carlo import price
from gpu_monte_carlo.backends import unavailable_reason
from gpu_monte_carlo.study import limits, peers, references, study
from gpu_monte_carlo.study.implementations import collected, in_part
from gpu_monte_carlo.study.workloads import (
    BATCH,
    BATCH_NAME,
    DEVIATION,
    EQUAL,
    HEADLINE,
    PARTS,
    at_the_money,
    error_name,
    name,
    plain_paths,
)

REFERENCE = references.DISCRETE[1].price


@pytest.mark.parametrize("row", ["cupy", "cupy_device", "cuda_fused", "cuda_fused-float32"])
def test_gpu_rows_say_what_they_need(row: str) -> None:
    reason = study.implementation(row).unavailable()
    if unavailable_reason("cuda") == "CuPy is not installed":
        assert reason is not None and "cupy" in reason and "04_gpu_monte_carlo[cuda]" in reason


@pytest.mark.parametrize(
    ("call", "module"),
    [(peers.quantlib, "QuantLib"), (peers.numba, "numba"), (peers.jax, "jax")],
    ids=["quantlib", "numba", "jax"],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_peers_price_the_reference(call: Any, module: str) -> None:
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed (make peers)")
    found = call(at_the_money(252), 40_000)
    error = found["price_standard_error"]
    assert abs(found["price"] - REFERENCE) <= 4 * error
    assert error * np.sqrt(40_000) == pytest.approx(DEVIATION, rel=0.05)


def test_peers_refuse_what_they_do_not_price(option: Any) -> None:
    for call in (peers.quantlib, peers.numba, peers.jax):
        with pytest.raises(ValueError, match="arithmetic average"):
            call(option(includes_spot=True), 100)


def test_all_simulate_the_same_number_of_paths() -> None:
    for workload in EQUAL:
        inputs = study.workload(workload).inputs()
        assert inputs["paths"] % 16_384 == 0
    assert 500_000 <= HEADLINE[0] < 1.02 * 500_000


def test_limit_counts_every_price_once() -> None:
    def bandwidth(moved: int) -> float:
        assert moved <= limits.WORKING_SET
        return 1e9

    count = study.limits[0].seconds
    moved = 8 * HEADLINE[0] * HEADLINE[1]
    assert count(study.workload(name(*HEADLINE)).inputs(), bandwidth) == pytest.approx(moved / 1e9)
    moved = 8 * BATCH[0] * BATCH[1]
    assert count(study.workload(BATCH_NAME).inputs(), bandwidth) == pytest.approx(moved / 1e9)
    plain = (DEVIATION / 1e-2) ** 2
    target = study.workload(error_name(1e-2)).inputs()
    assert count(target, bandwidth) == pytest.approx(8 * plain * 252 / 1e9)


def test_outputs_carry_their_errors() -> None:
    found = collected(price(at_the_money(4), paths=1, backend="numpy"))
    assert set(found) == {"price", "price_standard_error"}
    assert found["price_standard_error"] > 0


def test_plain_paths_to_a_small_error_are_run_in_part() -> None:
    """The parts make up the whole, and a part is large enough to be judged by its time."""
    for target, parts in ((1e-2, 1), (1e-3, PARTS // 100), (1e-4, PARTS)):
        inputs, found = in_part(study.workload(error_name(target)).inputs())
        assert found == parts
        if parts > 1:
            assert inputs["target"] is None
            assert inputs["paths"] * parts == pytest.approx(plain_paths(target), rel=1e-3)
            assert inputs["paths"] > 1e6
    equal = study.workload(EQUAL[0]).inputs()
    assert in_part(equal) == (equal, 1)


def test_limit_of_multiplications_grows_with_options_only_in_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "multiply_rate", lambda: 1e9)
    count = study.limits[1].seconds
    alone = {"option": at_the_money(BATCH[1]), "paths": BATCH[0], "target": None}
    one = count(alone, lambda _: 1.0)
    many = count(study.workload(BATCH_NAME).inputs(), lambda _: 1.0)
    assert 5 * one < many < 32 * one


def test_a_wrong_price_is_seen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    option, value, rounding = references.DISCRETE[0]
    wrong = references.Reference(option, value + 0.02, rounding)
    monkeypatch.setattr(references, "DISCRETE", (wrong,))
    assert not references.prices(50_000, "auto")
    assert "MISSED" in capsys.readouterr().out


@pytest.mark.thorough
def test_the_command_says_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    code = references.main(["--paths", "16384", "--seeds", "20", "--backend", "auto"])
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert (code, last) in {(0, "all met"), (1, "not all met")}


def drawing() -> Any:
    """The module of the pictures, which needs matplotlib."""
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    return importlib.import_module("gpu_monte_carlo.study.figures")


@pytest.mark.thorough
def test_command_draws_three(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = drawing()
    figures.main(["--out", str(tmp_path), "--observations", "4"])
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "convergence.png",
        "fan.png",
        "ladder.png",
    ]
    assert "numpy · plain" in capsys.readouterr().out


def test_the_ladder_descends(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the same time for every estimate: the order is that of the errors."""
    figures = drawing()
    original = figures.price
    monkeypatch.setattr(
        figures, "price", lambda *args, **how: replace(original(*args, **how), seconds=1.0)
    )
    times = figures.ladder_times(paths=2**15, observations=4)
    seconds = list(times.values())
    assert seconds == sorted(seconds, reverse=True)
    assert times["numpy · control, antithetic"] < times["numpy · plain"]
    assert np.isfinite(seconds).all()
