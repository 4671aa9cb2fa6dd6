"""What ``price`` was asked for, validated once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from gpu_monte_carlo import backends
from gpu_monte_carlo.blocks import BLOCK
from gpu_monte_carlo.checks import finite, one_of, truth, usable_cores, whole
from gpu_monte_carlo.option import AsianOption
from gpu_monte_carlo.sobol import MOST_DIMENSIONS, REPLICATIONS

DEFAULT_PATHS = 2**20
MOST_PATHS = 2**48
REDUCTIONS = ("antithetic", "control")
SAMPLINGS = ("pseudo", "sobol")
PRECISIONS = ("float64", "float32")
DEVICES = ("cupy", "cuda")


@dataclass(frozen=True)
class Request:
    """The arguments of ``price`` but the options, each as it will be used."""

    paths: int | None
    seed: int
    backend: str
    antithetic: bool
    control: bool
    sampling: str
    precision: str
    target_error: float | None
    greeks: bool
    device_output: bool
    threads: int
    parts: int

    @property
    def paths_of_block(self) -> int:
        """Paths of 16,384 samples."""
        return BLOCK * (1 + self.antithetic)

    def blocks(self) -> int:
        """Blocks to begin with: enough for ``paths``, or a first look at the error."""
        if self.paths is None:
            return 1 if self.target_error else -(-DEFAULT_PATHS // self.paths_of_block)
        most = -(-self.paths // self.paths_of_block)
        return 1 if self.target_error else most

    def most_blocks(self) -> int:
        """Blocks that may be spent on a target."""
        return -(-(self.paths or MOST_PATHS) // self.paths_of_block)

    def points(self) -> int:
        """Sobol points of a scrambling to begin with: a power of two."""
        wanted = self.paths or (2**14 if self.target_error else DEFAULT_PATHS)
        if self.target_error:
            wanted = min(wanted, 2**14)
        each = max(-(-wanted // REPLICATIONS), 2)
        return 1 << (each - 1).bit_length()


def request(
    *,
    paths: Any,
    seed: Any,
    backend: Any,
    variance_reduction: Any,
    sampling: Any,
    precision: Any,
    target_error: Any,
    greeks: Any,
    device_output: Any,
    threads: Any,
    parts: Any,
) -> Request:
    """Validate; errors name the argument, its value and what was expected."""
    count = None if paths is None else whole("paths", paths, 1, MOST_PATHS)
    chosen = _reductions(variance_reduction)
    sampling = one_of("sampling", sampling, SAMPLINGS)
    name = one_of("backend", backend, backends.BACKENDS)
    if sampling == "sobol":
        if name not in ("auto", "numpy"):
            raise ValueError(f"backend={name!r}, expected 'numpy' with sampling='sobol'")
        name = "numpy"
    on_device = truth("device_output", device_output)
    checked = Request(
        paths=count,
        seed=whole("seed", seed, 0, 2**64 - 1),
        backend=name,
        antithetic="antithetic" in chosen and sampling == "pseudo",
        control="control" in chosen,
        sampling=sampling,
        precision=one_of("precision", precision, PRECISIONS),
        target_error=None
        if target_error is None
        else finite("target_error", target_error, least=0.0, open_=True),
        greeks=truth("greeks", greeks),
        device_output=on_device,
        threads=whole("threads", threads, 0, 4096) or usable_cores(),
        parts=whole("parts", parts, 1),
    )
    resolved = backends.resolve(checked.backend)
    if on_device and resolved not in DEVICES:
        raise ValueError(f"device_output=True with backend={resolved!r}, expected 'cupy' or 'cuda'")
    return replace(checked, backend=resolved)


def _reductions(given: Any) -> tuple[str, ...]:
    if given is None:
        return ()
    words = str | bytes | bytearray | memoryview
    if isinstance(given, words) or not isinstance(given, Iterable):
        raise TypeError(
            f"variance_reduction={given!r}, expected a sequence out of {', '.join(REDUCTIONS)}"
        )
    return tuple(one_of("variance_reduction", name, REDUCTIONS) for name in given)


def options_of(option_or_batch: Any, sampling: str) -> tuple[list[AsianOption], bool]:
    """A list, and whether it was one option by itself."""
    alone = isinstance(option_or_batch, AsianOption)
    if not alone and not isinstance(option_or_batch, Iterable):
        raise TypeError(f"option_or_batch={option_or_batch!r}, expected AsianOption or several")
    options = [option_or_batch] if alone else list(option_or_batch)
    if not options:
        raise ValueError("option_or_batch is empty, expected at least one AsianOption")
    for i, option in enumerate(options):
        if not isinstance(option, AsianOption):
            raise TypeError(f"option_or_batch[{i}]={option!r}, expected an AsianOption")
        if sampling == "sobol" and option.observations > MOST_DIMENSIONS:
            raise ValueError(
                f"observations={option.observations}, expected at most {MOST_DIMENSIONS} "
                "with sampling='sobol': the sequence has no more dimensions"
            )
    return options, alone
