"""The compiled kernel; see the docstrings of the functions themselves."""

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from gpu_monte_carlo._simulation import Simulation

_Doubles = npt.NDArray[np.float64]

BLOCK: int

def build_profile() -> Literal["release", "debug"]: ...
def panic_on_purpose() -> None: ...
def simd() -> Literal["portable", "avx2", "avx512"]: ...
def block_sums(
    options: _Doubles, simulation: Simulation, first_block: int, blocks: int
) -> _Doubles: ...
def uniforms(
    seed: int, first_path: int, paths: int, steps: int, precision: str
) -> npt.NDArray[Any]: ...
def normals(
    seed: int, first_path: int, paths: int, steps: int, precision: str
) -> npt.NDArray[Any]: ...
