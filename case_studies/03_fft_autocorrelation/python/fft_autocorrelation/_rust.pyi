"""The compiled kernels; see the docstrings of the objects themselves."""

from collections.abc import Sequence
from typing import Any, Literal, TypedDict, TypeVar, Unpack, overload

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl

_Method = Literal["auto", "direct", "blocked", "fft"]
_Missing = Literal["raise", "drop", "conservative"]
_Array = npt.NDArray[Any]
_Doubles = npt.NDArray[np.float64]
_Series = TypeVar("_Series", pd.Series[Any], pl.Series)

class _Covariance(TypedDict, total=False):
    axis: int
    demean: bool
    adjusted: bool
    missing: _Missing
    method: _Method
    threads: int

class _Correlation(_Covariance, total=False):
    normalise: bool

@overload
def autocorrelation(
    x: _Series, max_lag: int | None = None, **options: Unpack[_Correlation]
) -> _Series: ...
@overload
def autocorrelation(
    x: npt.ArrayLike, max_lag: int | None = None, **options: Unpack[_Correlation]
) -> _Array: ...
@overload
def autocovariance(
    x: _Series, max_lag: int | None = None, **options: Unpack[_Covariance]
) -> _Series: ...
@overload
def autocovariance(
    x: npt.ArrayLike, max_lag: int | None = None, **options: Unpack[_Covariance]
) -> _Array: ...
def lags(
    x: _Array,
    max_lag: int,
    demean: bool,
    normalise: bool,
    adjusted: bool,
    method: str,
    threads: int,
) -> _Doubles: ...
def cross(
    x: _Doubles,
    y: _Doubles,
    max_lag: int,
    demean: bool,
    normalise: bool,
    adjusted: bool,
    method: str,
) -> _Doubles: ...
def plan(n: int, max_lag: int) -> tuple[Literal["direct", "blocked", "fft"], list[float]]: ...
def measure_costs() -> list[float]: ...
def use_costs(figures: Sequence[float]) -> None: ...
def clear_buffers() -> None: ...
def build_profile() -> Literal["release", "debug"]: ...
def panic_on_purpose() -> None: ...
def simd() -> Literal["portable", "avx2", "avx512"]: ...

class Autocorrelator:
    def __new__(
        cls,
        n: int,
        max_lag: int | None = None,
        *,
        demean: bool = True,
        normalise: bool = True,
        adjusted: bool = False,
        method: _Method = "auto",
        threads: int = 1,
    ) -> Autocorrelator: ...
    def __call__(self, x: _Doubles, out: _Doubles | None = None) -> _Doubles: ...
    @property
    def n(self) -> int: ...
    @property
    def max_lag(self) -> int: ...
    @property
    def method(self) -> Literal["direct", "blocked", "fft"]: ...
    @property
    def nbytes(self) -> int: ...

class StreamingAutocorrelation:
    def __new__(cls, max_lag: int) -> StreamingAutocorrelation: ...
    def update(self, values: npt.ArrayLike) -> None: ...
    def autocorrelation(self, *, demean: bool = True, adjusted: bool = False) -> _Doubles: ...
    def autocovariance(self, *, demean: bool = True, adjusted: bool = False) -> _Doubles: ...
    @property
    def count(self) -> int: ...
    @property
    def max_lag(self) -> int: ...
