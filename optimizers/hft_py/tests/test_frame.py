"""Backends, results, arguments and progress: what all modules share."""

from __future__ import annotations

import dataclasses
import logging
import pickle
import sys
import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import hft_py
from hft_py import backend, checks
from hft_py.errors import (
    BackendUnavailableError,
    HftPyError,
    InternalError,
    InvalidValuesWarning,
)
from hft_py.hmm import DegenerateDataWarning, HMMRegimeDetector
from hft_py.objectives.invalid_values import warn_invalid
from hft_py.progress import Progress, reporting
from hft_py.results import Result


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Fit(Result):
    best_params: Any
    converged: bool
    history: Any = ()


# ------------------------------------------------------------------ backends


def test_the_argument_is_stronger_than_the_context_and_the_context_than_the_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HFT_PY_BACKEND", "python")
    assert hft_py.active_backend() == "python"
    with hft_py.use_backend("auto"):
        assert backend.requested_backend() == "auto"
        assert hft_py.active_backend("python") == "python"
    assert backend.requested_backend() == "python"


@pytest.mark.parametrize("name", ["Rust", "", 3, None])
def test_unknown_backends(name: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        pytest.raises((TypeError, ValueError), match='expected "auto", "rust" or "python"'),
        hft_py.use_backend(name),
    ):
        pass
    if name:
        monkeypatch.setenv("HFT_PY_BACKEND", str(name))
        with pytest.raises(ValueError, match="HFT_PY_BACKEND="):
            hft_py.active_backend()


