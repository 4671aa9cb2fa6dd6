"""What every function that reads a model does first: check its arguments, choose the kernels."""

from __future__ import annotations

from typing import Any

from hft_py import backend as backends
from hft_py.hmm._bins import bin_numbers
from hft_py.hmm._parameters import HMMParams
from hft_py.hmm._types import Lengths
from hft_py.hmm._validation import validate_observations, validate_params


def prepare_inputs(
    returns: Any, params: HMMParams, lengths: Lengths, missing: str, backend: str | None
) -> tuple[backends.KernelSet, tuple[Any, ...]]:
    """The kernel set, and the arguments every kernel takes: the model, observations, lengths."""
    validate_params("params", params)
    data = validate_observations(returns, lengths, missing)
    x = data.x
    if x.shape[1] != params.n_columns:
        raise ValueError(f"returns has {x.shape[1]} columns, the model {params.n_columns}")
    if params.bin_edges is not None and params.emission == "binned":
        x = bin_numbers(x, params.bin_edges)
    return backends.kernels("hmm", backend), (*params.kernel_arguments, x, data.lengths)
