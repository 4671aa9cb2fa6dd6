"""The study: workloads, implementations, bounds, claims."""

from operator import itemgetter

from gpu_monte_carlo.study import peers
from gpu_monte_carlo.study.implementations import gpu, in_part, ours, rust, tenth
from gpu_monte_carlo.study.limits import multiply, write_paths
from gpu_monte_carlo.study.workloads import (
    BATCH,
    BATCH_NAME,
    EQUAL,
    ERRORS,
    HEADLINE,
    QUICK,
    SIZES,
    TO_ERROR,
    WITH_PEERS,
    equal_paths,
    error_name,
    name,
    strikes,
    to_error,
)
from qpp.study import Agreement, Claim, Implementation, Limit, Scaling, Study, Workload

ON_A_GPU = "published on a GPU against NumPy on the processor of its host"

study = Study(
    name="gpu_monte_carlo",
    title="Asian options by Monte Carlo on CPU and GPU",
    question="How long does an arithmetic Asian option take to price to a given error?",
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
        ours("numpy-control", "numpy", variance_reduction=("antithetic", "control"), only=TO_ERROR),
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
        Implementation(
            "quantlib",
            peers.quantlib,
            needs="QuantLib",
            only=WITH_PEERS,
            note="MCDiscreteArithmeticAPEngine",
        ),
        Implementation(
            "numba", peers.numba, needs="numba", only=WITH_PEERS, note="ziggurat in the loop"
        ),
        Implementation(
            "jax",
            peers.jax,
            needs="jax",
            only=WITH_PEERS,
            note="one compiled scan, rbg generator",
        ),
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
            at_most=50 << 20,
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
            itemgetter("paths"),
            tuple(name(*size) for size in SIZES if size[1] == 252),
        )
    ],
    analysis=(
        "NumPy writes every step to memory and reads it back; in chunks that stay in cache its "
        "time is that of the normal numbers and the exponential. The fused kernel computes a "
        "path's numbers from their index, keeps its running sum in registers and stores no path. "
        "To a given error the method matters more than the machine: the geometric average, whose "
        "price is known, removes all but about a thousandth of the variance. It removes less at "
        "high volatility, far out of the money and with a floating strike. Sobol points and a "
        "Brownian bridge help a plain price most and cost more per path; together with the "
        "control they are faster only to very small errors."
    ),
    time_limit=900.0,
)
