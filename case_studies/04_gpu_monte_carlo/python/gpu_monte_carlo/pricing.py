"""``price`` and ``simulate_paths``."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterable
from concurrent.futures import Executor
from typing import Any

import numpy as np
from scipy.special import ndtri, stdtrit

from gpu_monte_carlo import backends, payoff, philox, sobol
from gpu_monte_carlo._groups import Group, groups_of, known, simulate_pseudo, simulate_sobol
from gpu_monte_carlo._request import DEVICES, MAX_PATHS, PRECISIONS, Request, on_device, options_of
from gpu_monte_carlo._simulation import GREEKS
from gpu_monte_carlo._validation import executor_like, integer, one_of
from gpu_monte_carlo.option import AsianOption, expected_option
from gpu_monte_carlo.result import PriceEstimate

LEVEL = 0.975  # of the upper end of a two-sided 95 % interval


def price(
    option_or_batch: AsianOption | Iterable[AsianOption],
    *,
    paths: int | None = None,
    seed: int = 0,
    backend: str = "auto",
    variance_reduction: Iterable[str] = ("antithetic", "control"),
    sampling: str = "pseudo",
    precision: str = "float64",
    target_error: float | None = None,
    greeks: bool = False,
    device_output: bool = False,
    threads: int = 0,
    executor: Executor | None = None,
    parts: int = 16,
) -> PriceEstimate:
    """Price one Asian option, or a batch that shares its paths, by Monte Carlo.

    Parameters
    ----------
    option_or_batch
        An ``AsianOption`` or several; those with the same dates share their random numbers,
        so that their differences are more accurate than they are. Where the prices already
        known decide on exercise, the price is certain: no path, no error.
    paths
        Simulated in whole blocks of 16,384 samples (a sample is a path, or two with
        ``"antithetic"``), so rounded up; the estimate says how many. Default 2**20. With
        ``target_error`` it is the maximum, by default 2**48.
    seed
        0 to 2**64 - 1. The same seed and backend give the same result, to the bit, for any
        threads, executor or chunks. ``rust`` and ``cuda`` use the same random numbers,
        ``numpy`` and ``cupy`` their libraries' own.
    backend
        ``"numpy"``, ``"rust"``, ``"cupy"`` (the NumPy code on the device), ``"cuda"`` (the
        fused kernel), or ``"auto"``: the fastest that is available. The estimate names it.
    variance_reduction
        ``None`` or any of ``"antithetic"`` (each path and its mirror image) and ``"control"`` (the
        geometric average, whose price is known).
    sampling
        ``"pseudo"``, or ``"sobol"``: scrambled points, Brownian bridge, the error from 16
        independent scramblings; on NumPy, without antithetic partners.
    precision
        ``"float64"`` or ``"float32"``: of the paths; sums over paths are double either way.
    target_error
        Simulate until the standard error (the largest of a batch) is no more than this, in
        currency. A ``RuntimeWarning`` is issued where ``paths`` did not suffice.
    greeks
        Also delta, vega, gamma, theta and rho, with their standard errors.
    device_output
        Leave price and error on the device, as CuPy arrays; ``"cupy"`` and ``"cuda"`` only.
    threads
        Of the compiled kernel; 0 means every usable core.
    executor
        Any ``concurrent.futures.Executor``: the run is split into ``parts`` ranges of blocks.
    parts
        Ranges to split into.

    Returns
    -------
    PriceEstimate
        Floats for one option, arrays ``[m]`` for a batch of ``m``.

    Raises
    ------
    ValueError, TypeError
        Naming the argument, its value and what was expected.
    BackendUnavailableError
        The backend named is not available; the message holds the line that installs it.
    DeviceMemoryError
        Where not even a single block fits on the device.

    Examples
    --------
    >>> option = AsianOption(100, 100, 0.05, 0.0, 0.2, 1.0, 12)
    >>> found = price(option, paths=50_000, seed=1, backend="numpy")
    >>> found.standard_error < 0.01
    True
    >>> low, high = found.confidence_interval
    >>> low < found.price < high
    True
    >>> price(option, paths=0)
    Traceback (most recent call last):
        ...
    ValueError: paths=0, expected 1 to 281474976710656
    """
    request = Request(
        paths=paths,
        seed=seed,
        backend=backend,
        variance_reduction=variance_reduction,
        sampling=sampling,
        precision=precision,
        target_error=target_error,
        greeks=greeks,
        device_output=device_output,
        threads=threads,
        parts=parts,
    )
    executor = executor_like(executor)
    options, single = options_of(option_or_batch, request.sampling)
    start = time.perf_counter()
    certain = known(options)
    others = sorted(set(range(len(options))) - set(certain.indices))
    groups = [Group(some, [options[i] for i in some]) for some in groups_of(options, others)]
    simulate = simulate_sobol if request.sampling == "sobol" else simulate_pseudo
    with np.errstate(over="ignore", invalid="ignore"):  # checked once, in the estimates
        for group in groups:
            simulate(group, request, executor)
    if request.device_output:  # a launch returns at once: wait for the work
        importlib.import_module("cupy").cuda.get_current_stream().synchronize()
    groups += [certain] * bool(certain.indices)
    return _estimate(request, options, single, groups, time.perf_counter() - start)


def _estimate(
    request: Request, options: list[AsianOption], single: bool, groups: list[Group], seconds: float
) -> PriceEstimate:
    xp: Any = importlib.import_module("cupy") if request.device_output else np

    def in_batch_order(name: str) -> Any:
        values = xp.concatenate([xp.asarray(group.found[name]) for group in groups])
        order = np.argsort(np.concatenate([group.indices for group in groups]))
        return values[xp.asarray(order)]

    def as_output(values: Any) -> Any:
        if not single:
            return values
        return values[0] if request.device_output else float(values[0])

    value, error = in_batch_order("price"), in_batch_order("standard_error")
    sobol_like = request.sampling == "sobol"
    width = float(stdtrit(sobol.REPLICATIONS - 1, LEVEL) if sobol_like else ndtri(LEVEL))
    interval = xp.stack([value - width * error, value + width * error], axis=-1)
    sensitivities, errors = {}, {}
    if request.greeks:
        # Without volatility the kink of the payoff is one of the price, if it is simulated.
        still = {i for group in groups if group.paths for i in group.indices}
        lost = np.array([i in still and o.volatility == 0.0 for i, o in enumerate(options)])
        for name in GREEKS:
            one, its_error = in_batch_order(name), in_batch_order(f"{name}_standard_error")
            if name == "gamma":
                unknown = xp.asarray(lost)
                one, its_error = (xp.where(unknown, xp.nan, v) for v in (one, its_error))
            sensitivities[name], errors[name] = as_output(one), as_output(its_error)
    simulated = any(group.paths for group in groups)
    used = [name for name in ("antithetic", "control") if simulated and getattr(request, name)]
    if "control" in used and not any(group.controlled(request) for group in groups if group.paths):
        used.remove("control")
    pair = interval[0] if single else interval
    return PriceEstimate(
        price=as_output(value),
        standard_error=as_output(error),
        confidence_interval=(float(pair[0]), float(pair[1]))
        if single and not request.device_output
        else pair,
        greeks=sensitivities,
        greeks_standard_error=errors,
        paths=max(group.paths for group in groups),
        path_steps=sum(group.paths * group.steps for group in groups),
        seconds=seconds,
        backend=request.backend,
        variance_reduction=tuple(used),
        sampling=request.sampling,
        precision=request.precision,
        seed=request.seed,
        target_error=request.target_error,
    )


def simulate_paths(
    option: AsianOption,
    *,
    paths: int,
    seed: int = 0,
    backend: str = "auto",
    precision: str = "float64",
    device_output: bool = False,
) -> Any:
    """The paths themselves, the same that ``price`` averages on ``rust`` and ``cuda``.

    Every backend gives the same paths (to rounding) for the same seed. They end at the last
    observation, or at maturity where a floating strike is exercised later.

    Parameters
    ----------
    option
        Whose price is simulated.
    paths
        How many. All are kept: ``8 paths (steps + 1)`` bytes in double precision.
    seed
        0 to 2**64 - 1.
    backend
        As for ``price``; ``"cupy"`` and ``"cuda"`` simulate on the device.
    precision
        ``"float64"`` or ``"float32"``.
    device_output
        Keep them on the device.

    Returns
    -------
    array
        ``[paths, steps + 1]``, currency; the first column is today's price.

    Raises
    ------
    ValueError, TypeError
        Naming the argument, its value and what was expected.
    BackendUnavailableError
        The backend named is not available.

    Examples
    --------
    >>> option = AsianOption(100, 100, 0.05, 0.0, 0.2, 1.0, 12)
    >>> simulate_paths(option, paths=3, seed=1).shape
    (3, 13)
    """
    expected_option(option)
    paths = integer("paths", paths, 1, MAX_PATHS)
    seed = integer("seed", seed, 0, 2**64 - 1)
    precision = one_of("precision", precision, PRECISIONS)
    chosen = backends.resolve(one_of("backend", backend, backends.BACKENDS))
    on_device(chosen, device_output)
    xp: Any = importlib.import_module("cupy") if chosen in DEVICES else np
    steps = option.steps
    out = xp.empty((paths, steps + 1), dtype=precision)
    chunk = max(1, (1 << 18) // max(steps, 1))
    for first in range(0, paths, chunk):
        count = min(chunk, paths - first)
        if chosen == "rust":
            compiled: Any = importlib.import_module("gpu_monte_carlo._rust")
            normals = compiled.normals(seed, first, count, steps, precision)
        else:
            normals = philox.normals(xp, seed, first, count, steps, precision)
        out[first : first + count] = payoff.prices(option, normals.T, xp).T
    return xp.asnumpy(out) if chosen in DEVICES and not device_output else out
