"""Fitting: expectation maximisation from one start or many, and the best of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import backend as backends
from hft_py import checks
from hft_py.errors import warn
from hft_py.hmm.bins import edges_of, symbols
from hft_py.hmm.bins import moments as binned_moments
from hft_py.hmm.observations import Observations, observations, refuse_small
from hft_py.hmm.params import COVARIANCES, EMISSIONS, HMMParams
from hft_py.hmm.starts import alike, guesses, present, reference_variances
from hft_py.progress import STOPPED, Progress, reporting

Floats = npt.NDArray[np.float64]

# Kernels keep tables of the size of the square of this.
MOST_STATES = 64
# Observations in one dimension take a table of this many probabilities a state.
MOST_BINS = 10_000
# Log-likelihoods that differ by less than this part of themselves are equal.
EQUAL = 1e-10
ORDERS = ("mean", "volatility", "none")


class DegenerateDataWarning(UserWarning):
    """The data cannot tell as many states apart as were asked for."""


def fit_hmm(
    returns: Any,
    n_states: int = 3,
    n_bins: int = 10,
    n_iterations: int = 100,
    *,
    emission: str = "gaussian",
    covariance: str = "diag",
    tolerance: float = 1e-3,
    n_init: int = 1,
    seed: int | None = 0,
    lengths: Sequence[int] | None = None,
    missing: str = "raise",
    order: str = "mean",
    variance_floor: float = 1e-6,
    emission_prior: float = 0.0,
    transition_prior: float = 0.0,
    initial: HMMParams | None = None,
    bin_edges: Any = None,
    threads: int = 1,
    progress: bool | Callable[[Progress], Any] = False,
    backend: str | None = None,
) -> HMMParams:
    """Fit a hidden Markov model by expectation maximisation, and return the best of its starts.

    ``O(T K^2)`` a step. Parameters and results have the scale of the data: fitting ``c * returns``
    gives the same path and states, whatever ``c``.

    Parameters
    ----------
    returns
        ``(T,)``, or ``(T, D)`` for several series at once; any unit, fractions usually. Contiguous
        float64 is read where it lies, anything else is converted once.
    n_states
        K, from 1 to 64. Three by default: bear, sideways, bull.
    n_bins
        Bins of ``emission="binned"``, at quantiles of the data (equal ones merge).
    n_iterations
        The most steps of each start. 0 returns the start itself.
    emission
        ``"gaussian"``; ``"student_t"``, one column, for fat tails within a regime, with the
        degrees of freedom of each state estimated between 2.1 and 200; ``"binned"``, one column,
        a histogram for each state.
    covariance
        Of several columns: ``"diag"``, independent given the state, or ``"full"``.
    tolerance
        A start has converged when a step gains less than this in log-likelihood, in nats over all
        the data. Default 1e-3: a thousandth of a nat decides nothing. 0: every step is done.
    n_init
        Starts. The first is deterministic, the others are drawn; the likeliest result wins, the
        earliest of equals.
    seed
        For the drawn starts: same seed, same result, whatever the threads. None draws one.
    lengths
        Rows of each sequence, where ``returns`` holds several one after the other; each begins
        afresh with the start probabilities.
    missing
        ``"raise"``: NaN is an error. ``"ignore"``: a row with NaN has likelihood one under every
        state, so that only the chain moves. Infinities are an error always.
    order
        States in rising order of ``"mean"`` (default) or ``"volatility"`` of the first column, or
        as they come (``"none"``).
    variance_floor
        The least variance of a state, in units of the variance of all data: a state that has seen
        one value would take all likelihood else. Default 1e-6, a thousandth of the volatility.
    emission_prior
        Pseudo-observations of each state with the variance of all data (symbols: spread evenly).
        Default 0, pure maximum likelihood.
    transition_prior
        Pseudo-transitions in each cell of the transition matrix. Default 0: zeros of ``initial``
        stay zeros then; the starts made here have none.
    initial
        A model to start from, in place of the first start. Its emission must be the one asked for.
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
    DegenerateDataWarning
        No variation, fewer observations than states, or two states that came out alike. The model
        is finite all the same.

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
    n_states = checks.whole_number("n_states", n_states, least=1, most=MOST_STATES)
    n_bins = checks.whole_number("n_bins", n_bins, least=1, most=MOST_BINS)
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
    data = observations(returns, lengths, missing)
    if data.columns and emission != "gaussian" and data.x.shape[1] > 1:
        raise ValueError(f'emission="{emission}" takes one column, returns has {data.x.shape[1]}')

    if bin_edges is not None and emission != "binned":
        raise ValueError(f'bin_edges is for emission="binned", not "{emission}"')
    if initial is not None and not isinstance(initial, HMMParams):
        raise TypeError(f"initial={checks.short(initial)}, expected HMMParams")

    kernels = backends.kernels("hmm", backend)
    edges = None
    seen = data
    if emission == "binned":
        edges = edges_of(data.x[:, 0], n_bins, bin_edges, initial)
        seen = dataclasses.replace(data, x=symbols(data.x, edges))
    kind = _kind(emission, covariance, data)
    bins = 0 if edges is None else len(edges) + 1
    first = None if initial is None else _initial(initial, kind, n_states, emission, data, bins)
    known = present(seen.x)
    if emission != "binned":
        refuse_small(known)
    _warn(known, n_states)
    starts = guesses(kind, seen, n_states, n_init, number, bins, kernels, first)

    with reporting(progress, n_init * n_iterations, "fit_hmm") as reporter:
        found = kernels.fit(
            kind,
            *starts,
            seen.x,
            seen.lengths,
            n_iterations,
            tolerance,
            reference_variances(known),
            variance_floor,
            emission_prior,
            transition_prior,
            threads,
            reporter,
        )
        stopped = reporter is not None and reporter.stopped
    last = np.array([result[3][-1, 1] for result in found])
    start, transition, theta, history, converged = found[_first_best(last)]
    reason = "converged" if converged else STOPPED if stopped else "max_iterations"
    params = HMMParams(
        start_probabilities=start,
        transition_matrix=transition,
        emission=emission,
        covariance=covariance,
        **_moments(kind, theta, data, edges),
        log_likelihood=float(history[-1, 0]),
        log_likelihoods=np.ascontiguousarray(history[:, 0]),
        objectives=np.ascontiguousarray(history[:, 1]),
        converged=bool(converged),
        n_iterations=len(history) - 1,
        stop_reason=reason,
        n_observations=len(known),
        restarts=last,
        seed=number,
    )
    if len(known) >= n_states and not _constant(known):
        _warn_of_twins(theta)
    return params if order == "none" else params.permuted(_order(params, order))


