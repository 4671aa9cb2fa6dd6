"""The few statistics a timing needs: centre, spread, and a ratio pair by pair."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qpp.results import Interval

RESAMPLES = 2_000
LEVEL = 0.95


def median(samples: Sequence[float]) -> float:
    """The middle sample."""
    return float(np.median(samples))


def spread(samples: Sequence[float]) -> float:
    """Interquartile range over the median: robust against the odd interrupted sample."""
    low, middle, high = np.quantile(samples, (0.25, 0.5, 0.75))
    return float((high - low) / middle) if middle else 0.0


def paired_ratio(
    numerator: Sequence[float],
    numerator_rounds: Sequence[int],
    denominator: Sequence[float],
    denominator_rounds: Sequence[int],
    *,
    seed: int = 0,
) -> Interval | None:
    """Median of the ratios of samples taken in the same round, with its interval.

    Pairing cancels what changes slowly on a shared machine (clock, neighbours): both
    samples of a pair were taken within one round. The interval is the percentile
    bootstrap over pairs (95 %, 2,000 resamples, seeded). ``None`` without a pair.
    """
    above = dict(zip(numerator_rounds, numerator, strict=True))
    below = dict(zip(denominator_rounds, denominator, strict=True))
    shared = sorted(above.keys() & below.keys())
    pairs = np.array([above[r] / below[r] for r in shared if below[r] > 0])
    if not pairs.size:
        return None
    picks = np.random.default_rng(seed).integers(0, pairs.size, (RESAMPLES, pairs.size))
    medians = np.median(pairs[picks], axis=1)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(medians, (tail, 1 - tail))
    return Interval(float(np.median(pairs)), float(low), float(high), int(pairs.size))
