"""Random-walk Metropolis whose proposal learns its size and shape during the warm-up.

``"ram"`` (Vihola 2012, Statistics and Computing 22, eq. 1) coerces the acceptance rate by rank-one
updates of the proposal's Cholesky factor: robust where the target has no second moments. They are
slow to shrink a factor that is far too large, as each covers one direction, so the whole factor
is scaled as well (Robbins and Monro, gain ``n ** -0.5``): a start wrong by six orders of magnitude
is corrected in a warm-up of a thousand iterations.
``"haario"`` (Haario, Saksman, Tamminen 2001, Bernoulli 7; its scale coerced as in Andrieu and Thoms
2008, algorithm 4) learns the target's covariance: the better shape where it exists.

After the warm-up nothing is adapted, so the draws come from an ordinary Markov chain.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py.mcmc.baseline.draws import ACCEPT, PROPOSAL, Draws
from hft_py.mcmc.baseline.population import Population, sampler
from hft_py.mcmc.baseline.target import Floats

_LARGEST = 1e150  # entry of a factor, where the density is flat and nothing stops its growth
_REGULAR = 1e-10  # of the starting variance, added so that the factor exists


class Walk:
    """Proposals of several independent random walks, each with its own factor."""

    def __init__(self, scale: Floats, members: int, method: str, target_acceptance: float) -> None:
        dimension = scale.size
        self.method, self.target = method, target_acceptance
        self.optimal = 2.38 / np.sqrt(dimension)
        self.factor = np.tile(np.diag(scale * self.optimal), (members, 1, 1))
        self.variance = scale**2
        self.covariance = np.tile(np.diag(self.variance), (members, 1, 1))
        self.mean = np.zeros((members, dimension))
        self.log_scale = np.full(members, 2.0 * np.log(self.optimal))
        self.seen = 0

    def propose(self, x: Floats, normals: Floats) -> Floats:
        """``x + S u`` for each member."""
        step: Floats = x + np.einsum("mij,mj->mi", self.factor, normals)
        return step

    def adapt(self, x: Floats, normals: Floats, acceptance: Floats) -> None:
        """Learn from one iteration: states after it, its normals, its acceptance probabilities."""
        self.seen += 1
        gain = min(1.0, x.shape[1] * self.seen ** (-2.0 / 3.0))
        if self.method == "ram":
            self._coerce(normals, gain * (acceptance - self.target))
            self._rescale(self.seen**-0.5 * (acceptance - self.target))
        else:
            self._learn(x, acceptance)

    def _coerce(self, u: Floats, excess: Floats) -> None:
        direction = np.einsum("mij,mj->mi", self.factor, u)
        weight = excess / (u * u).sum(axis=1)
        outer = direction[:, :, None] * direction[:, None, :]
        square = self.factor @ self.factor.swapaxes(1, 2) + weight[:, None, None] * outer
        self.factor = np.linalg.cholesky(square)

    def _rescale(self, push: Floats) -> None:
        scaled = self.factor * np.exp(push)[:, None, None]
        fits = np.abs(scaled).max(axis=(1, 2)) < _LARGEST
        self.factor = np.where(fits[:, None, None], scaled, self.factor)

    def _learn(self, x: Floats, acceptance: Floats) -> None:
        if self.seen == 1:
            self.mean = x.copy()
        weight = 1.0 / (self.seen + 1.0)
        difference = x - self.mean
        outer = difference[:, :, None] * difference[:, None, :]
        self.covariance += weight * (outer - self.covariance)
        self.mean = self.mean + weight * difference
        self.log_scale = self.log_scale + self.seen ** (-2.0 / 3.0) * (acceptance - self.target)
        if self.seen % x.shape[1] == 0:
            regular = self.covariance + _REGULAR * np.diag(self.variance)
            self.factor = np.linalg.cholesky(np.exp(self.log_scale)[:, None, None] * regular)


@sampler
def adaptive_metropolis(
    population: Population,
    scale: Floats,
    *,
    target_acceptance: float,
    adaptation: str,
    seed: int,
) -> dict[str, Any]:
    """Independent chains."""
    chains, dimension = population.x.shape
    walk = Walk(scale, chains, adaptation, target_acceptance)
    normals = Draws("normals", seed, range(chains), PROPOSAL, dimension)
    uniforms = Draws("uniforms", seed, range(chains), ACCEPT, 1)
    for iteration in population.iterations():
        u = normals.take()
        log_ratio = population.propose(walk.propose(population.x, u))
        log_ratio = np.where(np.isnan(log_ratio), -np.inf, log_ratio)  # far outside the box
        population.accept(np.log(uniforms.take()[:, 0]) < log_ratio)
        if iteration <= population.record.burn_in:
            walk.adapt(population.x, u, np.exp(np.minimum(log_ratio, 0.0)))
    return population.record.result()
