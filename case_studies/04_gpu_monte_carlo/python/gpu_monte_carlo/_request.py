"""The validated arguments of ``price``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gpu_monte_carlo import backends
from gpu_monte_carlo._blocks import BLOCK
from gpu_monte_carlo._simulation import Simulation
from gpu_monte_carlo._validation import boolean, finite, integer, one_of
from gpu_monte_carlo.option import AsianOption, expected_option
from gpu_monte_carlo.sobol import MAX_DIMENSIONS, REPLICATIONS

DEFAULT_PATHS = 2**20
MAX_PATHS = 2**48
REDUCTIONS = ("antithetic", "control")
SAMPLINGS = ("pseudo", "sobol")
PRECISIONS = ("float64", "float32")
DEVICES = ("cupy", "cuda")


@dataclass(frozen=True)
class Request:
    """The arguments of ``price``, apart from the options and the executor.

    Validated when made; errors name the argument, its value and what was expected. ``backend``
    becomes the one that runs.
    """

    paths: int | None
    seed: int
    backend: str
    variance_reduction: Any
    sampling: str
    precision: str
    target_error: float | None
    greeks: bool
    device_output: bool
    threads: int
    parts: int

    def __post_init__(self) -> None:
        paths, target = self.paths, self.target_error
        sampling = one_of("sampling", self.sampling, SAMPLINGS)
        checked = {
            "paths": None if paths is None else integer("paths", paths, 1, MAX_PATHS),
            "seed": integer("seed", self.seed, 0, 2**64 - 1),
            "variance_reduction": _reductions(self.variance_reduction),
            "precision": one_of("precision", self.precision, PRECISIONS),
            "target_error": None if target is None else finite("target_error", target, above=0.0),
            "greeks": boolean("greeks", self.greeks),
            "device_output": boolean("device_output", self.device_output),
            "threads": integer("threads", self.threads, 0, 4096),
            "parts": integer("parts", self.parts, 1),
            "backend": _backend(self.backend, sampling, self.device_output),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def antithetic(self) -> bool:
        """Whether paths have antithetic partners; Sobol points have none."""
        return "antithetic" in self.variance_reduction and self.sampling == "pseudo"

    @property
    def control(self) -> bool:
        """Whether the geometric average is a control variate."""
        return "control" in self.variance_reduction

    def simulation(self, option: AsianOption, control: bool) -> Simulation:
        """What a kernel simulates for an option, and others on the same dates."""
        return Simulation(
            self.seed,
            option.steps,
            antithetic=self.antithetic,
            control=control,
            greeks=self.greeks,
            precision=self.precision,
            threads=self.threads,
            lengths=None if option.lengths is None else tuple(option.lengths.tolist()),
            unobserved=option.exercised_later,
        )

    @property
    def paths_of_block(self) -> int:
        """Paths of 16,384 samples."""
        return BLOCK * (1 + self.antithetic)

    def blocks(self) -> int:
        """Blocks to begin with: enough for ``paths``, or one to estimate the error from."""
        if self.paths is None:
            return 1 if self.target_error else -(-DEFAULT_PATHS // self.paths_of_block)
        return 1 if self.target_error else self.max_blocks()

    def max_blocks(self) -> int:
        """The most blocks for a target error."""
        return -(-(self.paths or MAX_PATHS) // self.paths_of_block)

    def points(self) -> int:
        """Sobol points of a scrambling to begin with: a power of two."""
        wanted = self.paths or (2**14 if self.target_error else DEFAULT_PATHS)
        if self.target_error:
            wanted = min(wanted, 2**14)
        each = max(-(-wanted // REPLICATIONS), 2)
        return 1 << (each - 1).bit_length()


def _backend(name: Any, sampling: str, device_output: Any) -> str:
    """The backend that runs."""
    name = one_of("backend", name, backends.BACKENDS)
    if sampling == "sobol":
        if name not in ("auto", "numpy"):
            raise ValueError(f"backend={name!r}, expected 'numpy' with sampling='sobol'")
        name = "numpy"
    return on_device(backends.resolve(name), device_output)


def on_device(backend: str, device_output: Any) -> str:
    """``backend``, if it can leave its output on a device or need not."""
    if boolean("device_output", device_output) and backend not in DEVICES:
        raise ValueError(f"device_output=True with backend={backend!r}, expected 'cupy' or 'cuda'")
    return backend


def _reductions(given: Any) -> tuple[str, ...]:
    """``variance_reduction`` as a tuple of names."""
    if given is None:
        return ()
    words = str | bytes | bytearray | memoryview
    if isinstance(given, words) or not isinstance(given, Iterable):
        raise TypeError(
            f"variance_reduction={given!r}, expected a sequence out of {', '.join(REDUCTIONS)}"
        )
    return tuple(one_of("variance_reduction", name, REDUCTIONS) for name in given)


def options_of(option_or_batch: Any, sampling: str) -> tuple[list[AsianOption], bool]:
    """The options as a list, and whether a single option was given."""
    single = isinstance(option_or_batch, AsianOption)
    if not single and not isinstance(option_or_batch, Iterable):
        raise TypeError(f"option_or_batch={option_or_batch!r}, expected AsianOption or several")
    options = [option_or_batch] if single else list(option_or_batch)
    if not options:
        raise ValueError("option_or_batch is empty, expected at least one AsianOption")
    for i, option in enumerate(options):
        expected_option(option, f"option_or_batch[{i}]")
        if sampling == "sobol" and option.steps > MAX_DIMENSIONS:
            raise ValueError(
                f"observations={option.steps}, expected at most {MAX_DIMENSIONS} "
                "with sampling='sobol': the sequence has no more dimensions"
            )
    return options, single
