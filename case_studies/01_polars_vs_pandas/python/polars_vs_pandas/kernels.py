"""The implementations by name: one signature, each with the input type it works on.

``kernel(name)`` imports an implementation at its first call: Numba takes a second to
import, and need not be there at all.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from polars_vs_pandas import extension
from polars_vs_pandas.arrays import Floats, Output


def as_pandas(values: Floats) -> Any:
    """A pandas frame of the values (copied, columns contiguous: pandas' own layout)."""
    import pandas as pd

    return pd.DataFrame(values)


def as_polars(values: Floats) -> Any:
    """A Polars frame of the values (copied column by column unless they lie so already)."""
    import polars as pl

    return pl.from_numpy(values)


def as_array(values: Floats) -> Floats:
    """The values themselves, whatever their strides."""
    return values


@dataclass(frozen=True)
class Kernel:
    """Where an implementation lives and what it takes."""

    module: str
    function: str
    native: Callable[[Floats], Any]
    needs: str = ""


KERNELS = {
    "baseline": Kernel("baseline", "backtest", as_pandas),
    "pandas_vectorised": Kernel("pandas_vectorised", "backtest", as_pandas),
    "polars_numpy": Kernel("optimised", "polars_numpy", as_polars),
    "numba_fused": Kernel("numba_kernel", "backtest_numba", as_array, needs="numba"),
    "rust_fused": Kernel("optimised", "rust_fused", as_array, needs="polars_vs_pandas._rust"),
}
CHOICES = ("auto", *KERNELS)


def kernel(name: str, **fixed: Any) -> Callable[..., Output]:
    """``call(signal, returns, window, k_long, k_short, cost, capital)`` on native types."""
    chosen = KERNELS[name]

    def call(*args: Any, **kwargs: Any) -> Output:
        module = importlib.import_module(f"polars_vs_pandas.{chosen.module}")
        result: Output = getattr(module, chosen.function)(*args, **kwargs, **fixed)
        return result

    return call


def available(name: str) -> bool:
    """Whether an implementation can run here."""
    needs = KERNELS[name].needs
    if not needs:
        return True
    if needs == "polars_vs_pandas._rust":
        return extension.find() is not None
    return importlib.util.find_spec(needs) is not None


def resolve(implementation: str) -> str:
    """The implementation that runs for a name; ``auto`` is Rust where it imports."""
    if implementation != "auto":
        return implementation
    return "rust_fused" if available("rust_fused") else "polars_numpy"
