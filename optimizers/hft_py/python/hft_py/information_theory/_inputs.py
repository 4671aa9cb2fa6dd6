"""What every function does first: checks, the choice of kernels, and codes for the variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hft_py import backend as backends
from hft_py import checks
from hft_py.information_theory._binning import Binner, Codes, alike, binner, counts
from hft_py.information_theory._estimators import (
    DISCRETE,
    check_estimator,
    continuous_information,
)
from hft_py.information_theory._validation import Variable, bits_to_base


@dataclass(frozen=True)
class Setting:
    """The arguments that measures share, checked."""

    binner: Binner
    estimator: str
    base: float
    scale: float  # units of the base in a bit

    @property
    def kernels(self) -> backends.KernelSet:
        """The kernel set."""
        return self.binner.kernels

    @property
    def is_discrete(self) -> bool:
        """Whether variables are coded before the estimator sees them."""
        return self.estimator in DISCRETE

    def information(
        self, x: Codes, y: Codes | None = None, z: Codes | None = None
    ) -> tuple[float, float, float]:
        """``I(X; Y | Z)``, not clipped, ``H(X | Z)`` and ``H(Y | Z)``, in units of the base."""
        shared, of_x, of_y = self.kernels.information(*alike(x, y, z), self.estimator)
        return shared * self.scale, of_x * self.scale, of_y * self.scale

    def local(self, x: Codes, y: Codes, z: Codes | None = None) -> Any:
        """``log p(x, y | z) / (p(x | z) p(y | z))`` of each observation, by frequencies."""
        self.refuse_local()
        given = [] if z is None else [z]
        of_z = counts(given) if given else len(x.codes)
        of_xz, of_yz = counts([x, *given]), counts([y, *given])
        return np.log2(counts([x, y, *given]) * of_z / (of_xz * of_yz)) * self.scale

    def refuse_local(self) -> None:
        """Only the plug-in has local values whose mean it is."""
        if self.estimator != "plugin":
            raise ValueError(
                f'local=True with estimator="{self.estimator}", expected "plugin": the others '
                "correct the whole, not its observations"
            )


def setting(
    n_bins: Any,
    binning: Any,
    estimator: Any,
    base: Any,
    backend: Any,
    options: tuple[str, ...] | None = None,
) -> Setting:
    """The arguments that measures share; ``options`` are the estimators allowed."""
    check_estimator(estimator, options)
    return Setting(
        binner(binning, n_bins, backends.kernels("information_theory", backend)),
        estimator,
        float(checks.real_number("base", base, above=0.0)),
        bits_to_base(base),
    )


def clipped(found: tuple[float, float, float]) -> float:
    """Information between 0 and the smaller entropy, where the true value lies.

    The plug-in exceeds neither by more than the rounding of a term; a correction of the bias may.
    """
    shared, x, y = found
    return max(0.0, min(shared, x, y))


def estimated(
    chosen: Setting,
    x: Variable,
    y: Variable,
    z: Variable | None,
    *,
    local: Any,
    n_neighbors: Any,
    threads: Any,
) -> Any:
    """``I(X; Y)`` or ``I(X; Y | Z)`` by any estimator."""
    checks.flag("local", local)
    if chosen.is_discrete:
        code = chosen.binner.variable
        return information_of_codes(chosen, code(x), code(y), None if z is None else code(z), local)
    rows = len(x)
    neighbors = checks.whole_number("n_neighbors", n_neighbors, least=1, most=rows - 1)
    found = continuous_information(
        chosen.estimator,
        x.floats(),
        y.floats(),
        None if z is None else z.floats(),
        base=chosen.base,
        local=bool(local),
        n_neighbors=neighbors,
        threads=checks.thread_count(threads),
        backend=chosen.kernels.name,
    )
    return found if local else float(found)


def information_of_codes(chosen: Setting, x: Codes, y: Codes, z: Codes | None, local: bool) -> Any:
    """``I(X; Y | Z)`` of codes, whole or local."""
    if local:
        return chosen.local(x, y, z)
    return clipped(chosen.information(x, y, z))
