"""The backends: which can run here, how to install the others, and their kernels."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from typing import Any

from gpu_monte_carlo import baseline, cuda, generic
from gpu_monte_carlo._simulation import Simulation

BACKENDS = ("auto", "numpy", "rust", "cupy", "cuda")
# What ``auto`` tries, the fastest first.
PREFERENCE = ("cuda", "rust", "numpy")
CUDA = "pip install './case_studies/04_gpu_monte_carlo[cuda]', on a machine with an NVIDIA GPU"
INSTALL = {
    "rust": "build it with `pip install ./case_studies/04_gpu_monte_carlo` (needs Rust)",
    "cupy": CUDA,
    "cuda": CUDA,
}

logger = logging.getLogger(__name__)
_logged: set[str] = set()


class BackendUnavailableError(ImportError):
    """A backend was named that cannot run here; the message says how to install it.

    Examples
    --------
    >>> issubclass(BackendUnavailableError, ImportError)
    True
    """


def rust_block_sums(options: Any, simulation: Simulation, first_block: int, blocks: int) -> Any:
    """The compiled kernel."""
    rust: Any = importlib.import_module("gpu_monte_carlo._rust")
    return rust.block_sums(options, simulation, first_block, blocks)


def unavailable_reason(name: str) -> str | None:
    """Why a backend cannot run here; ``None`` if it can."""
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
    """The backend to run; ``auto`` becomes the fastest available, which is logged.

    Raises
    ------
    BackendUnavailableError
        The backend named cannot run here.
    """
    if name != "auto":
        reason = unavailable_reason(name)
        if reason is not None:
            raise BackendUnavailableError(f"backend={name!r}: {reason}; {INSTALL[name]}")
        return name
    reasons = []
    for choice in PREFERENCE:
        reason = unavailable_reason(choice)
        if reason is None:
            break
        reasons.append(f"{choice}: {reason}")
    if choice not in _logged:
        _logged.add(choice)
        logger.info("backend %r runs%s", choice, "".join(f"; no {r}" for r in reasons))
    return choice


def kernel(name: str, *, on_device: bool = False) -> Callable[..., Any]:
    """The kernel of an available backend."""
    choices: dict[str, Callable[..., Any]] = {
        "numpy": baseline.block_sums,
        "rust": rust_block_sums,
        "cupy": generic.on_device if on_device else generic.drop_in,
        "cuda": cuda.block_sums_on_device if on_device else cuda.block_sums,
    }
    return choices[name]
