"""Random weights, to compare others with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bits = npt.NDArray[np.uint64]


class RandomWeights:
    """Random weights, uniform over all portfolios without short positions.

    They are made from the seed and the last two prices of each asset: others at each date, and
    the same whatever the order of assets and whatever comes later.
    """

    min_observations = 2

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def predict(self, prices: Floats) -> Floats:
        """Exponential draws over their sum."""
        before, last = np.ascontiguousarray(prices[:, -2:].T).view(np.uint64)
        seed = mixed(np.full(len(prices), self.seed, dtype=np.uint64))
        hashes = mixed(mixed(seed ^ before) ^ last)
        uniform = ((hashes >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
        draws = -np.log(uniform)
        return np.asarray(draws / draws.sum())


def mixed(state: Bits) -> Bits:
    """One step of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014)."""
    z = state + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)))
