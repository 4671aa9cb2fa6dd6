"""Built-in objectives by name: test functions of optimisation, and log-likelihoods on data.

Rust evaluates them without any Python; :mod:`hft_py.objectives.references` has the same in NumPy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hft_py import checks
from hft_py.objectives import references
from hft_py.objectives.base import Floats, Objective

#: Every built-in objective with its parameters.
BUILTINS: dict[str, str] = {
    **dict.fromkeys(references.FUNCTIONS, "any number of coordinates"),
    "rosenbrock": "two coordinates or more",
    **{name: ", ".join(names) for name, names in references.PARAMETERS.items()},
}


@dataclass(frozen=True, eq=False)
class Builtin:
    """A built-in objective, not yet tied to a number of parameters: see :func:`builtin`.

    Examples
    --------
    >>> Builtin("sphere")
    Builtin(name='sphere', data=None, time_step=1.0)
    """

    name: str
    data: Floats | None = None
    time_step: float = 1.0


def builtin(name: str, data: Any = None, *, time_step: float = 1.0) -> Builtin:
    """A built-in objective.

    Parameters
    ----------
    name
        A test function, to be minimised: ``sphere``, ``rosenbrock``, ``rastrigin``, ``ackley``,
        ``griewank``, ``ellipsoid``, ``rotated_cigar``, ``styblinski_tang``, ``schwefel``. Or a
        log-likelihood on data, to be sampled or maximised:

        ======================  ============================================================
        ``gaussian``            ``mu, sigma``
        ``garch11``             ``mu, omega, alpha, beta``, with ``alpha + beta < 1``
        ``ornstein_uhlenbeck``  ``theta, mu, sigma``: dx = theta (mu - x) dt + sigma dW, exact
        ``student_t``           ``mu, sigma, nu``
        ======================  ============================================================

        Parameters outside a model's domain give NaN.
    data
        The observations, of shape ``(n,)``, finite, copied; for log-likelihoods alone.
    time_step
        Time between two observations, for ``ornstein_uhlenbeck`` alone. Default: 1, so that
        ``theta`` counts per observation.

    Raises
    ------
    ValueError
        An unknown name, data missing or not accepted, NaN or infinities, too few observations.

    Examples
    --------
    >>> import numpy as np
    >>> from hft_py.objectives import resolve
    >>> resolve(builtin("gaussian", [1.0, 3.0]), 2).batch(np.array([[2.0, 1.0]])).round(4)
    array([-2.8379])
    """
    name = checks.choice("objective", name, BUILTINS)
    step = checks.real_number("time_step", time_step, above=0)
    if name in references.FUNCTIONS:
        if data is not None:
            raise ValueError(f"{name} takes no data")
        return Builtin(name)
    if data is None:
        raise ValueError(f"{name} is a log-likelihood: pass the observations as data")
    least = 2 if name == "ornstein_uhlenbeck" else 1
    # A copy: what is written to the caller's array later was not checked.
    observations = checks.finite_array("data", data, least=least).copy()
    observations.flags.writeable = False
    return Builtin(name, observations, step)


class BuiltinObjective(Objective):
    """A built-in objective of a known number of parameters."""

    kind = "builtin"

    def __init__(self, spec: Builtin, n_params: int) -> None:
        super().__init__(n_params)
        self.spec = spec
        wanted = references.PARAMETERS.get(spec.name)
        if wanted is not None and n_params != len(wanted):
            raise ValueError(
                f"{spec.name} has {len(wanted)} parameters ({', '.join(wanted)}), "
                f"but {n_params} were requested"
            )
        if spec.name == "rosenbrock" and n_params < 2:
            raise ValueError(f"rosenbrock needs two coordinates or more, got {n_params}")

    def _values(self, points: Floats) -> Floats:
        if self.spec.data is None:
            return references.FUNCTIONS[self.spec.name](points)
        return references.log_likelihoods(
            self.spec.name, points, self.spec.data, self.spec.time_step
        )

    def _make_native(self, rust: Any) -> Any:
        if self.spec.data is None:
            return rust.test_function(self.spec.name, self.n_params, self.sign < 0)
        return rust.likelihood(self.spec.name, self.spec.data, self.spec.time_step, self.sign < 0)
