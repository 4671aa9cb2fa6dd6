"""Differential evolution Markov chains, with an archive and the snooker move: DE-MC(ZS).

A chain moves by the difference of two past states (ter Braak 2006, Statistics and Computing 16):
scale and orientation come for free. Every tenth move takes the whole difference, to jump between
modes; one in ten is a snooker move along the line to a third past state (ter Braak and Vrugt 2008,
Statistics and Computing 18, eqs. 3-4). The archive grows during the warm-up and is frozen after it:
its older half, which remembers the starting points, is dropped. From there on each chain is an
ordinary Markov chain of its own, and few chains suffice in any dimension.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py.mcmc.baseline.draws import ACCEPT, MOVE, PROPOSAL, Draws
from hft_py.mcmc.baseline.population import Population, sampler
from hft_py.mcmc.baseline.target import Floats

EVERY = 10  # iterations between additions to the archive, and between whole differences
SNOOKER = 0.1
JITTER = 1e-4  # of the starting scale


def pick(u: Floats, size: int) -> tuple[Any, Any, Any]:
    """Three different indices below ``size`` (at least 3) from three columns of uniforms."""
    first = np.minimum((u[:, 0] * size).astype(np.int64), size - 1)
    second = np.minimum((u[:, 1] * (size - 1)).astype(np.int64), size - 2)
    second = second + (second >= first)
    third = np.minimum((u[:, 2] * (size - 2)).astype(np.int64), size - 3)
    low, high = np.minimum(first, second), np.maximum(first, second)
    third = third + (third >= low)
    third = third + (third >= high)
    return first, second, third


@sampler
def de_mc(
    population: Population,
    scale: Floats,
    archive: Floats,
    *,
    seed: int,
) -> dict[str, Any]:
    """Chains with past states ``archive`` (coordinates)."""
    x, burn_in = population.x, population.record.burn_in
    chains, dimension = x.shape
    best_factor = 2.38 / np.sqrt(2.0 * dimension)
    uniforms = Draws("uniforms", seed, range(chains), MOVE, 5)
    normals = Draws("normals", seed, range(chains), PROPOSAL, dimension)
    accepts = Draws("uniforms", seed, range(chains), ACCEPT, 1)
    for iteration in population.iterations():
        u = uniforms.take()
        first, second, third = pick(u[:, 1:4], len(archive))
        a, b, c = archive[first], archive[second], archive[third]
        gamma = 1.0 if iteration % EVERY == 0 else best_factor
        parallel = x + gamma * (a - b) + JITTER * scale * normals.take()
        # Snooker: along x - c, by the difference of the projections of a and b on it.
        line = x - c
        square = (line * line).sum(axis=1)
        usable = square > 0.0
        along = ((a - b) * line).sum(axis=1) / np.where(usable, square, 1.0)
        stretched = 1.0 + (1.2 + u[:, 4]) * along
        snooker = c + stretched[:, None] * line
        chosen = u[:, 0] < SNOOKER
        with np.errstate(divide="ignore"):
            log_stretch = (dimension - 1.0) * np.log(np.abs(stretched))
        if dimension == 1:
            log_stretch = np.zeros(chains)
        correction = np.where(chosen, np.where(usable, log_stretch, -np.inf), 0.0)
        log_ratio = correction + population.propose(np.where(chosen[:, None], snooker, parallel))
        population.accept(np.log(accepts.take()[:, 0]) < log_ratio)
        if iteration <= burn_in:
            if iteration % EVERY == 0:
                archive = np.concatenate([archive, x])
            if iteration == burn_in:
                archive = archive[(len(archive) - 3) // 2 :] if len(archive) > 6 else archive
    return population.record.result(archive=archive)
