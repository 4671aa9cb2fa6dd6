"""Convergence of a run: warnings about its mixing, and the evidence over its chains."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py.errors import InvalidValuesWarning, PoorMixingWarning, warn

MAX_R_HAT = 1.01  # Vehtari et al. 2021
MIN_ESS = 400.0  # the same: below it, R-hat and ESS are themselves uncertain


def mean_evidence(evidence: Any) -> float:
    """The logarithm of the mean over chains."""
    if np.isnan(evidence).any():
        return float("nan")
    return float(np.logaddexp.reduce(evidence) - np.log(len(evidence)))


def evidence_error(evidence: Any) -> float:
    """The standard error of :func:`mean_evidence`, from the spread over chains; NaN for one chain.

    To first order the spread of the evidences over their mean. That cannot exceed 1, so where the
    evidences differ by factors it is the spread of their logarithms, if larger.
    """
    if len(evidence) < 2 or np.isnan(evidence).any():
        return float("nan")
    if not np.isfinite(evidence).all():
        return float("inf")
    relative = np.exp(evidence - evidence.max())
    spread = relative.std(ddof=1) / relative.mean() / np.sqrt(len(evidence))
    log_spread = evidence.std(ddof=1) / np.sqrt(len(evidence))
    return float(log_spread if log_spread > 1.0 else spread)


def convergence_warnings(
    diagnostics: dict[str, Any], run: dict[str, Any], names: tuple[str, ...]
) -> tuple[str, ...]:
    """What is doubtful about a run: warned of, and returned."""
    messages = []
    r_hat = diagnostics["r_hat"]
    ess = np.minimum(diagnostics["ess_bulk"], diagnostics["ess_tail"])
    constant = np.flatnonzero(np.isnan(ess))
    unmixed = np.flatnonzero(r_hat > MAX_R_HAT)
    few = np.flatnonzero(ess < MIN_ESS)
    if run["samples"].shape[1] < 4:
        messages.append("fewer than 4 draws a chain: nothing can be said about mixing")
    elif constant.size:
        listed = ", ".join(names[i] for i in constant[:6])
        messages.append(f"never moved: {listed}; start elsewhere, or lower initial_scale")
    if unmixed.size:
        worst = unmixed[np.argmax(r_hat[unmixed])]
        messages.append(
            f"chains have not mixed: R-hat {r_hat[worst]:.4g} for {names[worst]} "
            f"(above {MAX_R_HAT}); run longer, or try another sampler"
        )
    if few.size:
        worst = few[np.argmin(ess[few])]
        messages.append(
            f"few effective draws: {ess[worst]:.0f} for {names[worst]} "
            f"(below {MIN_ESS:.0f}); run longer, or try another sampler"
        )
    rejection, trips = run.get("swap_rejection"), run.get("round_trips")
    if rejection is not None and trips is not None and run["samples"].shape[1]:
        if trips.min() == 0:
            messages.append(
                "the levels do not mix: no state of some chain went down the ladder and came back, "
                f"a pair rejects {rejection.max():.1%} of its swaps; neither modes nor "
                "log_evidence can be trusted: raise n_temperatures, or run longer"
            )
        elif not np.isfinite(run["log_evidence"]).all():
            messages.append(
                "log_evidence is not finite: no level but the target saw a positive density"
            )
    if messages:
        warn("; ".join(messages), PoorMixingWarning)
    if run["n_invalid"]:
        text = f"the objective was NaN at {run['n_invalid']} points, which count as density zero"
        messages.append(text)
        warn(text, InvalidValuesWarning)
    return tuple(messages)
