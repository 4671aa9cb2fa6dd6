"""Which implementations there are, whether one can run here, and how to get it.

All are functions of the same signature: ``block_sums(options, seed, first_block, blocks,
observations, antithetic, control, greeks, precision, threads)``. They live at the top of a
module, so that an executor of processes can send them.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from typing import Any

from gpu_monte_carlo import baseline, cuda, generic

BACKENDS = ("auto", "numpy", "rust", "cupy", "cuda")
# The fastest first: what ``auto`` tries.
PREFERENCE = ("cuda", "rust", "numpy")
CUDA = "pip install './case_studies/04_gpu_monte_carlo[cuda]', on a machine with an NVIDIA GPU"
INSTALL = {
    "rust": "build it with `pip install ./case_studies/04_gpu_monte_carlo` (needs Rust)",
    "cupy": CUDA,
    "cuda": CUDA,
}

logger = logging.getLogger(__name__)
_told: set[str] = set()


class BackendUnavailableError(ImportError):
    """A backend asked for by name that cannot run here; the text says how to get it."""


def rust_block_sums(*how: Any) -> Any:
    """The compiled kernel."""
    return importlib.import_module("gpu_monte_carlo._rust").block_sums(*how)


def why_not(name: str) -> str | None:
    """Why a backend cannot run here; ``None`` where it can.

    Examples
    --------
    >>> why_not("numpy") is None
    True
    """
    if name == "numpy":
        return None
    if name == "rust":
        try:
            importlib.import_module("gpu_monte_carlo._rust")
        except ImportError as error:
            return f"the compiled extension does not import ({error})"
        return None
    try:
        cupy: Any = importlib.import_module("cupy")
    except ImportError:
        return "CuPy is not installed"
    try:
        found = int(cupy.cuda.runtime.getDeviceCount())
    except Exception as error:  # CuPy raises errors of the driver's own kinds
        return f"CuPy finds no CUDA device ({error})"
    return None if found else "CuPy finds no CUDA device"


def resolve(name: str) -> str:
    """The backend that runs: ``auto`` becomes the fastest there is, and says so in the log.

    Raises
    ------
    BackendUnavailableError
        For one asked for by name that is not there.
    """
    if name != "auto":
        reason = why_not(name)
        if reason is not None:
            raise BackendUnavailableError(f"backend={name!r}: {reason}; {INSTALL[name]}")
        return name
    reasons = []
    for choice in PREFERENCE:
        reason = why_not(choice)
        if reason is None:
            break
        reasons.append(f"{choice}: {reason}")
    if choice not in _told:
        _told.add(choice)
        logger.info("backend %r runs%s", choice, "".join(f"; no {r}" for r in reasons))
    return choice


def kernel(name: str, *, on_device: bool = False) -> Callable[..., Any]:
    """The block sums of a backend that is there."""
    if on_device:
        return {"cupy": generic.on_device, "cuda": cuda.block_sums_on_device}[name]
    choices: dict[str, Callable[..., Any]] = {
        "numpy": baseline.block_sums,
        "rust": rust_block_sums,
        "cupy": generic.drop_in,
        "cuda": cuda.block_sums,
    }
    return choices[name]
