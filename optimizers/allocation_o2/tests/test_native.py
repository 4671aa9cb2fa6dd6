"""Strategies in a library: parameters, prediction, errors, signals, memory."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

import allocation_o2
from allocation_o2 import LibraryError, StrategyError, StrategyPanic, _rust, load

PRICES = 1.0 + np.random.default_rng(0).random((3, 60))


@pytest.fixture(scope="module")
def probe_class(probe: Path) -> type[allocation_o2.Allocator]:
    return load(probe)


def instance(probe: Path, **values: object) -> _rust.Instance:
    return _rust.open(probe).create(values)


def test_a_class_has_the_parameters_of_the_strategy(probe_class: Any) -> None:
    one = probe_class(mode=0)
    assert repr(one) == "Probe()"
    assert one.get_params() == {"mode": 0, "sum": 1.0, "shift": -3, "flag": True, "seed": 7}
    assert one.min_observations == 2
    expected = PRICES[:, -1] / PRICES[:, -1].sum()
    assert np.allclose(one.predict(PRICES), expected, rtol=0, atol=1e-15)
    again = pickle.loads(pickle.dumps(one.set_params(seed=2**63)))
    assert again.seed == 2**63
    assert np.array_equal(again.predict(PRICES), one.predict(PRICES))


BAD = [
    ("mode", 9, ValueError, "mode=9, expected at most 8"),
    ("mode", -1, ValueError, "mode=-1, expected 0 or more"),
    ("mode", 1.0, TypeError, "mode=1.0, expected an integer"),
    ("mode", True, TypeError, "mode=True, expected an integer"),
    ("mode", "1", TypeError, "mode='1', expected an integer"),
    ("shift", -6, ValueError, "shift=-6, expected -5 or more"),
    ("sum", 2.5, ValueError, "sum=2.5, expected at most 2.0"),
    ("sum", -0.5, ValueError, "sum=-0.5, expected at least 0.0"),
    ("sum", float("nan"), ValueError, "sum=nan, expected a finite number"),
    ("sum", "much", TypeError, "sum='much', expected a real number"),
    ("sum", True, TypeError, "sum=True, expected a real number"),
    ("flag", 1, TypeError, "flag=1, expected True or False"),
    ("seed", -(10**30), ValueError, f"seed={-(10**30)}, expected 0 or more"),
]


@pytest.mark.parametrize(("name", "value", "error", "words"), BAD)
def test_both_sides_refuse_a_parameter_in_the_same_words(
    probe: Path, probe_class: Any, name: str, value: object, error: type[Exception], words: str
) -> None:
    """The class checks in Python; an instance, made without the class, in Rust."""
    ready = instance(probe)
    for made in (
        lambda: probe_class(**{name: value}),
        lambda: instance(probe, **{name: value}),
        lambda: ready.set(name, value),
    ):
        with pytest.raises(error) as raised:
            made()
        assert str(raised.value) == words


def test_an_unknown_parameter(probe: Path, probe_class: Any) -> None:
    words = "Probe has no parameter 'speed', its own: mode, sum, shift, flag, seed"
    for made in (lambda: probe_class(speed=1), lambda: instance(probe, speed=1)):
        with pytest.raises(TypeError) as raised:
            made()
        assert str(raised.value) == words


@pytest.mark.parametrize(
    ("parameters", "error", "words"),
    [
        ({"mode": 1}, StrategyPanic, "Probe panicked: 3 assets are too many, at pröbe nr 1.rs:25"),
        ({"mode": 5}, StrategyPanic, "index out of bounds: the len is 3 but the index is 3, at "),
        ({"mode": 6}, StrategyPanic, "Probe panicked: no message, at "),
        (
            {"mode": 2},
            StrategyError,
            "Probe returned the weight nan for asset 0, expected a finite",
        ),
        ({"sum": 0.9}, StrategyError, "Probe returned weights with the sum 0.9, expected 1 within"),
        ({"mode": 3}, StrategyError, "no weights from here on"),
    ],
)
def test_what_goes_wrong_in_a_strategy_is_an_exception(
    probe_class: Any, parameters: dict[str, Any], error: type[Exception], words: str
) -> None:
    one = probe_class(**parameters)
    for call in (one.predict, lambda prices: one.predict_rolling(prices, threads=2)):
        with pytest.raises(error) as raised:
            call(PRICES)
        assert words in str(raised.value)
    assert probe_class().predict(PRICES).sum() == pytest.approx(1.0, abs=1e-12)


def test_a_rolling_run_stops_at_the_first_bad_date(probe: Path) -> None:
    out = np.empty((58, 3))
    for threads in (1, 2, 4):
        with pytest.raises(StrategyError, match="no weights from here on") as raised:
            instance(probe, mode=3).rolling(PRICES, out, 2, 1, 0, threads)
        assert raised.value.row == 37  # type: ignore[attr-defined]
        assert raised.value.__notes__ == ["at observation 39, row 37 of the weights"]


def test_arrays_that_cannot_be_used_are_refused(probe: Path) -> None:
    one, weights = instance(probe), np.zeros(3)
    read_only = weights.copy()
    read_only.flags.writeable = False
    for prices, into, words in [
        (PRICES.T, np.zeros(60), "rows in pieces"),
        (PRICES[:, ::2], weights, "rows in pieces"),
        (PRICES[::-1], weights, "rows in pieces"),
        (PRICES, np.zeros(2), "room for 2 assets, expected 3"),
        (PRICES, np.zeros(6)[::2], "cannot be written"),
        (PRICES, read_only, "cannot be written"),
    ]:
        with pytest.raises(ValueError, match=words):
            one.predict(prices, into)
    with pytest.raises(TypeError):
        one.predict(PRICES.astype(np.float32), weights)
    with pytest.raises(ValueError, match="12 dates from 50 by 1, expected them within the 60"):
        one.rolling(PRICES, np.empty((12, 3)), 50, 1, 0, 1)
    one.predict(PRICES[:, 10:30], weights)  # a window is a view
    assert np.allclose(weights, PRICES[:, 29] / PRICES[:, 29].sum(), rtol=0, atol=1e-15)


def test_progress_comes_from_the_calling_thread_and_may_raise(probe: Path) -> None:
    seen: list[tuple[int, int, int]] = []

    def note(done: int, total: int) -> None:
        seen.append((done, total, threading.get_ident()))

    out = np.empty((58, 3))
    instance(probe, mode=4).rolling(PRICES, out, 2, 1, 0, 2, note)
    assert len(seen) >= 2 and seen[-1][:2] == (58, 58)
    assert {ident for *_, ident in seen} == {threading.get_ident()}
    with pytest.raises(ZeroDivisionError):
        instance(probe, mode=4).rolling(PRICES, out, 2, 1, 0, 2, lambda done, total: 1 / 0)


ENDLESS = """
import signal, sys, numpy as np
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
from allocation_o2 import load
one = load(sys.argv[1])(mode=4)
prices = 1.0 + np.random.default_rng(0).random((3, 50_000))  # which may lose a signal
print("started", flush=True)
one.predict_rolling(prices, threads=2)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
def test_ctrl_c_works_between_dates(probe: Path) -> None:
    command = [sys.executable, "-c", ENDLESS, str(probe)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None and child.stdout.readline() == "started\n"
        child.send_signal(signal.SIGINT)
        try:
            _, errors = child.communicate(timeout=60)  # the run would take minutes
        finally:
            child.kill()
    assert errors.splitlines()[-1] == "KeyboardInterrupt"


def test_loading_and_predicting_take_no_memory(probe: Path) -> None:
    weights, process = np.zeros(3), psutil.Process()

    def work(times: int) -> None:
        for _ in range(times):
            load(probe)(seed=1).predict(PRICES)
            one = instance(probe)
            one.predict(PRICES, weights)
            with pytest.raises(StrategyPanic):
                instance(probe, mode=1).predict(PRICES, weights)

    work(200)
    before = process.memory_info().rss
    work(int(os.environ.get("ALLOCATION_O2_LOADS", "500")))
    assert process.memory_info().rss - before < 1_000_000


@pytest.mark.thorough
def test_ten_thousand_loads(probe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOCATION_O2_LOADS", "10000")
    test_loading_and_predicting_take_no_memory(probe)


def test_a_library_may_be_replaced_while_it_is_used(probe: Path, tmp_path: Path) -> None:
    """What was loaded stays as it is; the next load sees the new file."""
    place = tmp_path / probe.name
    shutil.copyfile(probe, place)
    old = load(place)
    shutil.copyfile(_rust.__file__, place)  # over the same file, in place
    assert old(mode=0).predict(PRICES).sum() == pytest.approx(1.0, abs=1e-12)
    with pytest.raises(LibraryError, match="has no symbol allocation_o2_interface: expected a"):
        load(place)


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "cannot be opened as a library"), (b"text", "cannot be opened")]
)
def test_a_file_that_is_no_library(tmp_path: Path, content: bytes, words: str) -> None:
    place = tmp_path / "libwrong.so"
    place.write_bytes(content)
    with pytest.raises(LibraryError, match=words):
        load(place)
