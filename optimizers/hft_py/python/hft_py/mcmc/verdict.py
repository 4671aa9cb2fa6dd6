"""What a run is worth: doubts about its mixing, and the evidence of its chains."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py.errors import InvalidValuesWarning, PoorMixingWarning, warn

MIXED_R_HAT = 1.01  # Vehtari et al. 2021
ENOUGH_ESS = 400.0  # the same: below it, R-hat and ESS are themselves unsure


def mean_evidence(evidence: Any) -> float:
    """The logarithm of the mean over chains."""
    if np.isnan(evidence).any():
        return float("nan")
    return float(np.logaddexp.reduce(evidence) - np.log(len(evidence)))


def evidence_error(evidence: Any) -> float:
    """Of the logarithm of the mean, from the chains' spread; unknown of one chain."""
    if len(evidence) < 2 or not np.isfinite(evidence).all():
        return float("nan")
    relative = np.exp(evidence - evidence.max())
    return float(relative.std(ddof=1) / relative.mean() / np.sqrt(len(evidence)))


def doubts(
    found: dict[str, Any], run: dict[str, Any], n_invalid: int, names: tuple[str, ...]
) -> tuple[str, ...]:
    """What is doubtful about a run, warned of and returned."""
    words = []
    r_hat, ess = found["r_hat"], np.minimum(found["ess_bulk"], found["ess_tail"])
    still = np.flatnonzero(np.isnan(ess))
    apart = np.flatnonzero(r_hat > MIXED_R_HAT)
    few = np.flatnonzero(ess < ENOUGH_ESS)
    if run["samples"].shape[1] < 4:
        words.append("fewer than 4 draws a chain: nothing can be said about mixing")
    elif still.size:
        told = ", ".join(names[i] for i in still[:6])
        words.append(f"never moved: {told}; start elsewhere, or lower initial_scale")
    if apart.size:
        worst = apart[np.argmax(r_hat[apart])]
        words.append(
            f"chains have not mixed: R-hat {r_hat[worst]:.3g} for {names[worst]} "
            f"(above {MIXED_R_HAT}); run longer, or try another sampler"
        )
    if few.size:
        worst = few[np.argmin(ess[few])]
        words.append(
            f"few effective draws: {ess[worst]:.0f} for {names[worst]} "
            f"(below {ENOUGH_ESS:.0f}); run longer, or try another sampler"
        )
    if words:
        warn("; ".join(words), PoorMixingWarning)
    total = run["n_invalid"] + n_invalid
    if total:
        text = f"the objective was NaN at {total} points, which count as density zero"
        words.append(text)
        warn(text, InvalidValuesWarning)
    return tuple(words)
