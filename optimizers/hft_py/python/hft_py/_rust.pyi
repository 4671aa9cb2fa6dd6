"""The compiled kernels. Use the public functions: they check what they are given."""

from types import ModuleType
from typing import Any, Literal, final

import numpy as np
import numpy.typing as npt

from hft_py.errors import InternalError as InternalError

Floats = npt.NDArray[np.float64]

execution: ModuleType
fix: ModuleType
hmm: ModuleType
information_theory: ModuleType
mcmc: ModuleType
mle: ModuleType
risk: ModuleType
portfolio: ModuleType
signatures: ModuleType
venue: ModuleType

@final
class Objective:
    @staticmethod
    def scalar(
        function: Any, data: Any, convert: Any, dimension: int, negated: bool
    ) -> Objective: ...
    @staticmethod
    def batch(function: Any, dimension: int, negated: bool) -> Objective: ...
    @staticmethod
    def compiled(
        address: int, user_data: int, plain: bool, keep: Any, dimension: int, negated: bool
    ) -> Objective: ...
    @staticmethod
    def test_function(name: str, dimension: int, negated: bool) -> Objective: ...
    @staticmethod
    def likelihood(name: str, data: Floats, time_step: float, negated: bool) -> Objective: ...
    @property
    def dimension(self) -> int: ...
    def evaluate(self, points: Floats, threads: int = 1) -> Floats: ...
    def evaluate_singly(self, points: Floats) -> float: ...

def build_profile() -> str: ...
def contract_address(name: str) -> int: ...
def draws(
    seed: int, stream: int, purpose: int, n: int, bound: int
) -> tuple[list[float], list[float], list[float], list[float]]: ...
def panic_on_purpose() -> None: ...
def simd() -> Literal["portable", "avx2", "avx512"]: ...
