"""The portfolios that a search over strategies starts from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hft_py.backend import KernelSet
from hft_py.portfolio.constraints import StrategyConstraints
from hft_py.rng import Stream

Floats = npt.NDArray[np.float64]
PURPOSE = 0x504F5055  # of its random numbers


def first_population(
    cube: Floats,
    limits: StrategyConstraints,
    low: Floats,
    high: Floats,
    size: int,
    seed: int,
    core: KernelSet,
) -> Floats:
    """A few portfolios that are best at one thing, the others at random.

    Random ones are spread from a few large weights to many small ones; kernels put all of them
    within the limits.
    """
    columns = cube.shape[1]
    mean, covariance = core.moments(cube)
    variance = covariance.diagonal()
    inverse = np.divide(1.0, variance, out=np.zeros(columns), where=variance > 0)
    far = 1e3 * limits.leverage / max(float(np.abs(mean).max()), 1e-300)
    score = mean * np.sqrt(inverse)
    anchors = [
        np.full(columns, limits.leverage / columns),
        limits.leverage * inverse / max(float(inverse.sum()), 1e-300),
        far * mean,
        1e3 * limits.leverage * score / max(float(np.abs(score).max()), 1e-300),
    ]
    if limits.long_only and limits.leverage == 1.0:
        # Shrunk a little: with strategies that are the same, many portfolios vary least.
        shrunk = covariance + np.diag(1e-6 * variance)
        anchors.append(core.minimum_variance(shrunk, low, high))
    draws = Stream(seed, 0, PURPOSE)
    spread = 10.0 ** (2.0 * draws.uniforms(size) - 0.7)
    made = draws.uniforms(size * columns).reshape(size, columns) * spread[:, None]
    made *= limits.max_weight
    if not limits.long_only:
        made *= np.where(draws.uniforms(size * columns) < 0.5, -1, 1).reshape(size, columns)
    kept = min(len(anchors), size)
    made[:kept] = anchors[:kept]
    return made
