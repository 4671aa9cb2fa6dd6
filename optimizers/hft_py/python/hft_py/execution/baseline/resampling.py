"""Bootstrap of a ratio of sums, group by group."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hft_py.rng import below, words

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_PURPOSE = 71
_WORDS = 1 << 20


def resampled_ratios(
    above: Floats, under: Floats, offsets: Ints, resamples: int, seed: int
) -> Floats:
    """``sum(above) / sum(under)`` over rows drawn with replacement, ``(groups, resamples)``.

    Group ``g`` has the rows ``offsets[g]`` to ``offsets[g + 1]``. Its resample ``b`` draws with the
    stream ``b`` from the word ``offsets[g]`` on, so it does not depend on the other resamples.
    """
    found = np.empty((len(offsets) - 1, resamples))
    for g in range(len(found)):
        first, count = int(offsets[g]), int(offsets[g + 1] - offsets[g])
        rows_at_once = max(1, _WORDS // max(count, 1))
        for b in range(0, resamples, rows_at_once):
            streams = np.arange(b, min(b + rows_at_once, resamples))
            rows = first + below(words(seed, streams, _PURPOSE, first, count), count)
            with np.errstate(invalid="ignore", divide="ignore"):
                found[g, streams] = above[rows].sum(axis=1) / under[rows].sum(axis=1)
    return found
