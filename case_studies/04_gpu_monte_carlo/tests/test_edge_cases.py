"""Bad input: an error that names the argument, its value, and what was expected."""

from __future__ import annotations

import builtins
import importlib
import itertools
import logging
import math
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import gpu_monte_carlo as gmc
from gpu_monte_carlo import (
    BackendUnavailableError,
    DeviceMemoryError,
    backends,
    black_scholes,
    bracket,
    likelihood_ratio_delta,
    price,
    simulate_paths,
)
from gpu_monte_carlo._memory import in_pieces
from gpu_monte_carlo._validation import executor_like

NAN, INF = float("nan"), float("inf")
FORMULAS = (gmc.geometric, gmc.levy, gmc.curran_lower_bound, gmc.parity)
OPTION_ERRORS = [
    ("spot", 0.0, ValueError, "spot=0.0, expected a finite number > 0"),
    ("strike", -1.0, ValueError, "strike=-1.0, expected a finite number >= 0"),
    ("strike", INF, ValueError, "strike=inf"),
    ("dividend", INF, ValueError, "dividend=inf"),
    ("volatility", -0.1, ValueError, "volatility=-0.1, expected a finite number >= 0"),
    ("maturity", 0.0, ValueError, "maturity=0.0, expected a finite number > 0"),
    ("observations", 0, ValueError, "observations=0, expected 1 to 16777216"),
    ("observations", 2**24 + 1, ValueError, "observations=16777217, expected 1 to 16777216"),
    ("spot", 10**400, ValueError, "spot is beyond the range of a double"),
    ("spot", bytearray(b"1"), TypeError, "spot=bytearray(b'1')"),
    ("strike", memoryview(b"1"), TypeError, "strike=<memory"),
    ("rate", 1000.0, ValueError, "rate=1000.0 with maturity=1.0: |rate| * maturity is 1000"),
    ("rate", -1000.0, ValueError, "rate=-1000.0 with maturity=1.0"),
    ("dividend", -1000.0, ValueError, "dividend=-1000.0 with maturity=1.0: |dividend| *"),
    ("volatility", 1e200, ValueError, "volatility=1e+200 with maturity=1.0: volatility**2 *"),
    ("volatility", 18.0, ValueError, "is 324, expected at most 300"),
    ("maturity", 1e300, ValueError, "with maturity=1e+300"),
    ("observations", -3, ValueError, "observations=-3"),
    ("observations", 2.0, TypeError, "observations=2.0, expected an integer from 1 to 16777216"),
    ("average", "harmonic", ValueError, "average='harmonic', expected one of 'arithmetic'"),
    ("kind", "straddle", ValueError, "kind='straddle'"),
    ("strike_type", "lookback", ValueError, "strike_type='lookback'"),
    ("includes_spot", 1, TypeError, "includes_spot=1, expected True or False"),
]
PRICE_ERRORS = [
    ("paths", 0, ValueError, "paths=0, expected 1 to"),
    ("paths", 1e6, TypeError, "paths=1000000.0, expected an integer from 1 to"),
    ("seed", -1, ValueError, "seed=-1"),
    ("target_error", 10**400, ValueError, "target_error is beyond the range of a double"),
    ("variance_reduction", b"control", TypeError, "variance_reduction=b'control'"),
    ("seed", 2**64, ValueError, "seed=18446744073709551616"),
    ("backend", "fortran", ValueError, "backend='fortran', expected one of 'auto', 'numpy'"),
    ("variance_reduction", "control", TypeError, "variance_reduction='control'"),
    ("variance_reduction", ("luck",), ValueError, "variance_reduction='luck', expected one of"),
    ("sampling", "halton", ValueError, "sampling='halton', expected one of 'pseudo', 'sobol'"),
    ("precision", "float16", ValueError, "precision='float16'"),
    ("target_error", 0.0, ValueError, "target_error=0.0, expected a finite number > 0"),
    ("greeks", "all", TypeError, "greeks='all'"),
    ("device_output", 1, TypeError, "device_output=1"),
    ("threads", -1, ValueError, "threads=-1"),
    ("parts", 0, ValueError, "parts=0"),
]


@pytest.mark.parametrize(("name", "value", "error", "text"), OPTION_ERRORS)
def test_options(option: Any, name: str, value: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error) as caught:
        option(**{name: value})
    assert text in str(caught.value)


@pytest.mark.parametrize(("name", "value", "error", "text"), PRICE_ERRORS)
def test_price(option: Any, name: str, value: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error) as caught:
        price(option(), **{name: value})
    assert text in str(caught.value)


def test_other_arguments(option: Any) -> None:
    with pytest.raises(TypeError, match="expected AsianOption or several"):
        price(5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="empty"):
        price([])
    with pytest.raises(TypeError, match=r"option_or_batch\[1\]='x'"):
        price([option(), "x"])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="at most 21201"):
        price(option(observations=21_202), sampling="sobol")
    with pytest.raises(ValueError, match="backend='rust', expected 'numpy'"):
        price(option(), sampling="sobol", backend="rust")
    with pytest.raises(ValueError, match="device_output=True with backend='numpy'"):
        price(option(), backend="numpy", device_output=True)
    with pytest.raises(ValueError, match="device_output=True with backend='numpy'"):
        simulate_paths(option(), paths=1, backend="numpy", device_output=True)
    with pytest.raises(TypeError, match="option=5"):
        simulate_paths(5, paths=1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="paths=0"):
        simulate_paths(option(), paths=0)
    with pytest.raises(ValueError, match="includes_spot=True"):
        likelihood_ratio_delta(option(includes_spot=True))
    with pytest.raises(ValueError, match="volatility=0.0"):
        likelihood_ratio_delta(option(volatility=0.0))


