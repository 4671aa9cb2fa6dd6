"""The members of a run: their states, the Metropolis step, and the loop that all samplers share."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from hft_py.mcmc.baseline.record import Record
from hft_py.mcmc.baseline.target import Floats, Target

_ALL = slice(None)


class Population:
    """Chains or walkers, one a row: coordinates ``x``, their values and log-Jacobians."""

    def __init__(
        self,
        objective: Any,
        start: Floats,
        start_values: Floats,
        lower: Floats,
        upper: Floats,
        codes: Any,
        replicas: int = 1,
        **schedule: Any,
    ) -> None:
        """``replicas`` members make a chain; ``schedule`` is :class:`Record`'s."""
        self.target = Target(objective, lower, upper, codes)
        self.x, self.values = start.copy(), start_values.copy()
        self.parameters = self.target.parameters(self.x)
        self.jacobian = self.target.log_jacobian(self.x)
        self.size, self.dimension = start.shape
        self.record = Record(
            self.target, self.parameters, self.values, self.size // replicas, **schedule
        )
        self._accepted = np.zeros(self.size)
        self._proposed: tuple[Floats, ...] = ()

    def iterations(self) -> Iterator[int]:
        """Count from 1; after each iteration the states are recorded."""
        for iteration in range(1, self.record.n_iterations + 1):
            yield iteration
            if not self.record.keep(self.parameters, self.values, self._accepted):
                return

    def propose(self, proposal: Floats, rows: slice = _ALL) -> Floats:
        """Evaluate a proposal for some members: the log-ratio of its density to the present one."""
        parameters, values = self.target.evaluate(proposal)
        self.record.see(parameters, values)
        jacobian = self.target.log_jacobian(proposal)
        self._proposed = proposal, parameters, values, jacobian
        ratio: Floats = (values - self.values[rows]) + (jacobian - self.jacobian[rows])
        return ratio

    def accept(self, accepted: Any, rows: slice = _ALL) -> None:
        """Move those of the proposed members that are accepted."""
        x, parameters, values, jacobian = self._proposed
        row = accepted[:, None]
        np.copyto(self.x[rows], x, where=row)
        np.copyto(self.parameters[rows], parameters, where=row)
        np.copyto(self.values[rows], values, where=accepted)
        np.copyto(self.jacobian[rows], jacobian, where=accepted)
        self._accepted[rows] = accepted


def sampler(sample: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """A kernel, made of a function of the population that it starts with.

    The kernel takes the objective, starting points in coordinates, their values, the bounds, the
    codes of the coordinates, and what ``sample`` takes; by name ``n_iterations``, ``burn_in``,
    ``thin``, ``seed`` and ``progress`` as well, and ``threads``, of which Python has one.
    """

    @functools.wraps(sample)
    def kernel(
        objective: Any,
        start: Floats,
        start_values: Floats,
        lower: Floats,
        upper: Floats,
        codes: Any,
        *arguments: Any,
        threads: int = 1,
        **options: Any,
    ) -> dict[str, Any]:
        names = ("n_iterations", "burn_in", "thin", "progress")
        schedule = {name: options.pop(name) for name in names if name in options}
        given = (objective, start, start_values, lower, upper, codes, options.get("levels", 1))
        return sample(Population(*given, **schedule), *arguments, **options)

    return kernel
