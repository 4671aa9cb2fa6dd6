"""Statistics of timings: median, spread, and ratios of paired samples."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from qpp.results import Interval, WorkloadResult

RESAMPLES = 2_000
LEVEL = 0.95


def median(samples: Sequence[float]) -> float:
    """The middle sample."""
    return float(np.median(samples))


def spread(samples: Sequence[float]) -> float:
    """Interquartile range over the median: robust against single outliers."""
    low, middle, high = np.quantile(samples, (0.25, 0.5, 0.75))
    return float((high - low) / middle) if middle else 0.0


def noise_floors(workloads: Sequence[WorkloadResult]) -> dict[str, float]:
    """The noise floor of each workload of a study, by name; 0 without A/A controls.

    ``0.05``: the ratio of the same code to itself, with its interval, reaches 1.05 or 1 / 1.05.
    It is what the workload's own control shows, and at least the median of the study's: a control
    that comes out near 1 by chance makes no small difference real, and one that is far off
    concerns its own workload only.
    """
    own = {
        w.name: max(1 / w.noise.low, w.noise.high) - 1
        for w in workloads
        if w.noise is not None and 0 < w.noise.low <= w.noise.high < np.inf
    }
    typical = median(list(own.values())) if own else 0.0
    return {w.name: max(own.get(w.name, 0.0), typical) for w in workloads}


def is_noise(ratio: float, floor: float) -> bool:
    """Whether a ratio is nearer to 1 than a noise floor.

    >>> is_noise(1.04, 0.05), is_noise(1 / 1.04, 0.05), is_noise(1.06, 0.05), is_noise(1.0, 0.0)
    (True, True, False, False)
    """
    return ratio > 0 and max(ratio, 1 / ratio) - 1 < floor


def paired_ratio(
    numerator: Sequence[float],
    numerator_rounds: Sequence[int],
    denominator: Sequence[float],
    denominator_rounds: Sequence[int],
    *,
    seed: int = 0,
) -> Interval | None:
    """Median of the ratios of samples taken side by side, with its interval.

    Each sample of the side with fewer is paired with the other side's samples that were
    taken nearer to it than to its neighbours (their median): in one round, where both ran
    in every round. Pairing cancels what changes slowly on a shared machine (clock,
    neighbours). The interval is the percentile bootstrap over pairs (95 %, 2,000 resamples,
    seeded). ``None`` without a pair.
    """
    couples = _couples(numerator, numerator_rounds, denominator, denominator_rounds)
    pairs = np.array([x / y for x, y in couples if y > 0])
    return _interval(pairs, seed)


def paired_difference(
    samples: Sequence[float],
    rounds: Sequence[int],
    others: Sequence[float],
    other_rounds: Sequence[int],
    *,
    seed: int = 0,
) -> Interval | None:
    """Median of the differences of samples taken side by side, in seconds.

    Paired as in :func:`paired_ratio`. Negative where they took less.
    """
    couples = _couples(samples, rounds, others, other_rounds)
    return _interval(np.array([x - y for x, y in couples]), seed)


def _couples(
    left: Sequence[float],
    left_rounds: Sequence[int],
    right: Sequence[float],
    right_rounds: Sequence[int],
) -> list[tuple[float, float]]:
    """Each sample of the side with fewer, beside the median of those taken near it."""
    few, many = (left, left_rounds), (right, right_rounds)
    upside_down = len(left) > len(right)
    if upside_down:
        few, many = many, few
    if not few[0] or not many[0]:
        return []
    near = np.abs(np.subtract.outer(np.asarray(many[1]), np.asarray(few[1]))).argmin(axis=1)
    beside = [np.asarray(many[0])[near == i] for i in range(len(few[0]))]
    couples = [(x, float(np.median(y))) for x, y in zip(few[0], beside, strict=True) if y.size]
    return [(y, x) for x, y in couples] if upside_down else couples


def _interval(pairs: npt.NDArray[np.float64], seed: int) -> Interval | None:
    if not pairs.size:
        return None
    picks = np.random.default_rng(seed).integers(0, pairs.size, (RESAMPLES, pairs.size))
    medians = np.median(pairs[picks], axis=1)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(medians, (tail, 1 - tail))
    return Interval(float(np.median(pairs)), float(low), float(high), int(pairs.size))