@pytest.mark.parametrize(
    "function",
    [*FORMULAS, black_scholes, bracket, gmc.turnbull_wakeman, likelihood_ratio_delta],
)
@pytest.mark.parametrize("value", [None, "x"])
def test_formulas_want_an_option(function: Any, value: Any) -> None:
    with pytest.raises(TypeError, match=r"option=.*, expected an AsianOption"):
        function(value)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"observations": 252}, "observations=252 with includes_spot=False"),
        ({"observations": 1, "includes_spot": True}, "includes_spot=True"),
        ({"observations": 1, "strike_type": "floating"}, "strike_type='floating'"),
    ],
)
def test_black_scholes_is_of_one_price(option: Any, changes: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        black_scholes(option(**changes))


def test_a_step_without_a_deviation_has_no_likelihood_ratio(option: Any) -> None:
    with pytest.raises(ValueError, match="the first step's deviation rounds to 0"):
        likelihood_ratio_delta(option(maturity=5e-324))


@pytest.mark.parametrize("value", ["x", 5, object(), ThreadPoolExecutor])
def test_what_is_no_executor(value: Any) -> None:
    with pytest.raises(TypeError, match=r"executor=.*expected None or a concurrent"):
        executor_like(value)


def test_what_is_an_executor() -> None:
    assert executor_like(None) is None
    with ThreadPoolExecutor(1) as executor:
        assert executor_like(executor) is executor


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_the_largest_exponents_have_prices(option: Any, sign: float) -> None:
    """No formula overflows on what an option may be."""
    ends = (lambda one: bracket(one)[0], lambda one: bracket(one)[1])
    for other, kind in itertools.product((-300.0, 300.0), ("call", "put")):
        for includes_spot, n in ((False, 1), (False, 12), (True, 12)):
            one = option(
                rate=300.0 * sign,
                dividend=other,
                volatility=17.3,
                observations=n,
                kind=kind,
                includes_spot=includes_spot,
            )
            for formula in (*FORMULAS, *ends):
                assert math.isfinite(formula(one)), formula


def test_numbers_of_numpy_are_numbers() -> None:
    one = gmc.AsianOption(
        np.float32(100), np.int64(100), 0, 0, np.float64(0.2), 1, np.int32(12),  # type: ignore[arg-type]
        includes_spot=np.bool_(True),  # type: ignore[arg-type]
    )  # fmt: skip
    assert type(one.spot) is float
    assert type(one.observations) is int
    assert one.includes_spot is True


@pytest.mark.parametrize("name", ["cupy", "cuda", "rust"])
def test_an_absent_backend_says_how_to_get_it(
    option: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without(monkeypatch, "cupy", "gpu_monte_carlo._rust")
    with pytest.raises(BackendUnavailableError, match=f"backend='{name}'.*pip install"):
        price(option(), backend=name)
    with pytest.raises(BackendUnavailableError, match="pip install"):
        simulate_paths(option(), paths=2, backend=name)


def test_auto_falls_back_and_says_so(
    option: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _without(monkeypatch, "cupy", "gpu_monte_carlo._rust")
    monkeypatch.setattr(backends, "_logged", set())
    with caplog.at_level(logging.INFO, "gpu_monte_carlo.backends"):
        found = price(option(observations=2), paths=1)
        price(option(observations=2), paths=1)
    assert found.backend == "numpy"
    assert len(caplog.records) == 1
    message = caplog.records[0].getMessage()
    for part in ("backend 'numpy' runs", "CuPy is not installed", "rust"):
        assert part in message


def _without(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """As on a machine where these are not installed."""
    original = importlib.import_module

    def find(name: str, package: str | None = None) -> Any:
        if name in names:
            raise ImportError(f"No module named {name!r}")
        return original(name, package)

    monkeypatch.setattr(backends.importlib, "import_module", find)


def test_nothing_optional_is_imported() -> None:
    """Importing the package needs NumPy and SciPy only."""
    import subprocess

    code = (
        "import sys, gpu_monte_carlo, gpu_monte_carlo.cuda, gpu_monte_carlo.generic;"
        "print([m for m in ('cupy', 'torch', 'numba', 'QuantLib', 'matplotlib', 'pandas', 'qpp')"
        " if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


class FullError(Exception):
    """As raised by a device."""


def test_a_full_device_gets_smaller_pieces() -> None:
    asked, freed = [], []

    def call(first: int, count: int) -> list[int]:
        asked.append(count)
        if count > 3:
            raise FullError
        return list(range(first, first + count))

    found = in_pieces(call, 5, 10, 8, (FullError,), lambda: freed.append(1))
    assert [i for piece in found for i in piece] == list(range(5, 15))
    assert asked[:3] == [8, 4, 2] and len(freed) == 2


def test_a_device_without_room_for_one_block_says_so() -> None:
    def call(first: int, count: int) -> None:
        raise FullError

    with pytest.raises(DeviceMemoryError, match="no memory left for the paths") as caught:
        in_pieces(call, 0, 10, 8, (FullError,), need="the paths")
    assert isinstance(caught.value, MemoryError)
    assert isinstance(caught.value.__cause__, FullError)


def test_other_errors_pass() -> None:
    def call(first: int, count: int) -> None:
        raise builtins.RuntimeError("bad launch")

    with pytest.raises(RuntimeError, match="bad launch"):
        in_pieces(call, 0, 10, 8, (FullError,))
