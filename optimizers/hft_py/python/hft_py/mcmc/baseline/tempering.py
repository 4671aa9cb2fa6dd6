"""Parallel tempering with non-reversible even-odd swaps, and the evidence by stepping stones.

Each chain is a ladder of replicas. Replica ``k`` walks under ``objective ** beta_k``, from the
uniform density of the box (``beta = 0``, drawn afresh each iteration) to the target (``beta = 1``).
Even pairs swap in even iterations, odd pairs in odd ones: a state then moves in one direction
until it is rejected, and round trips take O(levels) instead of O(levels^2) iterations (Syed,
Bouchard-Cote, Deligiannidis and Doucet 2021). In the warm-up the ladder is respaced (their section
5): with rejection rates ``r_k`` between neighbours, ``Lambda(beta_k) = r_1 + ... + r_k``, and the
best ladder of given length has equal steps of ``Lambda``.

``log_evidence`` is the logarithm of the integral of ``exp(objective)`` over the box (for whole
numbers, of its sum), by stepping stones (Xie, Lewis, Fan, Kuo and Chen 2011): the product over
``k`` of the mean under ``beta_k`` of ``exp((beta_{k+1} - beta_k) objective)``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py.mcmc.baseline.adaptive_metropolis import Walk
from hft_py.mcmc.baseline.draws import ACCEPT, PROPOSAL, REFERENCE, SWAP, Draws
from hft_py.mcmc.baseline.population import Population, sampler
from hft_py.mcmc.baseline.target import Floats

# Ends of the tuning rounds, as fractions of the warm-up; during the rest nothing is tuned.
ROUNDS = (16, 8, 4, 2)


def first_ladder(levels: int) -> Floats:
    """Inverse temperatures to start with: quantiles of Beta(0.3, 1) (Xie et al. 2011)."""
    ladder: Floats = (np.arange(levels) / (levels - 1.0)) ** (1.0 / 0.3)
    return ladder


def respaced(ladder: Floats, rejection: Floats) -> Floats:
    """The ladder with equal steps of the cumulative barrier (piecewise linear between levels).

    Where no swap was ever rejected there is nothing to learn, and the ladder stays.
    """
    barrier = np.concatenate([[0.0], np.cumsum(np.maximum(rejection, 1e-3))])
    if rejection.sum() <= 0.0:
        return ladder
    levels = len(ladder)
    wanted = barrier[-1] * (np.arange(levels) / (levels - 1.0))
    found: Floats = np.interp(wanted, barrier, ladder)
    found[0], found[-1] = 0.0, 1.0
    return found


def tempered(power: Floats, values: Floats) -> Floats:
    """``power * values`` where the power is not zero, else zero (also where the value is -inf)."""
    with np.errstate(invalid="ignore"):
        return np.where(power == 0.0, 0.0, power * values)


class Swaps:
    """Exchanges between neighbours, with what is learned from them."""

    def __init__(self, systems: int, levels: int) -> None:
        self.rejected = np.zeros((systems, levels - 1))
        self.tried = np.zeros(levels - 1)
        self.replicas = np.tile(np.arange(levels), (systems, 1))
        self.direction = np.zeros((systems, levels), dtype=np.int64)
        self.round_trips = np.zeros(systems, dtype=np.int64)

    def reset(self) -> None:
        """Start the counts anew."""
        self.rejected[:] = 0.0
        self.tried[:] = 0.0
        self.direction[:] = 0
        self.round_trips[:] = 0

    @property
    def rejection(self) -> Floats:
        """Mean probability of rejection of each pair, shape ``(systems, levels - 1)``."""
        rate: Floats = self.rejected / np.maximum(self.tried, 1.0)
        return rate

    def swap(self, iteration: int, u: Floats, ladder: Floats, arrays: list[Any]) -> None:
        """One even or odd round; ``arrays[0]`` holds the objective's values."""
        systems, levels = ladder.shape
        for k in range(iteration % 2, levels - 1, 2):
            values = arrays[0]
            log_ratio = (ladder[:, k + 1] - ladder[:, k]) * (values[:, k] - values[:, k + 1])
            self.rejected[:, k] += 1.0 - np.exp(np.minimum(log_ratio, 0.0))
            self.tried[k] += 1
            for swapped in np.flatnonzero(np.log(u[:, k]) < log_ratio):
                for array in [*arrays, self.replicas]:
                    array[swapped, [k, k + 1]] = array[swapped, [k + 1, k]]
        for s in range(systems):
            bottom, top = self.replicas[s, 0], self.replicas[s, -1]
            self.round_trips[s] += self.direction[s, bottom] == 1  # it has been at the top
            self.direction[s, bottom] = -1
            if self.direction[s, top] == -1:
                self.direction[s, top] = 1


