"""Diagnostics of draws from anywhere: R-hat, effective sample sizes, autocorrelation times."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.backend import kernels
from hft_py.errors import SampleShapeWarning, warn

__all__ = ["compute_autocorrelation_time", "compute_effective_sample_size", "compute_r_hat"]

Floats = npt.NDArray[np.float64]


def compute_effective_sample_size(
    samples: npt.ArrayLike,
    kind: str = "bulk",
    *,
    chains: int | None = 0,
    backend: str | None = None,
) -> Floats | float:
    """How many independent draws the draws are worth.

    Parameters
    ----------
    samples
        ``(chain, draw, parameter)``; or ``(chain, draw)``, or ``(draw,)``, of one parameter.
    kind
        ``"bulk"`` (default: of the location, on rank-normalised values), ``"tail"`` (the lesser of
        the 5 and 95 per cent quantiles') or ``"mean"`` (of the mean, on the values as they are;
        needs a finite variance).
    chains
        Which axis holds the chains: 0 (default), 1 for draws ``(draw, chain[, parameter])``, None
        for one chain ``(draw, parameter)``. More chains than draws are warned of.
    backend
        ``"auto"``, ``"rust"`` or ``"python"``.

    Returns
    -------
    Shape ``(parameter,)``, or a float for one parameter. NaN where all draws are equal (Stan's
    convention), where one is not finite, and with fewer than four draws a chain.

    Raises
    ------
    ValueError, TypeError
        No array of numbers of one to three dimensions, or an unknown kind.

    Notes
    -----
    Vehtari, Gelman, Simpson, Carpenter, Buerkner (2021), Bayesian Analysis 16, sections 3 and 4.
    Equal to ArviZ's ``ess(method=...)``, except that ArviZ gives the number of draws where all are
    equal.

    The tail size is discontinuous at repeated draws, as ArviZ's is. It counts the draws up to a
    quantile, which is interpolated between two draws; a rejected proposal repeats a draw, and where
    both are the same value, the last digit of the quantile decides whether all draws of that value
    count. Runs of one seed on two processors, or with ``"rust"`` and with ``"python"``, have equal
    draws but for rounding, and tail sizes that may differ by several per cent: 484 and 442 in one
    of 6,000 draws. Compare a tail size with a bound that has room, never with another tail size to
    the digit.

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(size=(4, 1000))
    >>> 3500 < compute_effective_sample_size(draws) < 4500
    True
    """
    return _measured(
        "effective_sample_size", ("bulk", "tail", "mean"), samples, kind, chains, backend
    )


def compute_r_hat(
    samples: npt.ArrayLike,
    kind: str = "rank",
    *,
    chains: int | None = 0,
    backend: str | None = None,
) -> Floats | float:
    """Whether chains agree: near 1 if they do, above 1.01 if they have not mixed.

    Parameters
    ----------
    samples, chains, backend
        As in :func:`compute_effective_sample_size`.
    kind
        ``"rank"`` (default: the larger of the rank-normalised split ratio and the folded one, which
        sees differences of scale), ``"split"`` (over half chains) or ``"basic"`` (Gelman and Rubin
        1992, as it was; at least two chains).

    Returns
    -------
    Shape ``(parameter,)``, or a float for one parameter. NaN where all draws are equal, where one
    is not finite, and with fewer than four draws a chain. Infinite where every chain is stuck at a
    point of its own.

    Notes
    -----
    Vehtari et al. (2021). Equal to ArviZ's ``rhat(method=...)``, except that one chain has a split
    ratio here, of its halves, and none there.

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(size=(4, 1000))
    >>> compute_r_hat(draws) < 1.01 < compute_r_hat(draws + np.arange(4)[:, None])
    True
    """
    return _measured("r_hat", ("rank", "split", "basic"), samples, kind, chains, backend)


def compute_autocorrelation_time(
    samples: npt.ArrayLike,
    kind: str = "geyer",
    *,
    chains: int | None = 0,
    backend: str | None = None,
) -> Floats | float:
    """The integrated autocorrelation time: how many draws make one independent one.

    Parameters
    ----------
    samples, chains, backend
        As in :func:`compute_effective_sample_size`.
    kind
        ``"geyer"`` (default: initial monotone sequence, as the effective sample size of the mean)
        or ``"sokal"`` (the sum up to the first lag beyond five times itself, averaged over chains;
        not for draws that alternate).

    Returns
    -------
    In draws; shape ``(parameter,)``, or a float for one parameter. NaN as for
    :func:`compute_effective_sample_size`.

    Notes
    -----
    ``1 + 2 sum rho_k``; 1 for independent draws, 19 for an autoregression with coefficient 0.9.
    Geyer (1992), Statistical Science 7; Sokal (1997), Monte Carlo Methods in Statistical Mechanics.

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(size=(4, 1000))
    >>> 0.8 < compute_autocorrelation_time(draws) < 1.2
    True
    """
    return _measured("autocorrelation_time", ("geyer", "sokal"), samples, kind, chains, backend)


def _measured(
    measure: str,
    kinds: tuple[str, ...],
    samples: Any,
    kind: Any,
    chains: Any,
    backend: str | None,
) -> Floats | float:
    """The measure of that name, of each parameter or of the only one."""
    name = checks.choice("kind", kind, kinds)
    given = checks.array("samples", samples, ndim=(1, 2, 3))
    one = given.ndim == 1 or (given.ndim == 2 and chains is not None)
    cube = _by_chain(given, chains)
    if len(cube) > cube.shape[1] > 0:
        warn(
            f"samples of shape {given.shape} are read as {len(cube)} chains of {cube.shape[1]} "
            "draws: chains=1 reads (draw, chain), chains=None one chain (draw, parameter)",
            SampleShapeWarning,
        )
    found: Floats = getattr(kernels("mcmc", backend), measure)(cube, name)
    return float(found[0]) if one else found


def _by_chain(given: Floats, chains: Any) -> Floats:
    """Draws as ``(chain, draw, parameter)``."""
    if chains is not None:
        chains = checks.whole_number("chains", chains, least=0, most=1)
    if given.ndim == 1:
        return given[None, :, None]
    if chains is None:
        if given.ndim == 3:
            raise ValueError(
                f"samples has shape {given.shape} and chains=None: expected the axis of the chains"
            )
        return given[None]
    cube = given[:, :, None] if given.ndim == 2 else given
    return np.ascontiguousarray(cube.swapaxes(0, 1)) if chains == 1 else cube
