"""What a fit takes from a model to start from, and which parts of it a fit holds."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from hft_py import checks
from hft_py.hmm._bins import quantile_edges, validate_bin_edges
from hft_py.hmm._parameters import HELD, HMMParams
from hft_py.hmm._types import Floats
from hft_py.hmm._validation import validate_params

Start = tuple[Floats, Floats, Floats]


def validate_fixed(fixed: Any, initial: Any) -> tuple[str, ...]:
    """The names of parts that a fit holds, each once, in their usual order."""
    given = (fixed,) if isinstance(fixed, str) else fixed
    if not isinstance(given, tuple | list | set | frozenset):
        raise TypeError(f"fixed={checks.short(fixed)}, expected names of parts of a model")
    for name in given:
        checks.choice("fixed", name, HELD)
    if given and initial is None:
        raise ValueError(f"fixed={checks.short(fixed)} needs initial, the model that has this part")
    return tuple(name for name in HELD if name in given)


def chosen_edges(
    x: Floats, n_bins: int, given: Any, initial: HMMParams | None, fixed: tuple[str, ...]
) -> Floats:
    """The edges given, those of a model to start from, or quantiles of the data."""
    own = None if initial is None else initial.bin_edges
    if given is None:
        return quantile_edges(x, n_bins) if own is None else own
    edges = validate_bin_edges(given)
    if "emissions" in fixed and not np.array_equal(edges, own if own is not None else []):
        raise ValueError('bin_edges differ from those of initial, which fixed="emissions" holds')
    return edges


def bins_unused(n_bins: int, emission: str, edges: Any, initial: HMMParams | None) -> str:
    """Why ``n_bins`` has no effect; empty where it has one."""
    if emission != "binned":
        return f'emission is "{emission}"'
    if edges is not None:
        return "bin_edges are given"
    own = None if initial is None else initial.bin_edges
    return "initial has bin_edges" if own is not None and len(own) + 1 != n_bins else ""


def initial_start(
    initial: HMMParams | None,
    kind: str,
    n_states: int,
    emission: str,
    columns: int,
    n_symbols: int,
) -> Start | None:
    """The start that ``initial`` stands for, where it fits the data and what is asked for."""
    if initial is None:
        return None
    validate_params("initial", initial)
    if initial.n_states != n_states:
        raise ValueError(f"initial has {initial.n_states} states, n_states={n_states}")
    own, start, transition, theta = initial.kernel_arguments
    wrong_bins = kind == "categorical" and theta.shape[1] != n_symbols
    if own != kind or initial.n_columns != columns or wrong_bins:
        raise ValueError(
            f'initial has the emission "{initial.emission}" with {theta.shape[1]} numbers a state, '
            f'which does not fit emission="{emission}" and {columns} columns'
        )
    return start, transition, theta


def moved(theta: Floats, by: Floats) -> Floats:
    """``theta`` with its means, the first ``D`` numbers of each state, moved."""
    return np.hstack([theta[:, : len(by)] + by, theta[:, len(by) :]]) if by.any() else theta


def held_in_all(starts: Start, first: Start | None, fixed: tuple[str, ...]) -> Start:
    """The stacked starts, the parts that are held those of the first in all of them."""
    if first is None:
        return starts
    parts = zip(HELD, starts, first, strict=True)
    start, transition, theta = (
        np.repeat(one[None], len(all_), axis=0) if name in fixed else all_
        for name, all_, one in parts
    )
    return start, transition, theta


def restored(params: HMMParams, initial: HMMParams | None, fixed: tuple[str, ...]) -> HMMParams:
    """``params`` with what was held taken from ``initial``, to the last digit."""
    if initial is None or not fixed:
        return params
    held = {name: initial[name] for part in fixed for name in HELD[part]}
    return dataclasses.replace(params, **held, fixed=fixed)
