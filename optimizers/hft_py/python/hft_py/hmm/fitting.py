"""Fitting by expectation maximisation, from one start or several, of which the best is kept."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hft_py import backend as backends
from hft_py import checks
from hft_py.hmm._bins import bin_numbers, binned_moments
from hft_py.hmm._degenerate import warn_if_degenerate
from hft_py.hmm._initial import (
    bins_unused,
    chosen_edges,
    held_in_all,
    initial_start,
    moved,
    restored,
    validate_fixed,
)
from hft_py.hmm._inputs import warn_of_bins
from hft_py.hmm._parameters import COVARIANCES, EMISSIONS, HELD, HMMParams
from hft_py.hmm._starts import column_units, initial_guesses, known_rows
from hft_py.hmm._types import Floats, Ints, Lengths
from hft_py.hmm._validation import refuse_small, validate_observations
from hft_py.progress import STOPPED, Progress, check_progress, reporting

_log = logging.getLogger("hft_py")
# Kernels hold tables of this size squared.
MAX_STATES = 64
# A binned emission holds a table of this many probabilities for each state.
MAX_BINS = 10_000
# Log-likelihoods whose relative difference is smaller are equal.
EQUAL_RTOL = 1e-10
ORDERS = ("mean", "volatility", "none")


def fit_hmm(
    returns: Any,
    n_states: int = 3,
    n_bins: int | None = None,
    n_iterations: int = 100,
    *,
    emission: str = "gaussian",
    covariance: str = "diag",
    tolerance: float = 1e-3,
    n_init: int = 1,
    seed: int | np.random.Generator | None = 0,
    lengths: Lengths = None,
    missing: str = "raise",
    order: str = "mean",
    variance_floor: float = 1e-6,
    emission_prior: float = 0.0,
    transition_prior: float = 0.0,
    initial: HMMParams | None = None,
    fixed: str | Sequence[str] = (),
    bin_edges: Any = None,
    threads: int = 1,
    progress: bool | Callable[[Progress], Any] = False,
    backend: str | None = None,
) -> HMMParams:
    """Fit a hidden Markov model by expectation maximisation, and return the best of its starts.

    ``O(T K^2)`` a step. Parameters and results have the scale of the data: fitting ``c * returns``
    gives the same path and states, whatever ``c``; so does ``returns + c`` as far as that sum keeps
    the digits of the returns, since columns far from 0 are centred first.

    Parameters
    ----------
    returns
        ``(T,)``, or ``(T, D)`` for several series at once; any unit, fractions usually. Contiguous
        float64 is read where it lies, anything else is converted once.
    n_states
        K, from 1 to 64. Three by default: bear, sideways, bull.
    n_bins
        Bins of ``emission="binned"``, at quantiles of the data, with edges between two values only:
        one bin for each distinct value where there are no more, else equal quantiles merge.
        Default 10.
    n_iterations
        The largest number of steps of each start. 0 returns the start itself.
    emission
        ``"gaussian"``; ``"student_t"``, one column, for fat tails within a regime, with the
        degrees of freedom of each state estimated between 2.1 and 200; ``"binned"``, one column,
        a histogram for each state.
    covariance
        Of several columns: ``"diag"``, independent given the state, or ``"full"``.
    tolerance
        A start has converged when, five steps in a row, the last gain in log-likelihood was less
        than this and Aitken's estimate of all that is still to gain less than twice this, in nats
        over all the data. Default 1e-3: too little to prefer one model to another. 0: every step
        is done.
    n_init
        Starts. The first is deterministic, the others are drawn; the likeliest result is kept, the
        earliest of equally likely ones.
    seed
        For the drawn starts: same seed, same result, whatever the threads. None draws a seed, and a
        ``numpy.random.Generator`` is advanced by one draw.
    lengths
        Rows of each sequence, where ``returns`` holds several one after the other; each begins
        with the start probabilities.
    missing
        ``"raise"``: NaN is an error. ``"ignore"``: a row with NaN in some columns has the marginal
        likelihood of the others; one with NaN in all has likelihood one under every state, so that
        only the chain moves. Infinities are an error always.
    order
        States in rising order of ``"mean"`` (default) or ``"volatility"`` of the first column, or
        as they come (``"none"``).
    variance_floor
        The least variance of a state, in units of the variance of all data; without it the
        likelihood of a state with one observation has no bound. Default 1e-6, a thousandth of the
        volatility. Where a few outliers make up the variance, so that it is more than a hundred
        times the squared interquartile range over 1.349, the latter is the unit.
    emission_prior
        Pseudo-observations of each state with the same variance (symbols: spread evenly).
        Default 0, pure maximum likelihood.
    transition_prior
        Pseudo-transitions in each cell of the transition matrix. Default 0: zeros of ``initial``
        stay zeros; the starts made here have none.
    initial
        A model to start from, in place of the first start. Its emission must be the one asked for.
    fixed
        What stays as in ``initial``: one or more of ``"starts"``, ``"transitions"`` and
        ``"emissions"``. Default: nothing. The states are put in order all the same;
        ``order="none"`` keeps the numbers that they have in ``initial``.
    bin_edges
        Edges between bins, rising, in place of quantiles.
    threads
        Threads over starts, or over sequences where there is one start; 0 for all cores. Results
        do not depend on it, unless ``progress`` stops the run. Python kernels have one.
    progress
        See :mod:`hft_py.progress`; steps of all starts are counted.
    backend
        See :mod:`hft_py.backend`.

    Returns
    -------
    HMMParams

    Raises
    ------
    ValueError, TypeError
        An argument is not as above; the message names it.

    Warns
    -----
    IgnoredArgumentWarning
        ``n_bins`` is given and the emission is not ``"binned"``, or ``bin_edges`` are given too.
    DegenerateDataWarning
        No variation, fewer observations than states, or two states that came out alike. The model
        is finite all the same.
    VarianceFloorWarning
        A state has the least variance: it holds one outlier, or equal returns. Its mean is an
        estimate, its variance is not. A kind of ``DegenerateDataWarning``.

    References
    ----------
    Baum, Petrie, Soules and Weiss, Ann. Math. Statist. 41 (1970); Rabiner, Proc. IEEE 77 (1989);
    Liu and Rubin, Statistica Sinica 5 (1995).

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> calm, wild = rng.normal(0.001, 0.005, 500), rng.normal(-0.002, 0.02, 500)
    >>> params = fit_hmm(np.concatenate([calm, wild]), n_states=2)
    >>> params.converged, params.volatilities.round(3)
    (True, array([0.019, 0.005]))
    """
    n_states = checks.whole_number("n_states", n_states, least=1, most=MAX_STATES)
    bins = 10 if n_bins is None else checks.whole_number("n_bins", n_bins, least=1, most=MAX_BINS)
    n_iterations = checks.whole_number("n_iterations", n_iterations, least=0)
    checks.choice("emission", emission, EMISSIONS)
    checks.choice("covariance", covariance, COVARIANCES)
    checks.choice("order", order, ORDERS)
    tolerance = checks.real_number("tolerance", tolerance, least=0)
    n_init = checks.whole_number("n_init", n_init, least=1)
    number = checks.seed_number(seed)
    variance_floor = checks.real_number("variance_floor", variance_floor, least=1e-12, most=1)
    emission_prior = checks.real_number("emission_prior", emission_prior, least=0, most=1e12)
    transition_prior = checks.real_number("transition_prior", transition_prior, least=0, most=1e12)
    threads = checks.thread_count(threads)
    check_progress(progress)
    data = validate_observations(returns, lengths, missing)
    columns = data.x.shape[1]
    if columns > 1 and emission != "gaussian":
        raise ValueError(f'emission="{emission}" takes one column, returns has {columns}')
    if bin_edges is not None and emission != "binned":
        raise ValueError(f'bin_edges is for emission="binned", not "{emission}"')
    held = validate_fixed(fixed, initial)
    if n_bins is not None and (unused := bins_unused(bins, emission, bin_edges, initial)):
        warn_of_bins(bins, unused)

    kernels = backends.kernels("hmm", backend)
    kind, n_symbols = emission, 0
    seen, fields = data, {}
    if emission == "binned":
        edges = chosen_edges(data.x[:, 0], bins, bin_edges, initial, held)
        kind, n_symbols = "categorical", len(edges) + 1
        seen = dataclasses.replace(data, x=bin_numbers(data.x, edges))
    elif covariance == "full" and data.two_dimensional:
        kind = "gaussian_full"
    first = initial_start(initial, kind, n_states, emission, columns, n_symbols)
    known = known_rows(seen.x)
    if emission != "binned":
        refuse_small(known)
    offsets, reference = column_units(known)
    if offsets.any():
        seen, known = dataclasses.replace(seen, x=seen.x - offsets), known - offsets
        first = first and (*first[:2], moved(first[2], -offsets))
    priors = (reference, variance_floor, emission_prior, transition_prior)
    starts = initial_guesses(kind, seen, n_states, n_init, number, n_symbols, kernels, first)
    starts = held_in_all(starts, first, held)
    holds = tuple(part in held for part in HELD)

    with reporting(progress, n_init * n_iterations, "fit_hmm") as reporter:
        results = kernels.fit(
            *(kind, *starts, seen.x, seen.lengths, n_iterations, tolerance, *priors),
            threads,
            reporter,
            holds,
        )
        stopped = reporter is not None and reporter.stopped
    last = np.array([history[-1, 1] for _, _, _, history, _ in results])
    start, transition, theta, history, converged = results[_first_best(last)]
    if emission == "binned":
        by_quantiles = bin_edges is None and (initial is None or initial.bin_edges is None)
        asked = bins if by_quantiles else len(edges) + 1
        moments = binned_moments(theta, data.x[:, 0], edges)
        fields = {"bin_edges": edges, "n_bins": asked, **moments}
    params = HMMParams.from_kernel(
        kind,
        start,
        transition,
        moved(theta, offsets),
        (n_states, columns) if data.two_dimensional and emission == "gaussian" else (n_states,),
        emission=emission,
        covariance=covariance,
        log_likelihood=float(history[-1, 0]),
        log_likelihoods=history[:, 0],
        objectives=history[:, 1],
        converged=bool(converged),
        n_iterations=len(history) - 1,
        stop_reason="converged" if converged else STOPPED if stopped else "max_iterations",
        n_observations=len(known),
        restarts=last,
        seed=number,
        backend=kernels.name,
        **fields,
    )
    _log.info("HMM fitted with %d states (%s)", n_states, kernels.words)
    params = restored(params, initial, held)
    index = _order(params, order)
    if "emissions" not in held:
        warn_if_degenerate(known, kind, theta[index], variance_floor * reference)
    return params if order == "none" else params.permuted(index)


def _first_best(objectives: Floats) -> int:
    """The earliest of the best, where a difference of rounding errors is none."""
    best = float(np.nanmax(objectives))
    return int(np.flatnonzero(objectives >= best - EQUAL_RTOL * abs(best))[0])


def _order(params: HMMParams, order: str) -> Ints:
    if order == "none":
        return np.arange(params.n_states)
    chosen = params.means if order == "mean" else params.volatilities
    assert chosen is not None
    return np.argsort(chosen.reshape(params.n_states, -1)[:, 0], kind="stable")
