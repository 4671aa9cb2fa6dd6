"""The most probable path: Viterbi's recursion on logarithms."""

from __future__ import annotations

import numpy as np

from hft_py.hmm._types import Floats, Ints
from hft_py.hmm.baseline.emission import log_densities
from hft_py.hmm.baseline.filtering import sequences
from hft_py.hmm.baseline.recursions import ImpossibleError, log


def viterbi(
    kind: str, start: Floats, transition: Floats, theta: Floats, x: Floats, lengths: Ints
) -> tuple[Ints, float]:
    """``argmax p(z | x)``, ``(T,)``, and ``log max p(z, x)``; of ties the lowest."""
    log_b = log_densities(kind, theta, x)
    log_start, log_transition = log(start), log(transition)
    path = np.empty(len(x), dtype=np.int64)
    total = 0.0
    for rows in sequences(lengths):
        b = log_b[rows]
        best = log_start + b[0]
        came = np.zeros(b.shape, dtype=np.int64)
        if np.isneginf(best).all():
            raise ImpossibleError(rows.start)
        for t in range(1, len(b)):
            ways = best[:, None] + log_transition
            came[t] = ways.argmax(axis=0)
            best = ways.max(axis=0) + b[t]
            if np.isneginf(best).all():
                raise ImpossibleError(rows.start + t)
        state = int(best.argmax())
        total += float(best[state])
        for t in range(len(b) - 1, -1, -1):
            path[rows.start + t] = state
            state = came[t, state]
    return path, total
