"""The first steps of every function that reads a model: argument checks, choice of kernels."""

from __future__ import annotations

from typing import Any

from hft_py import backend as backends
from hft_py import checks
from hft_py.errors import IgnoredArgumentWarning, warn
from hft_py.hmm._bins import bin_numbers
from hft_py.hmm._parameters import HMMParams
from hft_py.hmm._types import Lengths
from hft_py.hmm._validation import validate_observations, validate_params


def prepare_inputs(
    returns: Any,
    params: HMMParams,
    lengths: Lengths,
    missing: str,
    backend: str | None,
    n_bins: int | None = None,
) -> tuple[backends.KernelSet, tuple[Any, ...]]:
    """The kernel set, and the arguments every kernel takes: the model, observations, lengths."""
    validate_params("params", params)
    if n_bins is not None:
        _check_bins(n_bins, params)
    data = validate_observations(returns, lengths, missing)
    x = data.x
    if x.shape[1] != params.n_columns:
        raise ValueError(f"returns has {x.shape[1]} columns, the model {params.n_columns}")
    if params.bin_edges is not None and params.emission == "binned":
        x = bin_numbers(x, params.bin_edges)
    return backends.kernels("hmm", backend), (*params.kernel_arguments, x, data.lengths)


def _check_bins(n_bins: int, params: HMMParams) -> None:
    """An error where the model has other bins, a warning where it has none."""
    asked = checks.whole_number("n_bins", n_bins, least=1)
    if params.bin_edges is None:
        warn_of_bins(asked, f'the model\'s emission is "{params.emission}"')
    elif asked not in (len(params.bin_edges) + 1, params.n_bins):
        raise ValueError(f"n_bins={asked}, but the model has {len(params.bin_edges) + 1} bins")


def warn_of_bins(n_bins: int, reason: str) -> None:
    """Say that ``n_bins`` has no effect, and why."""
    message = f'n_bins={n_bins} has no effect, as {reason}: emission="binned" uses it'
    warn(message, IgnoredArgumentWarning)
