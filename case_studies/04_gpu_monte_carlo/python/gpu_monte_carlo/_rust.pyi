"""The compiled kernel; see the docstrings of the functions themselves."""

from typing import Any, Literal, overload

import numpy as np
import numpy.typing as npt

_Doubles = npt.NDArray[np.float64]
_Singles = npt.NDArray[np.float32]
_Words = npt.NDArray[np.uint32]
_Precision = Literal["float64", "float32"]

BLOCK: int

def build_profile() -> Literal["release", "debug"]: ...
def simd() -> Literal["portable", "avx2", "avx512"]: ...
def block_sums(
    options: _Doubles,
    seed: int,
    first_block: int,
    blocks: int,
    observations: int,
    antithetic: bool,
    control: bool,
    greeks: bool,
    precision: _Precision,
    threads: int,
) -> _Doubles: ...
@overload
def uniforms(
    seed: int, first_path: int, paths: int, steps: int, precision: Literal["float64"]
) -> _Doubles: ...
@overload
def uniforms(
    seed: int, first_path: int, paths: int, steps: int, precision: Literal["float32"]
) -> _Singles: ...
@overload
def uniforms(
    seed: int, first_path: int, paths: int, steps: int, precision: str
) -> npt.NDArray[Any]: ...
@overload
def normals(
    seed: int, first_path: int, paths: int, steps: int, precision: Literal["float64"]
) -> _Doubles: ...
@overload
def normals(
    seed: int, first_path: int, paths: int, steps: int, precision: Literal["float32"]
) -> _Singles: ...
@overload
def normals(
    seed: int, first_path: int, paths: int, steps: int, precision: str
) -> npt.NDArray[Any]: ...
def philox(counters: _Words, key: _Words, rounds: int) -> _Words: ...