@sampler
def parallel_tempering(
    population: Population,
    scale: Floats,
    *,
    levels: int,
    target_acceptance: float,
    seed: int,
) -> dict[str, Any]:
    """Ladders of ``levels`` members each, ladder by ladder."""
    target, record = population.target, population.record
    members, dimension = population.x.shape
    systems = members // levels
    shape = (systems, levels)
    x, values = population.x.reshape(*shape, dimension), population.values.reshape(shape)
    parameters, jacobian = target.parameters(x), target.log_jacobian(x)
    ladder = np.tile(first_ladder(levels), (systems, 1))
    # Only levels above the first walk; the first is drawn afresh.
    walkers = [s * levels + k for s in range(systems) for k in range(1, levels)]
    walk = Walk(scale, len(walkers), "ram", target_acceptance)
    normals = Draws("normals", seed, walkers, PROPOSAL, dimension)
    accepts = Draws("uniforms", seed, walkers, ACCEPT, 1)
    fresh = Draws("uniforms", seed, range(systems), REFERENCE, dimension)
    swap_draws = Draws("uniforms", seed, range(systems), SWAP, levels - 1)
    swaps = Swaps(systems, levels)
    stones = np.full((systems, levels - 1), -np.inf)
    burn_in = record.burn_in
    rounds = {burn_in // part for part in ROUNDS if burn_in // part > 0}
    n_draws = 0
    for iteration in range(1, record.n_iterations + 1):
        u = normals.take()
        drawn = target.first + fresh.take() * (target.last - target.first)
        proposal = np.empty_like(x)
        proposal[:, 0] = target.coordinates(drawn)
        flat = x[:, 1:].reshape(-1, dimension)
        proposal[:, 1:] = walk.propose(flat, u).reshape(systems, levels - 1, dimension)
        proposed, found = target.evaluate(proposal.reshape(members, dimension))
        record.see(proposed, found)
        proposed, found = proposed.reshape(x.shape), found.reshape(shape)
        proposed_jacobian = target.log_jacobian(proposal)
        log_ratio = np.where(
            found[:, 1:] == -np.inf,
            -np.inf,
            ladder[:, 1:] * (found[:, 1:] - values[:, 1:])
            + (proposed_jacobian[:, 1:] - jacobian[:, 1:]),
        )
        accept = np.ones(shape, dtype=bool)
        accept[:, 1:] = np.log(accepts.take()[:, 0]).reshape(systems, levels - 1) < log_ratio
        x = np.where(accept[..., None], proposal, x)
        parameters = np.where(accept[..., None], proposed, parameters)
        values = np.where(accept, found, values)
        jacobian = np.where(accept, proposed_jacobian, jacobian)
        if iteration <= burn_in:
            flat = x[:, 1:].reshape(-1, dimension)
            walk.adapt(flat, u, np.exp(np.minimum(log_ratio, 0.0)).reshape(-1))
        swaps.swap(iteration, swap_draws.take(), ladder, [values, x, parameters, jacobian])
        if iteration in rounds:
            rejection = swaps.rejection
            ladder = np.array([respaced(b, r) for b, r in zip(ladder, rejection, strict=True)])
            swaps.reset()
        if iteration == burn_in:
            swaps.reset()
        if iteration > burn_in:
            n_draws += 1
            stones = np.logaddexp(stones, tempered(np.diff(ladder), values[:, :-1]))
        if not record.keep(parameters[:, -1], values[:, -1], accept[:, -1]):
            break
    volume = float(np.log(target.last - target.first).sum())
    evidence = volume + (stones - np.log(max(n_draws, 1))).sum(axis=1)
    return record.result(
        inverse_temperatures=ladder,
        swap_rejection=swaps.rejection,
        round_trips=swaps.round_trips,
        log_evidence=evidence if n_draws else np.full(systems, np.nan),
    )
