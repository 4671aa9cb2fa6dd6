"""Series drawn from a model."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py import backend as backends
from hft_py import checks
from hft_py.hmm._bins import bin_middles
from hft_py.hmm._parameters import HMMParams
from hft_py.hmm._types import Ints
from hft_py.hmm._validation import validate_params
from hft_py.hmm.result import Sample
from hft_py.rng import Stream

# Purposes of the seed's stream 0: see hft_py.rng.
STATES, VALUES = 102, 103


def sample(
    params: HMMParams,
    n: int,
    *,
    seed: int | np.random.Generator | None = 0,
    backend: str | None = None,
) -> Sample:
    """Draw ``n`` observations and the states behind them.

    Parameters
    ----------
    params
        The model.
    n
        1 or more.
    seed
        Same seed, same series, in both backends. None draws one, and a ``numpy.random.Generator``
        is advanced by one draw.

    Raises
    ------
    ValueError, TypeError
        An argument is not as above.

    References
    ----------
    Student's t by Bailey, Math. Comp. 62 (1994): ``sqrt(nu (u^(-2/nu) - 1)) cos 2 pi v``.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, sample
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-9.0, 9.0], [1.0, 1.0])
    >>> drawn = sample(model, 1000, seed=1)
    >>> bool(((drawn.returns > 0) == drawn.states).all())
    True
    """
    validate_params("params", params)
    n = checks.whole_number("n", n, least=1)
    number = checks.seed_number(seed)
    kernels = backends.kernels("hmm", backend)
    uniforms = Stream(number, 0, STATES).uniforms(n)
    states = kernels.simulate(params.start_probabilities, params.transition_matrix, uniforms)
    values = _values(params, states, Stream(number, 0, VALUES))
    return Sample(values, states, kernels.name)


def _values(params: HMMParams, states: Ints, draws: Stream) -> Any:
    n, d = len(states), params.n_columns
    kind, _, _, theta = params.kernel_arguments
    if kind == "categorical":
        sums, uniforms = np.cumsum(theta, axis=1)[:, :-1], draws.uniforms(n)
        bins = np.empty(n, dtype=np.int64)
        for state, row in enumerate(sums):
            own = states == state
            bins[own] = np.searchsorted(row, uniforms[own], side="right")
        assert params.bin_edges is not None  # it is binned
        return bin_middles(params.bin_edges)[bins]
    if kind == "student_t":
        u, v = draws.uniforms(2 * n).reshape(2, n)
        location, scale, dof = theta[states].T
        radius = np.sqrt(scale * dof * np.expm1(np.log(u) * (-2.0 / dof)))
        return location + radius * np.cos(2 * np.pi * v)
    normals = draws.normals(n * d).reshape(n, d)
    means = theta[:, :d]
    if kind == "gaussian_full":
        factors = np.linalg.cholesky(theta[:, d:].reshape(-1, d, d))
        normals = np.einsum("nij,nj->ni", factors[states], normals)
    else:
        normals *= np.sqrt(theta[states, d:])
    normals += means[states]
    return normals if params.means is not None and params.means.ndim == 2 else normals[:, 0]
