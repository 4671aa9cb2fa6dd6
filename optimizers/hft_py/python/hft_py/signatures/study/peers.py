"""Other libraries, as an expert would call them: on contiguous arrays of float64, in one thread.

pySigLib by Horner's rule, its default and fastest method. signax in double precision, compiled by
the first call; XLA may use more than one thread. iisignature installs only where its build finds
``wheel`` and NumPy, so it has a row where it is installed: ``pip install "setuptools<81" wheel``,
then ``pip install --no-build-isolation iisignature``.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from qpp.study import Inputs

Output = Mapping[str, Any]


def pysiglib(
    task: str,
    paths: Any,
    depth: int,
    other: Any,
    dyadic_order: int,
    batch: tuple[int, int] | None = None,
    **others: Any,
) -> Output:
    """Version 4 of pySigLib; windows as a batch, which its own stream would compute one by one."""
    library: Any = import_module("pysiglib")
    if task == "logarithm":
        return {"log_signature": library.log_sig(paths, depth, method=2)}
    if task == "pairs":
        return {"kernels": library.sig_kernel(paths, other, dyadic_order=dyadic_order)}
    if task == "gram":
        return {"kernels": library.sig_kernel_gram(paths, other, dyadic_order=dyadic_order)}
    rows = library.sig(paths, depth)
    if batch is not None:
        return {"windows": rows.reshape(*batch, -1).swapaxes(0, 1)}
    return {"signature": rows}


def prepare_log_signature(inputs: Inputs) -> Inputs:
    """What pySigLib computes once for each number of channels and depth."""
    if inputs["task"] == "logarithm":
        channels = inputs["paths"].shape[-1]
        library: Any = import_module("pysiglib")
        library.prepare_log_sig(channels, inputs["depth"], 2, device="cpu")
    return inputs


def iisignature(task: str, paths: Any, depth: int, **others: Any) -> Output:
    """iisignature, the library in C++ that has been used longest."""
    library: Any = import_module("iisignature")
    return {"signature": library.sig(paths, depth)}


def to_jax(inputs: Inputs) -> Inputs:
    """Paths on the device, in double precision."""
    jax: Any = import_module("jax")
    jax.config.update("jax_enable_x64", True)
    return {**inputs, "paths": jax.numpy.asarray(inputs["paths"])}


def signax(task: str, paths: Any, depth: int, **others: Any) -> Output:
    """signax, in JAX; every row of a path with ``stream``."""
    library: Any = import_module("signax")
    stream = task == "running"
    found = library.signature(paths, depth, stream=stream)
    return {"signatures" if stream else "signature": found.block_until_ready()}
