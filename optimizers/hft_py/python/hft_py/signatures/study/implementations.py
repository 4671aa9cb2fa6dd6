"""Both kernel sets as implementations of the study, and the limit beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hft_py.signatures import (
    log_signature,
    rolling_signature,
    running_signature,
    signature,
    signature_kernel,
    signature_kernel_gram,
)
from qpp.study import Inputs

Output = Mapping[str, Any]


def run_hft_py(backend: str, threads: int = 1) -> Callable[..., Output]:
    """The functions of this library on one kernel set."""

    def call(
        task: str, paths: Any, depth: int, window: int, step: int, other: Any, dyadic_order: int
    ) -> Output:
        options: dict[str, Any] = {"threads": threads, "backend": backend}
        if task == "signature":
            return {"signature": signature(paths, depth, **options)}
        if task == "logarithm":
            return {"log_signature": log_signature(paths, depth, **options)}
        if task == "running":
            return {"signatures": running_signature(paths, depth, **options)}
        if task == "rolling":
            found = rolling_signature(paths, depth, window, step=step, **options)
            return {"windows": found.swapaxes(0, 1)}
        kernel = signature_kernel if task == "pairs" else signature_kernel_gram
        return {"kernels": kernel(paths, other, dyadic_order=dyadic_order, **options)}

    return call


def recomputed(task: str, paths: Any, depth: int, batch: tuple[int, int], **others: Any) -> Output:
    """Each window by itself, on the compiled kernels; the copies of windows are made beforehand."""
    rows = signature(paths, depth, backend="rust")
    return {"windows": rows.reshape(*batch, -1).swapaxes(0, 1)}


def seconds_to_read_and_write(inputs: Inputs, bandwidth: Callable[[int], float]) -> float:
    """The paths read once and the numbers written once, at memory bandwidth."""
    paths, depth = inputs["paths"], inputs["depth"]
    batch, points, channels = paths.shape
    length = sum(channels**k for k in range(1, depth + 1))
    rows = {"running": points - 1, "rolling": (points - inputs["window"]) // inputs["step"] + 1}
    moved = paths.nbytes + 8 * length * batch * rows.get(inputs["task"], 1)
    return float(moved / bandwidth(moved))