@pytest.fixture
def hidden(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The extension as if it were not installed."""
    monkeypatch.setitem(sys.modules, "hft_py._rust", None)
    monkeypatch.delenv("HFT_PY_BACKEND", raising=False)
    backend._extension.cache_clear()
    yield
    backend._extension.cache_clear()


@pytest.mark.usefixtures("hidden")
def test_without_the_extension(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "hft_py"):
        assert hft_py.active_backend() == "python"
        assert hft_py.active_backend() == "python"
    assert len(caplog.records) == 1
    with pytest.raises(BackendUnavailableError, match="do not import"), hft_py.use_backend("rust"):
        pass
    with pytest.raises(ImportError):
        hft_py.active_backend("rust")


def _kernels(monkeypatch: pytest.MonkeyPatch, compiled: Any) -> None:
    """A module ``fake`` with a compiled kernel and a Python one that doubles."""
    python = types.ModuleType("hft_py.fake.baseline")
    python.double = lambda x: 2 * x  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "hft_py.fake", types.ModuleType("hft_py.fake"))
    monkeypatch.setitem(sys.modules, "hft_py.fake.baseline", python)
    rust = types.SimpleNamespace(fake=types.SimpleNamespace(double=compiled))
    monkeypatch.setattr(backend, "_extension", lambda: (rust, ""))
    monkeypatch.delenv("HFT_PY_BACKEND", raising=False)


def test_an_internal_failure_falls_back_and_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(x: float) -> float:
        raise InternalError("index out of bounds")

    _kernels(monkeypatch, broken)
    with caplog.at_level(logging.ERROR, "hft_py"):
        kernels = backend.kernels("fake")
        assert kernels.name == "rust" and kernels.double(4) == 8
    assert "index out of bounds" in caplog.text
    assert (kernels.name, kernels.words) == ("python", "Python fallback")
    assert backend.kernels("fake").name == "rust"  # the next run tries again
    with pytest.raises(InternalError):
        backend.kernels("fake", "rust").double(4)


def test_a_callers_mistake_is_not_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(x: float) -> float:
        raise ValueError("x is negative")

    _kernels(monkeypatch, refuses)
    with pytest.raises(ValueError, match="x is negative"):
        backend.kernels("fake").double(-1)
    assert backend.kernels("fake", "python").double(-1) == -2
    assert backend.kernels("fake").name == "rust"


def test_a_panic_is_an_internal_error() -> None:
    rust = pytest.importorskip("hft_py._rust", reason="the extension is not installed")
    assert rust.InternalError is InternalError
    assert issubclass(InternalError, HftPyError)
    with pytest.raises(InternalError, match="on purpose"):
        rust.panic_on_purpose()


# ------------------------------------------------------------------ results


def test_a_result_reads_like_a_mapping() -> None:
    fit = Fit(np.array([1.0, np.nan]), True, history=np.arange(20.0))
    assert fit["converged"] is fit.converged is True
    assert list(fit) == list(fit.keys()) == ["best_params", "converged", "history"]
    assert len(fit) == 3 and "history" in fit and "other" not in fit
    assert fit.get("other", 7) == 7
    assert dict(**fit).keys() == fit.to_dict().keys()  # type: ignore[arg-type]
    with pytest.raises(KeyError, match="'other' is not in Fit"):
        fit["other"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        fit.converged = False  # type: ignore[misc]


def test_results_compare_by_value() -> None:
    fit = Fit(np.array([1.0, np.nan]), True, [np.zeros(2), float("nan")])
    assert fit == pickle.loads(pickle.dumps(fit))
    assert fit != dataclasses.replace(fit, converged=False)
    assert fit != dataclasses.replace(fit, best_params=np.array([1.0, 2.0]))
    assert fit != "fit"


def test_a_result_shows_itself_on_one_line() -> None:
    fit = Fit(np.array([0.1 + 0.2, 2.0]), np.True_, np.zeros((3, 4)))
    assert repr(fit) == "Fit(best_params=[0.3, 2.0], converged=True, history=float64[3, 4])"


# ------------------------------------------------------------------ arguments


@pytest.mark.parametrize(
    ("check", "error", "message"),
    [
        (lambda: checks.real_number("s", "1"), TypeError, "s='1', expected a real number"),
        (lambda: checks.array("x", [True]), TypeError, "x has dtype bool"),
        (lambda: checks.array("x", [[1.0], [1.0, 2.0]]), ValueError, "x is not an array"),
        (lambda: checks.array("x", np.ma.array([1.0])), TypeError, "x is a masked array"),
        (lambda: checks.bounds([0], [np.inf]), ValueError, r"bounds_upper\[0\] is inf"),
    ],
)
def test_bad_arguments(check: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        check()


def test_good_arguments() -> None:
    x = np.arange(3.0)
    assert checks.array("x", x) is x
    assert checks.array("x", x[::2]).flags.c_contiguous
    assert np.isnan(checks.finite_array("x", [1, np.nan], allow_nan=True)).sum() == 1
    assert checks.thread_count(0) >= 1
    assert checks.thread_count(3) == 3
    assert 64 <= checks.thread_count(10**30) < 10**6
    assert 0 <= checks.seed_number(None) < 2**64
    assert checks.whole_number("n", np.int32(3)) == 3
    assert checks.real_number("s", np.float32(0.5)) == 0.5
    low, _ = checks.bounds([-np.inf], [0], infinite=True)
    assert low[0] == -np.inf


def test_warnings_point_to_the_users_line() -> None:
    """However many functions of the library lie between."""
    with pytest.warns(InvalidValuesWarning) as direct:
        warn_invalid(1, 2)
    with pytest.warns(DegenerateDataWarning) as deep:
        HMMRegimeDetector(2).fit(np.zeros(50))
    for warning in (*direct, *deep):
        assert warning.filename == __file__


# ------------------------------------------------------------------ progress


def test_a_callback_sees_every_hundredth_and_may_stop() -> None:
    seen: list[Progress] = []

    def listener(now: Progress) -> bool:
        seen.append(now)
        return now.done < 20

    with reporting(listener, 1000, "fit") as reporter:
        assert reporter is not None and reporter.every == 10
        for done in range(1, 1001):
            if reporter.due(done - 1, done) and not reporter(done, -float(done)):
                break
    assert [now.done for now in seen] == [10, 20]
    assert reporter.stopped and seen[-1].fraction == 0.02


def test_what_a_callback_may_return() -> None:
    with reporting(lambda now: 3, 10, "fit") as reporter:
        assert reporter is not None
        with pytest.raises(TypeError, match="progress returned 3"):
            reporter(1, 0.0)
    with reporting(lambda now: np.bool_(now.done < 2), 10, "fit") as reporter:
        assert reporter is not None and reporter(1, 0.0) and not reporter(2, 0.0)
    with pytest.raises(TypeError, match="progress='yes'"), reporting("yes", 10, "fit"):
        pass
    with reporting(False, 10, "fit") as nothing:
        assert nothing is None


def test_the_bar_without_tqdm(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with reporting(True, 200, "fit") as reporter:
        assert reporter is not None and reporter(100, 1.5)
    assert "fit: 100/200 (50%), best 1.5" in capsys.readouterr().err


def test_the_bar_with_tqdm(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm", reason="tqdm is not installed")
    with reporting(True, 200, "fit") as reporter:
        assert reporter is not None and reporter(100, 1.5) and reporter(200, 0.25)
    shown = capsys.readouterr().err
    assert "200/200" in shown and "best 0.25" in shown
