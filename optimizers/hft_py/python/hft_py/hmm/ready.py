"""What every function that reads a model does first: check, and choose the kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import backend as backends
from hft_py import checks
from hft_py.hmm.bins import symbols
from hft_py.hmm.observations import Observations, observations
from hft_py.hmm.params import HMMParams

Floats = npt.NDArray[np.float64]
Lengths = Sequence[int] | None


def ready(
    returns: Any, params: HMMParams, lengths: Lengths, missing: str, backend: str | None
) -> tuple[Any, tuple[Any, ...]]:
    """The kernel set, and the arguments every kernel takes."""
    if not isinstance(params, HMMParams):
        raise TypeError(f"params={checks.short(params)}, expected HMMParams")
    data = observations(returns, lengths, missing)
    x = _fitting(data, params)
    return backends.kernels("hmm", backend), (*params.model, x, data.lengths)


def _fitting(data: Observations, params: HMMParams) -> Floats:
    d = params.n_columns
    if data.x.shape[1] != d:
        raise ValueError(f"returns has {data.x.shape[1]} columns, the model {d}")
    if params.emission == "binned":
        assert params.bin_edges is not None  # checked when the model was made
        return symbols(data.x, params.bin_edges)
    return data.x
