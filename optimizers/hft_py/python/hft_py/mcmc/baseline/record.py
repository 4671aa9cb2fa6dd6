"""What a run keeps: every state, the best point of all, acceptances.

The warm-up is cut off, and draws are thinned, when the run is over.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py.mcmc.baseline.target import Floats, Target


class Record:
    """The history of a run, member by member."""

    def __init__(
        self,
        target: Target,
        parameters: Floats,
        values: Floats,
        members: int,
        *,
        n_iterations: int,
        burn_in: int,
        thin: int,
        progress: Any = None,
    ) -> None:
        self.target = target
        self.burn_in, self.thin = burn_in, thin
        self.samples: list[list[Floats]] = [[] for _ in range(members)]
        self.log_probs: list[list[float]] = [[] for _ in range(members)]
        self.members = members
        self.accepted = np.zeros(members)
        self.n_iterations = n_iterations
        self.done = 0
        self.progress = progress
        self.best_params, self.best_log_prob = parameters[0].copy(), -np.inf
        self.see(parameters, values)

    def see(self, parameters: Floats, values: Floats) -> None:
        """Keep the best of some points; among equals the first."""
        index = int(np.argmax(values))
        if values[index] > self.best_log_prob:
            self.best_params = parameters[index].copy()
            self.best_log_prob = float(values[index])

    def keep(self, parameters: Floats, values: Floats, accepted: Any) -> bool:
        """Note the state after an iteration; whether the run goes on."""
        self.done += 1
        if self.done > self.burn_in:
            self.accepted += accepted
        for member in range(self.members):
            self.samples[member].append(parameters[member].copy())
            self.log_probs[member].append(float(values[member]))
        if self.progress is None or self.done % self.progress.every:
            return True
        return bool(self.progress(self.done, self.best_log_prob))

    def result(self, **more: Any) -> dict[str, Any]:
        """What a kernel returns."""
        rows = slice(self.burn_in + self.thin - 1, None, self.thin)
        since = max(self.done - self.burn_in, 0)
        rate = self.accepted / since if since else np.full(self.members, np.nan)
        return {
            "samples": np.array(self.samples)[:, rows].copy(),
            "log_probs": np.array(self.log_probs)[:, rows].copy(),
            "acceptance": rate,
            "best_params": self.best_params,
            "best_log_prob": self.best_log_prob,
            "n_evaluations": self.target.n_evaluations,
            "n_invalid": self.target.n_invalid,
            "n_iterations": self.done,
            "stopped": self.done < self.n_iterations,
            **more,
        }
