"""Nearest neighbours and MIC_e in the study: workloads, what is run, peers, claims."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import information_theory as it
from qpp.study import Agreement, Claim, Implementation, Inputs, Limit, Workload

Floats = npt.NDArray[np.float64]

KSG = "KSG, n=10,000, k=3"
KSG_LARGE = "KSG, n=100,000, k=3"
KSG_GIVEN = "KSG given a third variable, n=10,000, k=3"
MIC = "MIC_e, n=1,000"
TARGET = "5 ms"
NATS: dict[str, Any] = {"estimator": "ksg", "n_neighbors": 3, "base": np.e}


def normal(n: int, given: bool = False) -> Inputs:
    """Normal variables correlated by 1/2; a third one is independent of both.

    Deviations are 1, so that scikit-learn, which divides by them, has the same numbers.
    """
    x, noise, z = np.random.default_rng(7).normal(size=(3, n))
    x /= x.std()
    y = 0.5 * x + 0.75**0.5 * noise
    y /= y.std()
    if given:
        return {"measure": "ksg_given", "x": x, "y": y, "z": z}
    return {"measure": "ksg", "x": x, "y": y}


def wave(n: int) -> Inputs:
    """A noisy sine: many grids are worth looking at, so the search is not cut short."""
    x, noise = np.random.default_rng(7).uniform(size=(2, n))
    return {"measure": "mic", "x": x, "y": np.sin(8 * np.pi * x) + noise}


WORKLOADS = [
    Workload(KSG, normal, quick=True, n=10_000),
    Workload(KSG_LARGE, normal, n=100_000),
    Workload(KSG_GIVEN, normal, n=10_000, given=True),
    Workload(MIC, wave, quick=True, n=1_000),
]
PAIRS = (KSG, KSG_LARGE)


def ksg(x: Floats, y: Floats, **how: Any) -> dict[str, Any]:
    """Mutual information in nats; twice, as some peers add noise to the data."""
    found = np.array([it.compute_mutual_information(x, y, **NATS, **how)])
    return {"value": found, "with_noise": found}


def ksg_given(x: Floats, y: Floats, z: Floats, **how: Any) -> dict[str, Any]:
    """The same given ``z``."""
    found = np.array([it.compute_conditional_mutual_information(x, y, z, **NATS, **how)])
    return {"value": found, "with_noise": found}


def mic(x: Floats, y: Floats, **how: Any) -> dict[str, Any]:
    """MIC_e and TIC_e."""
    found = it.compute_mic(x, y, **how)
    return {"value": np.array([found.mic, found.tic])}


MEASURES: dict[str, Callable[..., Any]] = {"ksg": ksg, "ksg_given": ksg_given, "mic": mic}


def scikit_learn(measure: str, x: Floats, y: Floats) -> dict[str, Any]:
    """It divides by deviations, and adds noise of 1e-10 of the mean."""
    from sklearn.feature_selection import mutual_info_regression

    found = mutual_info_regression(x[:, None], y, discrete_features=False, random_state=0)
    return {"with_noise": found}


def ennemi(measure: str, x: Floats, y: Floats, z: Floats | None = None) -> dict[str, Any]:
    """Without its scaling; the noise that it adds stays."""
    from ennemi import estimate_mi

    given: dict[str, Any] = {} if z is None else {"cond": z}
    return {
        "with_noise": np.ravel(estimate_mi(y, x, k=3, preprocess=False, max_threads=1, **given))
    }


def npeet_plus(measure: str, x: Floats, y: Floats, z: Floats | None = None) -> dict[str, Any]:
    """It adds noise of 1e-10."""
    import npeet_plus as npeet

    x, y = x[:, None], y[:, None]
    how: dict[str, Any] = {"k": 3, "base": np.e}
    found = npeet.mi(x, y, **how) if z is None else npeet.cmi(x, y, z[:, None], **how)
    return {"with_noise": np.array([found])}


def infomeasure(measure: str, x: Floats, y: Floats, z: Floats | None = None) -> dict[str, Any]:
    """Without its noise."""
    import infomeasure as im

    how: dict[str, Any] = {"approach": "ksg", "k": 3, "noise_level": 0, "base": np.e}
    if z is None:
        found = im.mutual_information(x, y, **how)
    else:
        found = im.conditional_mutual_information(x, y, cond=z, **how)
    return {"value": np.array([found]), "with_noise": np.array([found])}


NOISY: dict[str, Any] = {"compare": ("with_noise",)}
PEERS = [
    Implementation("scikit-learn-ksg", scikit_learn, needs="sklearn", only=PAIRS, **NOISY),
    Implementation("ennemi", ennemi, needs="ennemi", only=(*PAIRS, KSG_GIVEN), **NOISY),
    Implementation("npeet-plus", npeet_plus, needs="npeet_plus", only=(*PAIRS, KSG_GIVEN), **NOISY),
    Implementation("infomeasure-ksg", infomeasure, needs="infomeasure", only=(*PAIRS, KSG_GIVEN)),
]
# Noise moves a neighbour across a distance in a few of the rows.
AGREEMENT = {"with_noise": Agreement(atol=1e-6)}
LIMITS = [
    Limit(TARGET, lambda inputs, bandwidth: 0.005, "the bar for 1,000 points", "target", (MIC,))
]
CLAIMS = [
    Claim("rust", over="scikit-learn-ksg", at_least=5, on=PAIRS, note="equal values"),
    Claim("rust", over="python", at_least=5, on=[*PAIRS, KSG_GIVEN, MIC]),
    Claim("rust", over=TARGET, at_least=1, on=MIC),
    Claim("rust-2-threads", over="rust", at_least=1.2, on=KSG_LARGE),
]
ANALYSIS = (
    "By nearest neighbours, all peers build k-d trees and ask them point by point, in SciPy or "
    "scikit-learn. Here the sixteen points of a leaf are answered together, a candidate in one "
    "vector comparison with all of them and without a branch; on a line a count is two positions "
    "in the sorted values. In three dimensions more leaves are needed, and the ratio is smaller. "
    "MIC_e is a dynamic program over tables of counts; its baseline computes them in NumPy."
)
