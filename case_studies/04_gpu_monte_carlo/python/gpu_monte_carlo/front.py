"""The two doors: ``price`` and ``simulate_paths``."""

from __future__ import annotations

import importlib
import math
import time
import warnings
from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy.special import ndtri, stdtrit

from gpu_monte_carlo import backends, blocks, closed_form, payoff, philox, sobol
from gpu_monte_carlo.bounds import bracket
from gpu_monte_carlo.checks import executor_like, one_of, truth, whole
from gpu_monte_carlo.estimate import PriceEstimate
from gpu_monte_carlo.option import AsianOption, rows
from gpu_monte_carlo.request import DEVICES, MOST_PATHS, PRECISIONS, Request, options_of, request

GREEKS = ("delta", "vega", "gamma")
LEVEL = 0.975  # of the upper end of a two-sided 95 % interval
MOST_OPTIONS = 4096  # of one call of a kernel
MARGIN = 1.1  # on the paths that an error measured so far calls for
NOTHING = 1e-9  # of the spot: an error that nobody has to be told of
LARGEST = 1e300  # of a strike in spots
GROWTH = 16  # of one round, as an error measured on few paths is itself uncertain


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
        An ``AsianOption`` or several; those with the same ``observations`` share their
        random numbers, so that their differences are more accurate than they are.
    paths
        Simulated in whole blocks of 16,384 samples (a sample is a path, or two with
        ``"antithetic"``), so rounded up; the estimate says how many. Default 2**20. With
        ``target_error`` it is the most that may be spent, by default 2**48.
    seed
        0 to 2**64 - 1. Same seed and backend, same result, to the bit, whatever the threads,
        the executor or the chunks. ``rust`` and ``cuda`` use the same random numbers,
        ``numpy`` and ``cupy`` their libraries' own.
    backend
        ``"numpy"``, ``"rust"``, ``"cupy"`` (the NumPy code on the device), ``"cuda"`` (the
        fused kernel), or ``"auto"``: the fastest that is there. The estimate names it.
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
        currency. A ``RuntimeWarning`` tells where ``paths`` did not suffice.
    greeks
        Also delta, vega and gamma, with their standard errors.
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
        For a backend asked for by name that is not there, with the line that installs it.
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
    asked = request(
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
    options, alone = options_of(option_or_batch, asked.sampling)
    start = time.perf_counter()
    groups = [_Group(indices, [options[i] for i in indices]) for indices in _shared(options)]
    simulate = _quasi if asked.sampling == "sobol" else _pseudo
    with np.errstate(over="ignore", invalid="ignore"):  # judged once, of what is found
        for group in groups:
            simulate(group, asked, executor)
    if asked.device_output:  # a launch returns at once: the clock waits for the work
        importlib.import_module("cupy").cuda.get_current_stream().synchronize()
    return _estimate(asked, options, alone, groups, time.perf_counter() - start)


@dataclass
class _Group:
    """Options that share paths and a control, and what was found of them."""

    indices: list[int]
    options: list[AsianOption]
    found: dict[str, Any] = field(default_factory=dict)
    paths: int = 0
    few: list[int] = field(default_factory=list)
    """Options of which too few paths have paid for an error to be known."""

    @property
    def observations(self) -> int:
        return self.options[0].observations

    def controlled(self, asked: Request) -> bool:
        """A geometric average is its own control: no simulation would be left."""
        return asked.control and self.options[0].average == "arithmetic"

    def units(self) -> list[AsianOption]:
        """The same options on a spot of 1: no square of a price leaves what a double holds."""
        return [
            replace(option, spot=1.0, strike=min(option.strike / option.spot, LARGEST))
            for option in self.options
        ]

    def exact(self) -> Any:
        """Prices of the geometric twins, on a spot of 1."""
        return np.array([closed_form.geometric(option) for option in self.units()])

    def keep(self, found: dict[str, Any], samples: int, xp: Any) -> None:
        """What was found on a spot of 1, in currency; where few paths paid, what bounds say."""
        spots = xp.asarray([option.spot for option in self.options])
        powers = {"gamma": -1, "gamma_standard_error": -1, "effective": 0}
        powers |= {"delta": 0, "delta_standard_error": 0}
        self.found = {name: value * spots ** powers.get(name, 1) for name, value in found.items()}
        count = blocks.to_host(self.found.pop("effective"))
        few = (count < blocks.ENOUGH) & (count < samples / 20)
        self.few = [
            i for i, option in enumerate(self.options) if few[i] and option.volatility > 0.0
        ]
        for i in list(self.few):
            low, high = bracket(self.options[i])
            value = min(max(float(self.found["price"][i]), low), high)
            self.found["price"][i] = value
            error = max(float(self.found["standard_error"][i]), high - value, value - low)
            self.found["standard_error"][i] = error
            if error <= NOTHING * self.options[i].spot:
                self.few.remove(i)
        for name in ("price", "standard_error"):
            self._finite(blocks.to_host(self.found[name]))

    def _finite(self, values: Any) -> None:
        for option, value in zip(self.options, values, strict=True):
            if not math.isfinite(value):
                raise OverflowError(
                    f"prices of {option} are too large for the precision they are simulated in: "
                    "use precision='float64', or smaller rates and volatility"
                )

    def short_of(self, asked: Request) -> float:
        """The largest error over the target; 0 where none is set."""
        if asked.target_error is None:
            return 0.0
        return float(self.found["standard_error"].max()) / asked.target_error

    def warn(self, asked: Request) -> None:
        """Tell what the estimate itself cannot."""
        told = []
        short = self.short_of(asked)
        if short > 1.0:
            told.append(
                f"the standard error is {short:.3g} times target_error={asked.target_error:g}"
            )
        if self.few:
            option = self.options[self.few[0]]
            others = f" and {len(self.few) - 1} more" if len(self.few) > 1 else ""
            told.append(
                f"too few pay for {option}{others}, so that the error given is the distance to "
                "bounds known without simulation"
            )
        if told:
            message = f"after {self.paths:,} paths {'; '.join(told)}: allow more paths"
            warnings.warn(message, RuntimeWarning, stacklevel=4)


def _shared(options: list[AsianOption]) -> list[list[int]]:
    """Indices of options that one call of a kernel prices."""
    groups: dict[tuple[int, str], list[int]] = {}
    for i, option in enumerate(options):
        groups.setdefault((option.observations, option.average), []).append(i)
    return [
        indices[at : at + MOST_OPTIONS]
        for indices in groups.values()
        for at in range(0, len(indices), MOST_OPTIONS)
    ]


def _pseudo(group: _Group, asked: Request, executor: Executor | None) -> None:
    on_device = asked.device_output
    xp: Any = importlib.import_module("cupy") if on_device else np
    control = group.controlled(asked)
    exact = xp.asarray(group.exact())
    run = blocks.Run(
        kernel=backends.kernel(asked.backend, on_device=on_device),
        options=rows(group.units()),
        seed=asked.seed,
        observations=group.observations,
        antithetic=asked.antithetic,
        control=control,
        greeks=asked.greeks,
        precision=asked.precision,
        threads=asked.threads,
    )
    sums: Any = 0.0
    totals = blocks.Totals()
    done, wanted = 0, asked.blocks()
    while True:
        if on_device:
            sums = sums + run(done, wanted).sum(axis=0)
        else:
            more = blocks.compute(run, done, wanted, executor, asked.parts)
            totals.join(more.columns, more.shape)
            sums = totals.value()
        done += wanted
        group.keep(blocks.finish(xp, sums, exact, control=control), done * blocks.BLOCK, xp)
        short = group.short_of(asked)
        if short <= 1.0 or done >= asked.most_blocks():
            break
        enough = math.ceil(done * min(short * short * MARGIN, GROWTH))
        wanted = min(max(enough, done + 1), asked.most_blocks()) - done
    group.paths = done * asked.paths_of_block
    group.warn(asked)


def _quasi(group: _Group, asked: Request, executor: Executor | None) -> None:
    control = group.controlled(asked)
    points = asked.points()
    how = (group.observations, control, asked.greeks, asked.precision)
    table, exact = rows(group.units()), group.exact()
    while True:
        each = [(table, asked.seed, i, 1, points, *how) for i in range(sobol.REPLICATIONS)]
        if executor is None:
            sums = np.concatenate([sobol.replication_sums(*one) for one in each])
        else:
            sums = np.concatenate(blocks.gather(executor, sobol.replication_sums, each))
        found = sobol.finish(sums, exact, control=control)
        group.keep(found, points * sobol.REPLICATIONS, np)
        most = asked.paths or MOST_PATHS
        if group.short_of(asked) <= 1.0 or 2 * points * sobol.REPLICATIONS > most:
            break
        points *= 2
    group.paths = points * sobol.REPLICATIONS
    group.warn(asked)


def _estimate(
    asked: Request, options: list[AsianOption], alone: bool, groups: list[_Group], seconds: float
) -> PriceEstimate:
    xp: Any = importlib.import_module("cupy") if asked.device_output else np

    def gathered(name: str) -> Any:
        """In the order of the batch."""
        values = xp.concatenate([group.found[name] for group in groups])
        order = np.argsort(np.concatenate([group.indices for group in groups]))
        return values[xp.asarray(order)]

    def shown(values: Any) -> Any:
        if not alone:
            return values
        return values[0] if asked.device_output else float(values[0])

    value, error = gathered("price"), gathered("standard_error")
    sobol_like = asked.sampling == "sobol"
    width = float(stdtrit(sobol.REPLICATIONS - 1, LEVEL) if sobol_like else ndtri(LEVEL))
    interval = xp.stack([value - width * error, value + width * error], axis=-1)
    sensitivities, errors = {}, {}
    if asked.greeks:
        # The first step's density knows nothing of a spot that is itself averaged.
        lost = np.array([o.includes_spot or o.volatility == 0.0 for o in options])
        for name in GREEKS:
            one, its_error = gathered(name), gathered(f"{name}_standard_error")
            if name == "gamma":
                unknown = xp.asarray(lost)
                one, its_error = (xp.where(unknown, xp.nan, v) for v in (one, its_error))
            sensitivities[name], errors[name] = shown(one), shown(its_error)
    used = [name for name in ("antithetic", "control") if getattr(asked, name)]
    if "control" in used and not any(group.controlled(asked) for group in groups):
        used.remove("control")
    pair = interval[0] if alone else interval
    return PriceEstimate(
        price=shown(value),
        standard_error=shown(error),
        confidence_interval=(float(pair[0]), float(pair[1]))
        if alone and not asked.device_output
        else pair,
        greeks=sensitivities,
        greeks_standard_error=errors,
        paths=max(group.paths for group in groups),
        path_steps=sum(group.paths * group.observations for group in groups),
        seconds=seconds,
        backend=asked.backend,
        variance_reduction=tuple(used),
        sampling=asked.sampling,
        precision=asked.precision,
        seed=asked.seed,
        target_error=asked.target_error,
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
    """The paths themselves: those that ``price`` averages on ``rust`` and ``cuda``.

    Every backend gives the same paths (to rounding) for the same seed.

    Parameters
    ----------
    option
        Whose price is simulated.
    paths
        How many. All are kept: ``8 paths (observations + 1)`` bytes in double precision.
    seed
        0 to 2**64 - 1.
    backend
        As of ``price``; ``"cupy"`` and ``"cuda"`` simulate on the device.
    precision
        ``"float64"`` or ``"float32"``.
    device_output
        Keep them on the device.

    Returns
    -------
    array
        ``[paths, observations + 1]``, currency; the first column is today's price.

    Raises
    ------
    ValueError, TypeError
        Naming the argument, its value and what was expected.
    BackendUnavailableError
        For a backend asked for by name that is not there.

    Examples
    --------
    >>> option = AsianOption(100, 100, 0.05, 0.0, 0.2, 1.0, 12)
    >>> simulate_paths(option, paths=3, seed=1).shape
    (3, 13)
    """
    if not isinstance(option, AsianOption):
        raise TypeError(f"option={option!r}, expected an AsianOption")
    paths = whole("paths", paths, 1, MOST_PATHS)
    seed = whole("seed", seed, 0, 2**64 - 1)
    precision = one_of("precision", precision, PRECISIONS)
    on_device = truth("device_output", device_output)
    chosen = backends.resolve(one_of("backend", backend, backends.BACKENDS))
    if on_device and chosen not in DEVICES:
        raise ValueError(f"device_output=True with backend={chosen!r}, expected 'cupy' or 'cuda'")
    xp: Any = importlib.import_module("cupy") if chosen in DEVICES else np
    steps = option.observations
    out = xp.empty((paths, steps + 1), dtype=precision)
    chunk = max(1, (1 << 18) // steps)
    for first in range(0, paths, chunk):
        count = min(chunk, paths - first)
        if chosen == "rust":
            compiled: Any = importlib.import_module("gpu_monte_carlo._rust")
            normals = compiled.normals(seed, first, count, steps, precision)
        else:
            normals = philox.normals(xp, seed, first, count, steps, precision)
        out[first : first + count] = payoff.prices(option, normals.T, xp).T
    return xp.asnumpy(out) if chosen in DEVICES and not on_device else out
