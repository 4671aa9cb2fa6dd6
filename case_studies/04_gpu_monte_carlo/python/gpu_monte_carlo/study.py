"""The study: which implementations, on what, agreeing how closely, showing what."""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import numpy as np

from gpu_monte_carlo import backends, peers
from gpu_monte_carlo.front import price
from gpu_monte_carlo.workloads import (
    BATCH,
    BATCH_NAME,
    ERRORS,
    HEADLINE,
    QUICK,
    SIZES,
    WHOLE,
    equal_paths,
    error_name,
    name,
    plain_paths,
    strikes,
    to_error,
)
from qpp.study import Agreement, Claim, Implementation, Inputs, Limit, Scaling, Study, Workload

if backends.why_not("rust") is None:
    from gpu_monte_carlo import _rust

    if _rust.build_profile() != "release":
        raise RuntimeError("the extension is a debug build: run `make develop`")

SEED = 42
EQUAL = tuple(name(*size) for size in SIZES)
WITH_PEERS = (EQUAL[0], EQUAL[1], EQUAL[3])  # the third adds only time: they grow in proportion
TO_ERROR = tuple(error_name(target) for target in ERRORS)
MEMORY_BOUND = 50 << 20
PARTS = 1000  # of 6.3 billion paths, at an error of 1e-4
# Multiplications and multiply-adds of a path-step in double precision: see benches/kernel.rs.
NORMAL_PRODUCTS = 63 / 4
STEP_PRODUCTS = 8
WORKING_SET = 256 << 20  # beyond every cache
NEEDS_RUST = "gpu_monte_carlo._rust"
ON_A_GPU = "published on a GPU against NumPy on the processor of its host"


def priced(backend: str, *, threads: int = 1, **how: Any) -> Callable[..., Any]:
    """A call of the front door, without variance reduction unless said."""
    how.setdefault("variance_reduction", ())

    def call(option: Any, paths: int | None, target: float | None) -> Any:
        return price(
            option,
            paths=paths,
            target_error=target,
            seed=SEED,
            backend=backend,
            threads=threads,
            **how,
        )

    return call


def collected(found: Any) -> dict[str, Any]:
    """Price and its standard error, as the harness compares them."""
    if isinstance(found, dict):
        return found
    home = {key: getattr(found[key], "get", lambda v=found[key]: v)() for key in _SHOWN}
    return {"price": home["price"], "price_standard_error": home["standard_error"]}


_SHOWN = ("price", "standard_error")


def ours(title: str, backend: str, *, needs: str = "", threads: int = 1, **how: Any) -> Any:
    """A row of our own."""
    note, only = (how.pop(key, None) for key in ("note", "only"))
    part, quick_part = (how.pop(key, None) for key in ("part", "quick_part"))
    return Implementation(
        title,
        priced(backend, threads=threads, **how),
        needs=needs or (),
        install=backends.CUDA if needs == "cupy" else "make develop",
        collect=collected,
        threads=threads,
        note=note or "",
        only=only,
        part=part,
        quick_part=quick_part,
    )


def in_part(inputs: Inputs) -> tuple[Inputs, int]:
    """Plain paths to a small error take hours: a part of them, by number."""
    target = inputs["target"]
    if target is None or target >= WHOLE:
        return inputs, 1
    paths = plain_paths(target)
    parts = round(PARTS * paths / plain_paths(ERRORS[-1]))
    return {**inputs, "paths": round(paths / parts), "target": None}, parts


def tenth(inputs: Inputs) -> tuple[Inputs, int]:
    """In the quick preset a tenth of the paths to an error; equal numbers of paths run whole."""
    inputs, parts = in_part(inputs)
    if inputs["target"] is None:
        return inputs, parts
    return {**inputs, "paths": round(plain_paths(inputs["target"]) / 10), "target": None}, 10


def peer(title: str, call: Callable[..., Any], needs: str, **more: Any) -> Implementation:
    """A peer: of one option and a number of paths."""
    return Implementation(title, call, needs=needs, only=WITH_PEERS, **more)


def write_paths(inputs: Inputs, bandwidth: Callable[[int], float]) -> float:
    """Every price of every path written once, as materialising them must."""
    one = inputs["option"][0] if isinstance(inputs["option"], list) else inputs["option"]
    paths = inputs["paths"] or plain_paths(inputs["target"])
    moved = 8.0 * paths * one.observations
    return float(moved / bandwidth(min(int(moved), WORKING_SET)))


def multiply(inputs: Inputs, bandwidth: Callable[[int], float]) -> float:
    """The multiplications of the fused kernel, one after another on one core's multipliers."""
    options = inputs["option"] if isinstance(inputs["option"], list) else [inputs["option"]]
    paths = inputs["paths"] or plain_paths(inputs["target"])
    products = NORMAL_PRODUCTS + STEP_PRODUCTS * len(options)
    return float(paths * options[0].observations * products / multiply_rate())


