"""Expectation maximisation (Baum and Welch), from several starts.

Each iteration is two recursions over the data and a weighted estimate of every parameter; the
log-likelihood never decreases (with priors: log-likelihood plus log-density of the priors).

Sources: Baum, Petrie, Soules and Weiss, Ann. Math. Statist. 41 (1970); Rabiner, Proc. IEEE 77
(1989), equations 40 and 52 to 54.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hft_py.hmm._types import Floats, Ints
from hft_py.hmm.baseline.convergence import has_converged
from hft_py.hmm.baseline.emission import EMPTY, Priors, update
from hft_py.hmm.baseline.filtering import score
from hft_py.hmm.baseline.smoothing import passes

# start, transition, theta, (log-likelihood, objective) before each step and after the last,
# converged.
Fitted = tuple[Floats, Floats, Floats, Floats, bool]


def fit(
    kind: str,
    starts: Floats,
    transitions: Floats,
    thetas: Floats,
    x: Floats,
    lengths: Ints,
    n_iterations: int,
    tolerance: float,
    reference: Floats,
    floor: float,
    emission_prior: float,
    transition_prior: float,
    threads: int = 1,
    reporter: Callable[[int, float], bool] | None = None,
    fixed: tuple[bool, bool, bool] = (False, False, False),
) -> list[Fitted]:
    """Run EM from each start: ``starts (R, K)``, ``transitions (R, K, K)``, ``thetas (R, K, P)``.

    ``fixed`` says whether starts, transitions and emissions stay as they are. ``threads`` is
    ignored: these kernels have one.
    """
    priors = Priors(reference, floor, emission_prior, transition_prior)
    results: list[Fitted] = []
    best, done, halted = -np.inf, 0, False
    for start, transition, theta in zip(starts, transitions, thetas, strict=True):
        history: list[tuple[float, float]] = []
        while True:
            last = halted or len(history) == n_iterations
            if last:
                likelihood = score(kind, start, transition, theta, x, lengths)
            else:
                found = passes(kind, start, transition, theta, x, lengths)
                likelihood = float(sum(p.log_scale.sum() for p in found))
            objective = likelihood + priors.log_density(kind, transition, theta)
            history.append((likelihood, objective))
            converged = has_converged(history, tolerance)
            if converged or last:
                break
            best = max(best, objective)
            done += 1
            gamma = np.concatenate([p.gamma for p in found])
            if not fixed[0]:
                start = np.mean([p.gamma[0] for p in found], axis=0)
            if not fixed[1]:
                counts = sum((p.xi.sum(axis=0) for p in found), start=np.zeros_like(transition))
                transition = _transition(transition, counts, priors.transition)
            if not fixed[2]:
                theta = update(kind, theta, x, gamma, priors)
            if reporter is not None and done % reporter.every == 0:  # type: ignore[attr-defined]
                halted = not reporter(done, best)
        results.append((start, transition, theta, np.array(history), converged))
    return results


def _transition(old: Floats, counts: Floats, prior: float) -> Floats:
    """Rows of expected transitions, normalised; a state never left keeps its row."""
    counts = counts + prior
    totals = counts.sum(axis=1, keepdims=True)
    empty = totals <= EMPTY
    return np.where(empty, old, counts / np.where(empty, 1.0, totals))
