"""`mcmc_optimize`: its arguments are checked here, once; a kernel set does the rest."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import backend as backends
from hft_py import checks, objectives
from hft_py.mcmc import _starts, _validation
from hft_py.mcmc._validation import DEFAULT_CHAINS, MAX_COUNT
from hft_py.mcmc.baseline.target import Target
from hft_py.mcmc.convergence import convergence_warnings, evidence_error, mean_evidence
from hft_py.mcmc.result import MCMCResult
from hft_py.named import NamedPoint
from hft_py.objectives.transformed import Box
from hft_py.progress import check_progress, reporting

__all__ = ["SAMPLERS", "mcmc_optimize"]

_log = logging.getLogger("hft_py")
SAMPLERS = ("adaptive_metropolis", "ensemble", "de_mc", "parallel_tempering")


def mcmc_optimize(
    objective: Any,
    bounds_lower: npt.ArrayLike,
    bounds_upper: npt.ArrayLike | None = None,
    initial_params: npt.ArrayLike | None = None,
    n_iterations: int = 10_000,
    burn_in: int = 1_000,
    thin: int = 1,
    n_chains: int = DEFAULT_CHAINS,
    sampler: str = "adaptive_metropolis",
    target_acceptance: float = 0.234,
    seed: int | np.random.Generator | None = None,
    *,
    adaptation: str = "ram",
    initial_scale: npt.ArrayLike | None = None,
    stretch: float = 2.0,
    n_temperatures: int = 8,
    integrality: npt.ArrayLike | None = None,
    log_scale: npt.ArrayLike | None = None,
    param_names: Any = None,
    vectorized: bool = False,
    data: Any = None,
    executor: Any = None,
    threads: int = 1,
    progress: Any = False,
    backend: str | None = None,
) -> MCMCResult:
    """Draw from the density ``exp(objective)``, and keep its highest point.

    Parameters
    ----------
    objective
        The log-density, up to a constant, of a point of shape ``(d,)``: any kind of objective of
        :mod:`hft_py.objectives` (a callable, a vectorised one, a compiled one, the name of a
        built-in log-likelihood). ``-inf`` where the density is zero. NaN counts as ``-inf``, is
        counted in ``n_invalid`` and warned of once; ``+inf`` is an error.
    bounds_lower, bounds_upper
        The box, shape ``(d,)``; the density is zero outside, and the objective is never called
        there. Or SciPy's pairs ``[(lower, upper), ...]``, or its ``Bounds``, alone. Bounds may be
        infinite, but not for ``"parallel_tempering"``. They are kept by rejecting proposals, which
        leaves the distribution exact up to the bound; reflection would not. Where the two are equal
        the parameter is held: the draws carry its value, its diagnostics are NaN, and
        ``log_evidence`` is an integral over the others.
    initial_params
        Where to start: one point ``(d,)`` (the first chain starts there, the others around it), or
        one a chain ``(n_chains, d)``. The log-density must be finite. The walkers of an ensemble
        must not lie on a line or plane, which they would never leave; those of the other samplers
        may. Default: points drawn uniformly from the box; a chain that finds no density in 64 of
        them starts near one that did.
    n_iterations
        Iterations of each chain, warm-up included. Each costs one evaluation a chain
        (``n_temperatures`` of them for ``"parallel_tempering"``).
    burn_in
        Iterations of warm-up, less than ``n_iterations``: they adapt the sampler and are not kept.
        With 0 nothing is adapted.
    thin
        Keep every such draw. Default 1: thinning loses information, and saves memory only.
    n_chains
        Chains. Default: 4, as R-hat wants several. Of the ensemble the walkers, an even number, at
        least ``2 d``; there the default stands for ``2 (d + 1)`` where 4 are too few.
    sampler
        ``"adaptive_metropolis"`` (default): cheapest an iteration, good up to some tens of
        dimensions. ``"ensemble"``: the affine-invariant stretch move; nothing to tune, for strongly
        correlated parameters, weak above about twenty. ``"de_mc"``: differential evolution with
        archive and snooker moves; correlated or a few modes. ``"parallel_tempering"``: separated
        modes, and the evidence.
    target_acceptance
        What adaptation aims at, ``0 < a < 1``. Default 0.234, optimal for random walks in many
        dimensions (Roberts, Gelman, Gilks 1997); 0.44 in one. For ``"adaptive_metropolis"`` and
        ``"parallel_tempering"``.
    seed
        ``0 <= seed < 2**64``, or a ``numpy.random.Generator``, which is advanced by one draw. The
        same seed gives the same draws, whatever the number of threads and, up to rounding, the
        backend. Default: drawn from the system, and kept in the result.
    adaptation
        Of ``"adaptive_metropolis"``: ``"ram"`` (default; Vihola 2012) or ``"haario"`` (2001). Both
        in the warm-up only.
    initial_scale
        Standard deviation of first steps and of starting points, one number or ``(d,)``; in
        logarithms where ``log_scale``. Default: a tenth of the width of the box.
    stretch
        The ensemble's ``a > 1``. Default 2, as Goodman and Weare have it.
    n_temperatures
        Levels of parallel tempering, at least 2. Default 8; more where ``swap_rejection`` is high.
    integrality, log_scale
        Shape ``(d,)`` of truth values: whole numbers (the objective then receives whole floats),
        and steps in the logarithm (``bounds_lower > 0``). Neither changes what is sampled: the
        density is always over the parameters themselves. Default: none.
    param_names
        Names for tables and pictures. Default: those of a built-in log-likelihood, else ``x0``,
        ``x1``, ...
    vectorized
        The callable takes a batch ``(m, d)`` and returns ``(m,)``; one call an iteration for all
        chains (two for the ensemble's halves), ``m`` at most the points of that iteration: those
        outside the box are left out. Default: one point a call.
    data
        Handed to the objective: built-in, compiled (``user_data``), or a callable ``f(x, data)``.
    executor
        A ``concurrent.futures.Executor`` that evaluates the points of an iteration.
    threads
        1 (default), or more for compiled and built-in objectives; 0 for all cores. Never changes
        the draws.
    progress
        False (default), True for a bar, or a callable: :mod:`hft_py.progress`. One that returns
        False ends the run, and what there is is returned.
    backend
        ``"auto"``, ``"rust"`` or ``"python"``: :mod:`hft_py.backend`.

    Returns
    -------
    MCMCResult

    Warns
    -----
    PoorMixingWarning
        R-hat above 1.01, fewer than 400 effective draws, a parameter that never moved, or levels of
        parallel tempering that do not exchange states: the draws are not yet a sample. Also in
        ``result.warnings``.
    InvalidValuesWarning
        The objective was NaN somewhere.

    Raises
    ------
    ValueError, TypeError
        An argument makes no sense; the message names it.
    ObjectiveError
        A compiled objective returned a fatal code, or a value is ``+inf``. An exception
        raised by a Python objective is not wrapped.

    Notes
    -----
    Haario, Saksman, Tamminen, Bernoulli 7 (2001); Vihola, Statistics and Computing 22 (2012);
    Goodman, Weare, CAMCoS 5 (2010); ter Braak, Statistics and Computing 16 (2006); ter Braak,
    Vrugt, ibid. 18 (2008); Syed, Bouchard-Cote, Deligiannidis, Doucet, JRSS B 84 (2021); Xie,
    Lewis, Fan, Kuo, Chen, Systematic Biology 60 (2011).

    Examples
    --------
    >>> import numpy as np
    >>> def log_density(x):
    ...     return -0.5 * float(x @ x)
    >>> run = mcmc_optimize(log_density, [-5, -5], [5, 5], [1, 1], seed=1)
    >>> run.samples.shape
    (4, 9000, 2)
    >>> bool((np.abs(run.samples.mean(axis=(0, 1))) < 4 * run.mcse).all())
    True
    """
    box = Box(*checks.bounds(bounds_lower, bounds_upper, infinite=True))
    dimension = box.lower.size
    sampler = checks.choice("sampler", sampler, SAMPLERS)
    n_iterations = checks.whole_number("n_iterations", n_iterations, least=1, most=MAX_COUNT)
    burn_in = checks.whole_number("burn_in", burn_in, least=0)
    if burn_in >= n_iterations:
        raise ValueError(f"burn_in={burn_in}, expected less than n_iterations={n_iterations}")
    thin = checks.whole_number("thin", thin, least=1, most=MAX_COUNT)
    if thin > n_iterations - burn_in:
        raise ValueError(
            f"thin={thin}, expected at most the {n_iterations - burn_in} iterations after burn_in"
        )
    chains = _validation.chain_count(n_chains, sampler, int(box.free.sum()))
    acceptance = checks.real_number("target_acceptance", target_acceptance, above=0.0, below=1.0)
    seed = checks.seed_number(seed)
    check_progress(progress)
    adaptation = checks.choice("adaptation", adaptation, ("ram", "haario"))
    stretch = checks.real_number("stretch", stretch, above=1.0)
    levels = checks.whole_number("n_temperatures", n_temperatures, least=2, most=10_000)
    integral = checks.flags("integrality", integrality, dimension)
    logs = checks.flags("log_scale", log_scale, dimension)
    _validation.check_coordinates(box.lower, box.upper, integral, logs)
    if sampler == "parallel_tempering" and not np.isfinite([box.lower, box.upper]).all():
        raise ValueError(
            'infinite bounds, expected finite ones for sampler="parallel_tempering": its first '
            "level is uniform in the box"
        )
    names = _validation.parameter_names(param_names, objective, dimension)
    n_threads = checks.thread_count(threads)
    kernels = backends.kernels("mcmc", backend)
    members = chains * levels if sampler == "parallel_tempering" else chains
    initial = _starts.initial_points(initial_params, box, integral, chains, members)

    resolved = objectives.resolve(
        objective, dimension, vectorized=vectorized, executor=executor, data=data
    )
    # From here on there are the free parameters only, until the result.
    resolved = box.objective(resolved, n_threads)
    lower, upper = box.reduced(box.lower), box.reduced(box.upper)
    free_names = tuple(np.array(names)[box.free].tolist())
    codes = box.reduced((logs.astype(np.int8) + 2 * integral.astype(np.int8)).astype(np.int8))
    target = Target(resolved, lower, upper, codes)
    centre = initial[0] if initial is not None and initial.ndim == 2 else initial
    scale = _starts.initial_spread(target, centre, initial_scale, box)
    start, start_values = _starts.starting_points(target, initial, scale, members, seed, box)

    arguments: list[Any] = [resolved, start, start_values, lower, upper, codes]
    options: dict[str, Any] = {}
    several = initial is not None and initial.ndim == 2
    if sampler == "ensemble":
        _starts.require_span(start, several, "the walkers", free_names)
        options["stretch"] = stretch
    else:
        arguments.append(scale)
    if sampler == "de_mc":
        archive = _starts.initial_archive(target, start, centre, scale, seed)
        _starts.require_span(archive, False, "the first past states", free_names)
        arguments.append(archive)
    if sampler in ("adaptive_metropolis", "parallel_tempering"):
        options["target_acceptance"] = acceptance
    if sampler == "adaptive_metropolis":
        options["adaptation"] = adaptation
    if sampler == "parallel_tempering":
        options["levels"] = levels
    with reporting(progress, n_iterations, sampler) as reporter:
        run = getattr(kernels, sampler)(
            *arguments,
            n_iterations=n_iterations,
            burn_in=burn_in,
            thin=thin,
            seed=seed,
            threads=n_threads,
            progress=reporter,
            **options,
        )
    diagnostics: dict[str, Any] = kernels.diagnose(run["samples"], threads=n_threads)
    evidence = run.get("log_evidence")
    # The starting points were evaluated before the kernel ran.
    run["n_evaluations"] += target.n_evaluations
    run["n_invalid"] += target.n_invalid
    messages = convergence_warnings(diagnostics, run, free_names)
    _log.info("%s: %d chains of %d iterations (%s)", sampler, chains, n_iterations, kernels.words)
    diagnostics = {name: box.spread(found, np.nan) for name, found in diagnostics.items()}
    run["samples"] = box.full(run["samples"])
    fields = ("samples", "log_probs", "acceptance", "n_evaluations", "n_invalid")
    ladder = ("inverse_temperatures", "swap_rejection", "round_trips")
    return MCMCResult(
        **{name: run[name] for name in (*fields, "n_iterations")},
        **{name: run.get(name) for name in ladder},
        **diagnostics,
        best_params=NamedPoint(box.full(run["best_params"]), names),
        best_log_prob=float(run["best_log_prob"]),
        log_evidence=float("nan") if evidence is None else mean_evidence(evidence),
        log_evidence_error=float("nan") if evidence is None else evidence_error(evidence),
        stop_reason="stopped_by_callback" if run["stopped"] else "completed",
        warnings=messages,
        sampler=sampler,
        seed=seed,
        backend=kernels.name,
        param_names=names,
    )