def _first_best(objectives: Floats) -> int:
    """The earliest of the likeliest: a rounding error makes none better."""
    best = float(np.nanmax(objectives))
    return int(np.flatnonzero(objectives >= best - EQUAL * abs(best))[0])


def _kind(emission: str, covariance: str, data: Observations) -> str:
    if emission == "binned":
        return "categorical"
    if emission == "gaussian" and covariance == "full" and data.columns:
        return "gaussian_full"
    return emission


def _initial(
    initial: Any, kind: str, n_states: int, emission: str, data: Observations, bins: int
) -> tuple[Floats, Floats, Floats]:
    """A given model as a start, once it fits the data and what is asked for."""
    if initial.n_states != n_states:
        raise ValueError(f"initial has {initial.n_states} states, n_states={n_states}")
    own, start, transition, theta = initial.model
    bad_bins = kind == "categorical" and theta.shape[1] != bins
    if own != kind or initial.n_columns != data.x.shape[1] or bad_bins:
        raise ValueError(
            f'initial has the emission "{initial.emission}" with {theta.shape[1]} numbers a state, '
            f'which does not fit emission="{emission}" and {data.x.shape[1]} columns'
        )
    return start, transition, theta


def _moments(kind: str, theta: Floats, data: Observations, edges: Floats | None) -> dict[str, Any]:
    d = data.x.shape[1]
    if kind == "categorical":
        assert edges is not None
        means, variances = binned_moments(theta, data.x[:, 0], edges)
        table = {"bin_edges": edges, "bin_probabilities": theta}
        return {"means": means, "variances": variances, **table}
    if kind == "student_t":
        location, scale, dof = np.ascontiguousarray(theta.T)
        return {"means": location, "variances": scale * dof / (dof - 2.0), "dof": dof}
    means, rest = theta[:, :d], theta[:, d:]
    if kind == "gaussian_full":
        return {"means": means.copy(), "variances": rest.reshape(-1, d, d).copy()}
    if data.columns:
        return {"means": means.copy(), "variances": rest.copy()}
    return {"means": means[:, 0].copy(), "variances": rest[:, 0].copy()}


def _order(params: HMMParams, order: str) -> npt.NDArray[np.intp]:
    chosen = params.means if order == "mean" else params.volatilities
    assert chosen is not None
    return np.argsort(chosen.reshape(params.n_states, -1)[:, 0], kind="stable")


def _warn(known: Floats, n_states: int) -> None:
    if len(known) < n_states:
        told = f"{len(known)} observations for {n_states} states: some states are a guess alone"
    elif n_states > 1 and _constant(known):
        told = f"returns do not vary: {n_states} states cannot be told apart"
    else:
        return
    warn(told, DegenerateDataWarning)


def _constant(known: Floats) -> bool:
    return bool((known.max(axis=0) == known.min(axis=0)).all())


def _warn_of_twins(theta: Floats) -> None:
    """Two states with the same emission: it started so, or the data know no more."""
    twins = alike(theta)
    if twins:
        told = f"states {twins[0]} and {twins[1]} came out alike: ask for fewer, or raise n_init"
        warn(told, DegenerateDataWarning)
