"""The compiled kernels. Inputs are validated by the Python layer; see ``_validation.py``."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

__all__ = ["backtest", "build_profile", "panic_on_purpose", "simd", "sweep"]

_Matrix = npt.NDArray[np.float64]
_Rule = tuple[float, float, float]

def backtest(
    signal: _Matrix,
    returns: _Matrix,
    window: int,
    rule: _Rule,
    capital: float,
    threads: int,
) -> tuple[_Matrix, _Matrix, _Matrix, npt.NDArray[np.int8]]:
    """Equity, daily returns and notional traded (each of T - window - 1), and positions."""

def sweep(
    signal: _Matrix,
    returns: _Matrix,
    window: int,
    rules: Sequence[_Rule],
    capital: float,
    threads: int,
) -> tuple[_Matrix, _Matrix]:
    """Equity and notional traded, each of shape (combinations, T - window - 1)."""

def build_profile() -> Literal["release", "debug"]:
    """A benchmark refuses anything but ``"release"``."""

def simd() -> Literal["portable", "avx2", "avx512"]:
    """The instruction set the kernels run on, found at run time."""

def panic_on_purpose() -> None:
    """For the test that a panic reaches Python as an exception."""
