"""What every function does first: checks, the choice of kernels, and codes for the variables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from hft_py import backend as backends
from hft_py import checks
from hft_py.information_theory import copula, ksg
from hft_py.information_theory._binning import Binner, Codes, alike, binner, counts
from hft_py.information_theory._linear import even_scale
from hft_py.information_theory._validation import Floats, Variable, bits_to_base, variables

# Of counts of bins or categories; the others take the numbers.
DISCRETE = ("plugin", "miller_madow", "grassberger", "shrinkage")
ESTIMATORS = (*DISCRETE, "ksg", "gaussian")


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

    def coded(self, **given: Any) -> list[Codes]:
        """The codes of arguments of one length by their names."""
        return [self.binner.variable(one) for one in variables(**given)]

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
    options: tuple[str, ...] = ESTIMATORS,
) -> Setting:
    """The arguments that measures share; ``options`` are the estimators allowed."""
    checks.choice("estimator", estimator, options)
    return Setting(
        binner(binning, n_bins, backends.kernels("information_theory", backend)),
        estimator,
        float(base),
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
    workers = checks.thread_count(threads)
    if chosen.is_discrete:
        code = chosen.binner.variable
        return information_of_codes(chosen, code(x), code(y), None if z is None else code(z), local)
    given = [one.floats() for one in ((x, y) if z is None else (x, y, z))]
    conditional = "" if z is None else "conditional_"
    if chosen.estimator == "ksg":
        k = checks.whole_number("n_neighbors", n_neighbors, least=1, most=len(x) - 1)
        how = {"k": k, "backend": chosen.kernels.name, "local": local, "threads": workers}
        measure = getattr(ksg, f"{conditional}mutual_information")
        nats = measure(*map(_of_unit_scale, given), **how)
    elif local:
        raise ValueError('local=True with estimator="gaussian", expected a discrete one or ksg')
    else:
        nats = getattr(copula, f"{conditional}mutual_information")(*given)
    found = nats * chosen.scale / math.log(2.0)
    return found if local else float(found)


def _of_unit_scale(values: Floats) -> Floats:
    """Times the power of two that brings the deviation of its columns nearest to 1: no rounding."""
    even = even_scale(values)
    deviation = float(np.sqrt(even.var(axis=0).mean()))
    return np.ldexp(even, -round(math.log2(deviation))) if deviation > 0.0 else even


def information_of_codes(chosen: Setting, x: Codes, y: Codes, z: Codes | None, local: bool) -> Any:
    """``I(X; Y | Z)`` of codes, whole or local."""
    if local:
        return chosen.local(x, y, z)
    return clipped(chosen.information(x, y, z))
