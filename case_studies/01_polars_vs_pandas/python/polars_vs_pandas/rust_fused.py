"""One pass in Rust: constant memory per column, O(T * N), independent of the window.

The functions here are thin wrappers of :mod:`polars_vs_pandas._rust`. Choose them wherever the
extension imports; they need NumPy arrays, which are borrowed whatever their strides.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from polars_vs_pandas._arrays import Floats, Output, Rule, Run

REMEDY = (
    "the compiled extension polars_vs_pandas._rust does not import: build it with "
    "`maturin develop --release`, or choose implementation='polars_numpy'"
)


def find() -> Any:
    """The extension module, or ``None``."""
    try:
        return importlib.import_module("polars_vs_pandas._rust")
    except ImportError:
        return None


def load() -> Any:
    """The extension module; ``ImportError`` with the remedy where it is missing."""
    module = find()
    if module is None:
        raise ImportError(REMEDY)
    return module


def build_profile() -> str:
    """``"release"``, ``"debug"``, or ``"missing"``: a benchmark refuses the latter two.

    Examples
    --------
    >>> build_profile() in {"release", "debug", "missing"}
    True
    """
    module = find()
    return "missing" if module is None else str(module.build_profile())


def backtest(signal: Floats, returns: Floats, run: Run, threads: int = 1) -> Output:
    """One backtest, without the GIL; ``threads`` 0 for all cores, the result is the same.

    Other parameters and the result as :func:`polars_vs_pandas.baseline.backtest`.
    """
    output: Output = load().backtest(signal, returns, run.window, run[1:4], run.capital, threads)
    return output


def sweep(
    signal: Floats,
    returns: Floats,
    window: int,
    rules: Sequence[Rule],
    capital: float,
    threads: int,
) -> tuple[Floats, Floats]:
    """Equity and traded capital, each ``[C, T - W - 1]``, of C rules at one window."""
    curves: tuple[Floats, Floats] = load().sweep(signal, returns, window, rules, capital, threads)
    return curves
