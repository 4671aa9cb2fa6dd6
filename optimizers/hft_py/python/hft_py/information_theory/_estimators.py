"""The estimators by name, and the one place that calls the continuous ones.

Discrete estimators work on counts of bins or categories; continuous ones on the numbers, and are
modules of their own, imported when one is asked for.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
from typing import Any

from hft_py import checks
from hft_py.information_theory._validation import Floats, bits_to_base

DISCRETE = ("plugin", "miller_madow", "grassberger", "shrinkage")
# The name of an estimator and its module; the functions there answer in nats.
_MODULES = {
    "ksg": "hft_py.information_theory.ksg",
    "gaussian": "hft_py.information_theory.copula",
}


@functools.cache
def estimators() -> tuple[str, ...]:
    """The names that ``estimator=`` takes, discrete ones first."""
    return DISCRETE + tuple(n for n, m in _MODULES.items() if importlib.util.find_spec(m))


def check_estimator(estimator: Any, options: tuple[str, ...] | None = None) -> str:
    """``estimator`` where it is one of the names."""
    return checks.choice("estimator", estimator, estimators() if options is None else options)


def continuous_information(
    estimator: str,
    x: Floats,
    y: Floats,
    z: Floats | None = None,
    *,
    base: float,
    local: bool,
    n_neighbors: int,
    threads: int,
    backend: str | None,
) -> Any:
    """I(X; Y), or I(X; Y | Z), of float64 arrays ``(n, d)`` by a continuous estimator.

    Parameters
    ----------
    n_neighbors, threads, backend
        Of ``"ksg"`` only.
    local
        One value for each row, whose mean is the information; ``"ksg"`` only.
    """
    module = importlib.import_module(_MODULES[estimator])
    given = (x, y) if z is None else (x, y, z)
    name = "mutual_information" if z is None else "conditional_mutual_information"
    if estimator == "ksg":
        nats = getattr(module, name)(
            *given, k=n_neighbors, backend=backend, local=local, threads=threads
        )
    elif local:
        raise ValueError(f'local=True with estimator="{estimator}", expected a discrete one or ksg')
    else:
        nats = getattr(module, name)(*given)
    return nats * bits_to_base(base) * 1.4426950408889634  # bits in a nat
