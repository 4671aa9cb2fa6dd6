"""Each measure by this library, and what of it is compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hft_py import information_theory as it
from hft_py.backend import require_release_build
from hft_py.information_theory.study import continuous
from qpp.study import Inputs

require_release_build()

N_BINS = 10
# Of returns: how a day's return ranks, as equal widths would put nearly all days into two bins.
TERCILES: dict[str, Any] = {"n_bins": 3, "binning": "equal_frequency"}


def significance(x: Any, y: Any, n_permutations: int, **how: Any) -> Any:
    """The permutation test of a pair."""
    return it.compute_mutual_information_significance(x, y, n_permutations, N_BINS, seed=1, **how)


def selection(features: Any, target: Any, k: int, method: str, **how: Any) -> Any:
    """Feature selection."""
    return it.select_features_by_mutual_information(
        features, target, k, N_BINS, method=method, **how
    )


def matrix(data: Any, n_permutations: int, **how: Any) -> Any:
    """Transfer entropy of every two columns."""
    given = {**TERCILES, **how, "n_permutations": n_permutations, "seed": 1}
    return it.compute_transfer_entropy_matrix(data, **given)


def rolling(x: Any, y: Any, window: int, threads: int, **how: Any) -> Any:
    """Every window on one thread."""
    return it.compute_rolling_mutual_information(x, y, window, N_BINS, **how)


MEASURES: dict[str, Callable[..., Any]] = {
    "mutual_information": it.compute_mutual_information,
    "transfer_entropy": it.compute_transfer_entropy,
    "significance": significance,
    "selection": selection,
    "matrix": matrix,
    "rolling": rolling,
    **continuous.MEASURES,
}


def ours(backend: str, threads: int = 1) -> Callable[..., Any]:
    """Whatever the workload asks for."""

    def call(measure: str, **data: Any) -> Any:
        return MEASURES[measure](**data, backend=backend, threads=threads)

    return call


def warm(call: Callable[..., Any]) -> Callable[[Inputs], Inputs]:
    """Outside the clock: a first small call, for what is imported when it is first used."""

    def prepared(inputs: Inputs) -> Inputs:
        call("mutual_information", x=np.arange(4.0), y=np.arange(4.0))
        return inputs

    return prepared


def outputs(found: Any) -> dict[str, Any]:
    """The numbers of any result; of a matrix in the order in which a smaller one has them."""
    if isinstance(found, dict):
        return found
    if isinstance(found, it.InformationMatrix):
        order = np.argsort(np.maximum.outer(*2 * (np.arange(len(found.names)),)), axis=None)
        values = found.matrix.ravel()[order]
        return {"value": values[~np.isnan(values)]}
    if isinstance(found, it.FeatureSelection):
        return {"value": found.relevance, "selected": found.selected}
    if isinstance(found, it.Significance):
        return {"value": np.array([found.value])}
    return {"value": np.atleast_1d(found)}


def part(inputs: Inputs) -> tuple[Inputs, int]:
    """Of what takes hours in Python: some permutations, of two variables."""
    if inputs["measure"] == "significance":
        few = 5
        return {**inputs, "n_permutations": few}, inputs["n_permutations"] // few
    if inputs["measure"] == "matrix":
        few, d = 10, inputs["data"].shape[1]
        some = {**inputs, "data": inputs["data"][:, :2], "n_permutations": few}
        return some, d * (d - 1) // 2 * (inputs["n_permutations"] // few)
    return inputs, 1
