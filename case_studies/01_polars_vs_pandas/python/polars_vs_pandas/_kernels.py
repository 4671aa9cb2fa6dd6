"""The implementations by name: one signature, each with the input type it works on.

``kernel(name)`` imports an implementation at its first call: Numba takes a second to
import and may be missing.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from polars_vs_pandas import rust_fused
from polars_vs_pandas._arrays import Floats, Output, Run


def as_pandas(values: Floats) -> Any:
    """A pandas frame of the values (copied, columns contiguous: pandas' own layout)."""
    import pandas as pd

    return pd.DataFrame(values)


def as_polars(values: Floats) -> Any:
    """A Polars frame of the values (copied column by column unless they are contiguous)."""
    import polars as pl

    return pl.from_numpy(values)


def as_array(values: Floats) -> Floats:
    """The values themselves, whatever their strides."""
    return values


@dataclass(frozen=True)
class Kernel:
    """What the function ``backtest`` of the module of that name takes and needs."""

    native: Callable[[Floats], Any]
    needs: str = ""


KERNELS = {
    "baseline": Kernel(as_pandas),
    "pandas_vectorised": Kernel(as_pandas),
    "polars_numpy": Kernel(as_polars),
    "numba_fused": Kernel(as_array, needs="numba"),
    "rust_fused": Kernel(as_array, needs="polars_vs_pandas._rust"),
}
CHOICES = ("auto", *KERNELS)


def module(name: str) -> Any:
    """The module of an implementation."""
    return importlib.import_module(f"polars_vs_pandas.{name}")


def kernel(name: str, **fixed: Any) -> Callable[..., Output]:
    """``call(signal, returns, window, k_long, k_short, cost, capital)`` on native types."""

    def call(signal: Any, returns: Any, *rule: Any, **named: Any) -> Output:
        result: Output = module(name).backtest(signal, returns, Run(*rule, **named), **fixed)
        return result

    return call


def available(name: str) -> bool:
    """Whether an implementation can run here."""
    if name == "rust_fused":
        return rust_fused.find() is not None
    needs = KERNELS[name].needs
    return not needs or importlib.util.find_spec(needs) is not None


def resolve(implementation: str) -> str:
    """The implementation that runs for a name; ``auto`` is Rust where it imports."""
    if implementation != "auto":
        return implementation
    return "rust_fused" if available("rust_fused") else "polars_numpy"
