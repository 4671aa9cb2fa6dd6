"""How the study calls the compiled kernels, and the limit they are compared with."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from fft_autocorrelation import Autocorrelator, _rust
from qpp.study import Inputs

if _rust.build_profile() != "release":
    raise RuntimeError("the extension is a debug build: run `make develop`")


def plan_method(method: Any) -> Callable[..., Any]:
    """Calls of an ``Autocorrelator`` with the method given; it keeps the last two plans."""
    plan = functools.lru_cache(maxsize=2)(functools.partial(Autocorrelator, method=method))
    return lambda x, max_lag: plan(x.size, max_lag)(x)


def two_threads(x: Any, max_lag: int) -> Any:
    """The public function on two threads."""
    return _rust.autocorrelation(x, max_lag, threads=2)


def read_series(inputs: Inputs, bandwidth: Callable[[int], float]) -> float:
    """Seconds to read the series once at memory bandwidth."""
    size = inputs["x"].nbytes
    return float(size / bandwidth(size))