@functools.cache
def multiply_rate() -> float:
    """Multiply-adds a second of one core in double precision: what a matrix product reaches."""
    threadpools: Any = import_module("threadpoolctl")
    size = 768
    left, right = np.random.default_rng(1).normal(size=(2, size, size))
    best = math.inf
    with threadpools.threadpool_limits(1):
        for _ in range(20):
            start = time.perf_counter()
            left @ right
            best = min(best, time.perf_counter() - start)
    return float(size**3 / best)


def path_count(sizes: Mapping[str, Any]) -> float:
    """The abscissa of the curve over paths."""
    return float(sizes["paths"])


rust = functools.partial(ours, backend="rust", needs=NEEDS_RUST)
gpu = functools.partial(ours, needs="cupy", only=EQUAL)

study = Study(
    name="gpu_monte_carlo",
    title="Asian options: from NumPy to the arithmetic limit",
    question="How fast is an arithmetic Asian option priced to a given error?",
    headline=(name(*QUICK), "rust"),
    workloads=[
        *(
            Workload(
                name(*size), equal_paths, quick=size == QUICK, paths=size[0], observations=size[1]
            )
            for size in SIZES
        ),
        Workload(BATCH_NAME, strikes, paths=BATCH[0], observations=BATCH[1]),
        *(
            Workload(error_name(t), to_error, quick=t == ERRORS[0], target=t, observations=252)
            for t in ERRORS
        ),
    ],
    baseline=ours(
        "numpy", "numpy", note="chunks that stay in cache", part=in_part, quick_part=tenth
    ),
    optimised=[
        ours("numpy-float32", "numpy", precision="float32", only=EQUAL),
        ours(
            "numpy-control",
            "numpy",
            variance_reduction=("antithetic", "control"),
            only=TO_ERROR,
        ),
        ours(
            "sobol-control",
            "auto",
            sampling="sobol",
            variance_reduction=("control",),
            only=TO_ERROR[1:],
            note="NumPy; 16 scramblings",
        ),
        rust("rust", part=in_part, quick_part=tenth),
        rust("rust-float32", precision="float32", part=in_part, quick_part=tenth),
        rust("rust-2-threads", threads=2, only=EQUAL),
        rust("rust-control", variance_reduction=("antithetic", "control"), only=TO_ERROR),
        gpu("cupy", "cupy", note="NumPy's code, drop-in; end to end"),
        gpu("cupy_device", "cupy", device_output=True, note="price stays on the device"),
        gpu("cuda_fused", "cuda", note="end to end, compilation outside"),
        gpu("cuda_fused-float32", "cuda", precision="float32"),
    ],
    peers=[
        peer("quantlib", peers.quantlib, "QuantLib", note="MCDiscreteArithmeticAPEngine"),
        peer("numba", peers.numba, "numba", note="ziggurat in the loop"),
        peer("jax", peers.jax, "jax", note="one compiled scan, rbg generator"),
    ],
    limits=[
        Limit("write the paths", write_paths, note="what storing plain paths costs at least"),
        Limit(
            "multiply",
            multiply,
            note="plain paths: the fused kernel's products, at a matrix product's rate",
        ),
    ],
    # Different random numbers: one comparison in 16,000 is further apart by chance.
    agreement=Agreement(standard_errors=4.0),
    claims=[
        Claim("rust", over="numpy", at_least=8, on=EQUAL),
        Claim("rust-float32", over="numpy-float32", at_least=16, on=EQUAL),
        Claim("rust-2-threads", over="rust", at_least=1.8, on=EQUAL[1:]),
        Claim("rust", over="quantlib", at_least=20, on=WITH_PEERS),
        Claim("rust", over="numba", at_least=1, on=WITH_PEERS),
        Claim(
            "rust",
            metric="resident_bytes",
            at_most=MEMORY_BOUND,
            on=name(*SIZES[2]),
            note="whatever the number of paths",
        ),
        Claim(
            "rust-control", over="numpy", at_least=5_000, on=TO_ERROR[1:], note="to the same error"
        ),
        Claim(
            "cupy", over="numpy", at_least=13.7, on=name(*HEADLINE), kind="published", note=ON_A_GPU
        ),
        Claim(
            "cupy_device",
            over="numpy",
            at_least=42,
            on=name(*HEADLINE),
            kind="published",
            note=ON_A_GPU,
        ),
        Claim("cuda_fused", over="numpy", at_least=5_000, on=name(*HEADLINE)),
    ],
    scaling=[
        Scaling(
            "252 observations, more paths",
            "paths",
            path_count,
            tuple(name(*size) for size in SIZES if size[1] == 252),
        )
    ],
    analysis=(
        "NumPy makes, keeps and reads back every step; in chunks that stay in cache its time is "
        "that of the normal numbers and the exponential. The fused kernel makes a path's numbers "
        "from their address, keeps its running sum in registers and stores nothing. To a given "
        "error the method matters more than the machine: the geometric average, whose price is "
        "known, takes away all but about a thousandth of the variance. That is least at high "
        "volatility, far out of the money and with a floating strike. Sobol points and a Brownian "
        "bridge help a plain price most and cost more a path; beside the control they win only "
        "where many digits are wanted."
    ),
    time_limit=900.0,
)
