"""What a run keeps: thinned draws after the warm-up, the best point of all, acceptances."""

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
        n_iterations: int,
        burn_in: int,
        thin: int,
        progress: Any,
        members: int,
    ) -> None:
        self.target = target
        self.burn_in, self.thin = burn_in, thin
        self.samples: list[Floats] = []
        self.log_probs: list[Floats] = []
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
        since = self.done - self.burn_in
        if since > 0:
            self.accepted += accepted
            if since % self.thin == 0:
                self.samples.append(parameters.copy())
                self.log_probs.append(values.copy())
        if self.progress is None or self.done % self.progress.every:
            return True
        return bool(self.progress(self.done, self.best_log_prob))

    def result(self, **more: Any) -> dict[str, Any]:
        """What a kernel returns."""
        dimension = self.target.lower.size
        draws = len(self.samples)
        samples = np.array(self.samples).reshape(draws, self.members, dimension)
        log_probs = np.array(self.log_probs).reshape(draws, self.members)
        kept = max(self.done - self.burn_in, 0)
        rate = self.accepted / kept if kept else np.full(self.members, np.nan)
        return {
            "samples": np.ascontiguousarray(samples.swapaxes(0, 1)),
            "log_probs": np.ascontiguousarray(log_probs.T),
            "acceptance": rate,
            "best_params": self.best_params,
            "best_log_prob": self.best_log_prob,
            "n_evaluations": self.target.n_evaluations,
            "n_invalid": self.target.n_invalid,
            "n_iterations": self.done,
            "stopped": self.done < self.n_iterations,
            **more,
        }
