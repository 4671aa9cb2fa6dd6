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
    """Of the logarithm of the mean, from the chains' spread; unknown of one chain.

    To first order the spread of the evidences over their mean. Where they differ by factors that
    says nothing, as it cannot exceed 1: there it is the spread of their logarithms, if larger.
    """
    if len(evidence) < 2 or np.isnan(evidence).any():
        return float("nan")
    if not np.isfinite(evidence).all():
        return float("inf")
    relative = np.exp(evidence - evidence.max())
    spread = relative.std(ddof=1) / relative.mean() / np.sqrt(len(evidence))
    apart = evidence.std(ddof=1) / np.sqrt(len(evidence))
    return float(apart if apart > 1.0 else spread)


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
            f"chains have not mixed: R-hat {r_hat[worst]:.4g} for {names[worst]} "
            f"(above {MIXED_R_HAT}); run longer, or try another sampler"
        )
    if few.size:
        worst = few[np.argmin(ess[few])]
        words.append(
            f"few effective draws: {ess[worst]:.0f} for {names[worst]} "
            f"(below {ENOUGH_ESS:.0f}); run longer, or try another sampler"
        )
    words += ladder_doubts(run)
    if words:
        warn("; ".join(words), PoorMixingWarning)
    total = run["n_invalid"] + n_invalid
    if total:
        text = f"the objective was NaN at {total} points, which count as density zero"
        words.append(text)
        warn(text, InvalidValuesWarning)
    return tuple(words)


def ladder_doubts(run: dict[str, Any]) -> list[str]:
    """Whether states travel between the levels of parallel tempering; nothing of other samplers."""
    rejection, trips = run.get("swap_rejection"), run.get("round_trips")
    if rejection is None or trips is None or not run["samples"].shape[1]:
        return []
    found = []
    if trips.min() == 0:
        found.append(
            "the levels do not mix: no state of some chain went down the ladder and came back, a "
            f"pair rejects {rejection.max():.1%} of its swaps; neither modes nor log_evidence can "
            "be trusted: raise n_temperatures, or run longer"
        )
    elif not np.isfinite(run["log_evidence"]).all():
        found.append("log_evidence is not finite: no level but the target saw a positive density")
    return found
