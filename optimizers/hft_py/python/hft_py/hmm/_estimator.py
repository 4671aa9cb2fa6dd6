"""The constructor's arguments of a detector, by scikit-learn's conventions."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from hft_py import checks
from hft_py.hmm.fitting import fit_hmm

# What fit takes by name beside the returns and their lengths.
_FIT_OPTIONS = tuple(
    name
    for name in inspect.signature(fit_hmm).parameters
    if name not in ("returns", "lengths", "order")
)
# The arguments of the constructor by name; options of the fit come beside.
_OWN = ("n_states", "n_init", "seed", "missing", "memory", "threads", "backend")


class Estimator:
    """Stores its arguments as they are; ``fit`` checks them.

    ``sklearn.base.clone`` copies it, unfitted, without this package needing scikit-learn.
    """

    def __init__(
        self,
        n_states: int = 3,
        *,
        n_init: int = 4,
        seed: int | np.random.Generator | None = 0,
        missing: str = "raise",
        memory: float | None = None,
        threads: int = 1,
        backend: str | None = None,
        **options: Any,
    ) -> None:
        self.n_states = n_states
        self.n_init = n_init
        self.seed = seed
        self.missing = missing
        self.memory = memory
        self.threads = threads
        self.backend = backend
        self.options = options
        check_options(options)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The arguments of the constructor by name, further options of the fit included.

        ``deep`` has no effect, as none of them is an estimator; it is scikit-learn's.

        Examples
        --------
        >>> from hft_py.hmm import HMMRegimeDetector
        >>> found = HMMRegimeDetector(2, n_iterations=50).get_params()
        >>> found["n_states"], found["n_init"], found["n_iterations"]
        (2, 4, 50)
        """
        checks.flag("deep", deep)
        return {name: getattr(self, name) for name in _OWN} | self.options

    def set_params(self, **params: Any) -> Self:
        """Change arguments of the constructor; the next ``fit`` uses them.

        Raises
        ------
        ValueError
            An argument that the constructor does not take; none is changed then.

        Examples
        --------
        >>> from hft_py.hmm import HMMRegimeDetector
        >>> HMMRegimeDetector(2).set_params(n_states=3, emission="student_t")
        HMMRegimeDetector(n_states=3, not fitted)
        """
        options = {name: value for name, value in params.items() if name not in _OWN}
        try:
            check_options(options)
        except TypeError as error:
            raise ValueError(str(error)) from None
        self.options = self.options | options
        for name in params.keys() - options.keys():
            setattr(self, name, params[name])
        return self


def check_options(options: Mapping[str, Any]) -> None:
    """An error for what a fit does not take, before there is one."""
    if "order" in options:
        raise TypeError("order is the detector's own: regimes run from worst to best")
    for name in options:
        if name not in _FIT_OPTIONS:
            raise TypeError(f"{name} is no argument of fit_hmm: expected {', '.join(_FIT_OPTIONS)}")
