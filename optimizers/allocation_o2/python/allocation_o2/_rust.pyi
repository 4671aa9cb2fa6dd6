"""The compiled part: strategies that are built in, and those of libraries."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

class Strategy:
    """A kind of strategy: one that is built in, or one from a library."""

    @property
    def name(self) -> str: ...
    @property
    def doc(self) -> str: ...
    @property
    def allow_cash(self) -> bool: ...
    @property
    def uses_current(self) -> bool: ...
    @property
    def parameters(self) -> list[tuple[str, str, object, object, object, str]]:
        """For each its name, type, default, least and largest value, and description."""

    def create(self, values: dict[str, object]) -> Instance:
        """An instance with these values of parameters; the others have their defaults."""

class Instance:
    """A strategy with its parameters."""

    def set(self, name: str, value: object) -> None:
        """Change a parameter."""

    def min_observations(self) -> int:
        """The fewest observations that ``predict`` needs."""

    def predict(self, prices: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> None:
        """Write weights in place, unchecked; on entry they are those held now, or zeros."""

    def rolling(
        self,
        prices: npt.NDArray[np.float64],
        weights: npt.NDArray[np.float64],
        first: int,
        step: int,
        window: int,
        threads: int,
        progress: Callable[[int, int], object] | None = None,
    ) -> None:
        """Write the checked weights of every date into the rows of ``weights``.

        An error of the strategy has the attribute ``row``.
        """

def open(path: str | Path) -> Strategy:
    """The strategy in a compiled library; opening it runs the code in it."""

def builtin(name: str) -> Strategy:
    """A strategy that is built in."""

def builtins() -> list[str]:
    """The names of the strategies that are built in."""

def first_bad_price(prices: npt.NDArray[np.float64]) -> int:
    """The flat index of the first price that is not finite and above zero; -1 for none."""

def simd() -> str:
    """The instruction set the kernels run on here."""

def build_profile() -> str:
    """``"release"`` or ``"debug"``."""
