"""A model's emission as the kernels take it: ``theta``, one row of numbers for each state.

What the numbers are, see :mod:`hft_py.hmm.baseline.emission`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py.hmm._types import Floats


def theta_of(params: Any) -> tuple[str, Floats]:
    """The kind of emission and ``theta`` of a model."""
    if params.emission == "binned":
        return "categorical", params.bin_probabilities
    if params.emission == "student_t":
        scales = params.variances * (params.dof - 2.0) / params.dof
        return "student_t", np.stack([params.means, scales, params.dof], axis=1)
    kind = "gaussian_full" if params.variances.ndim == 3 else "gaussian"
    parts = (params.means, params.variances)
    return kind, np.hstack([part.reshape(params.n_states, -1) for part in parts])


def fields_of(kind: str, theta: Floats, shape: tuple[int, ...]) -> dict[str, Floats]:
    """The inverse of :func:`theta_of`, as fields of a model; ``shape`` is that of the means."""
    if kind == "categorical":
        return {"bin_probabilities": theta}
    if kind == "student_t":
        location, scale, dof = theta.T
        return {"means": location, "variances": scale * dof / (dof - 2.0), "dof": dof}
    d = shape[1] if len(shape) > 1 else 1
    full = shape[1:] if kind == "gaussian_full" else ()
    return {"means": theta[:, :d].reshape(shape), "variances": theta[:, d:].reshape(shape + full)}
