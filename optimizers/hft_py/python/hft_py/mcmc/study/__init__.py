"""The study: workloads, implementations, bounds, claims."""

from hft_py.mcmc.study.runs import density_calls, emcee, implementation, replay
from hft_py.mcmc.study.workloads import (
    DE_MC,
    EFFECTIVE,
    EFFECTIVE_TEN,
    ENSEMBLE,
    HEADLINE,
    REAL,
    REAL_SHORT,
    TEMPERING,
    TEN,
    workload,
)
from qpp.study import Agreement, Claim, Implementation, Study

__all__ = ["study"]

study = Study(
    name="hft_mcmc",
    title="MCMC in Rust, with compiled objectives",
    question="How long do ten thousand iterations take, and how long an effective draw?",
    headline=(HEADLINE, "rust"),
    workloads=[
        workload(REAL_SHORT, "student_t", "adaptive_metropolis", 500, quick=True),
        workload(HEADLINE, "normal", "adaptive_metropolis", 10_000, dimension=2, quick=True),
        workload(ENSEMBLE, "normal", "ensemble", 10_000, dimension=2),
        workload(DE_MC, "normal", "de_mc", 10_000, dimension=2),
        workload(TEMPERING, "normal", "parallel_tempering", 2_000, dimension=2),
        workload(TEN, "normal", "adaptive_metropolis", 10_000, dimension=10),
        workload(REAL, "student_t", "adaptive_metropolis", 5_000),
        workload(EFFECTIVE, "normal", "adaptive_metropolis", 0, dimension=2, effective=1_000),
        workload(EFFECTIVE_TEN, "normal", "adaptive_metropolis", 0, dimension=10, effective=250),
    ],
    baseline=implementation(
        "python", "scalar", backend="python", note="NumPy kernels, four chains at once"
    ),
    optimised=[
        implementation("rust", "compiled", note="a C function by its address, no interpreter"),
        implementation(
            "rust-numba",
            "decorated",
            needs="numba",
            only=(HEADLINE, TEN),
            note="the decorator; compiled beforehand",
        ),
        implementation("rust-vectorized", "vectorized", note="one Python call an iteration"),
        implementation("rust-callback", "scalar", note="one Python call a point"),
        implementation(
            "rust-2-threads",
            "compiled",
            threads=2,
            only=(HEADLINE, DE_MC, TEMPERING, TEN, REAL),
        ),
    ],
    peers=[
        emcee(
            "emcee",
            vectorize=False,
            only=(HEADLINE, ENSEMBLE, DE_MC, TEN, REAL_SHORT, REAL, EFFECTIVE, EFFECTIVE_TEN),
        ),
        emcee("emcee-vectorized", vectorize=True, only=(HEADLINE, EFFECTIVE, TEN)),
    ],
    components=[
        Implementation(
            "callback-alone",
            replay,
            prepare=density_calls,
            compare=("best_log_prob",),
            only=(HEADLINE, TEN, REAL),
            note="the Python density at the same points, and nothing else",
        ),
    ],
    agreement=Agreement(
        rtol=1e-8,
        atol=1e-8,
        outputs={
            "mean": Agreement(standard_errors=6),
            "mean_standard_error": Agreement(standard_errors=6),
        },
    ),
    claims=[
        Claim("rust", over="python", at_least=40, on=HEADLINE, kind="published"),
        Claim("rust", over="python", at_least=40, on=[HEADLINE, ENSEMBLE, DE_MC, TEMPERING, TEN]),
        Claim("rust", over="emcee", at_least=50, on=[HEADLINE, ENSEMBLE, DE_MC, TEN]),
        Claim("rust", over="emcee-vectorized", at_least=50, on=HEADLINE),
        Claim(
            "rust",
            over="emcee",
            at_least=50,
            on=[EFFECTIVE, EFFECTIVE_TEN],
            note="at equal effective draws",
        ),
        Claim("rust", over="python", metric="resident_memory", at_least=6, on=HEADLINE),
        Claim(
            "rust-callback",
            over="callback-alone",
            metric="added_time",
            per=40_000,  # evaluations of the headline: four chains
            unit="evaluation",
            at_most=1e-6,
            on=HEADLINE,
        ),
        Claim("rust-2-threads", over="rust", at_least=1.5, on=[TEMPERING, REAL]),
    ],
    analysis=(
        "With a compiled objective an iteration costs some hundred nanoseconds: random numbers, "
        "the density, the proposal. A third of a short run is the diagnostics, mostly sorting and "
        "autocovariances of draws; a chain that rejects repeats itself, so only new draws are "
        "sorted. In ten dimensions they take longer than the sampling, and both kernel sets do "
        "the same transforms: there the ratio is smallest. The NumPy kernels step all chains at "
        "once and still take tens of microseconds an iteration. emcee calls the interpreter for "
        "every walker; in two dimensions its stretch move also needs more evaluations for an "
        "effective draw than a random walk that has learned the covariance, in ten it needs "
        "fewer. With a plain Python objective the interpreter is the cost, and the sampler around "
        "it hardly shows; where a density takes tens of microseconds in NumPy, as the likelihood "
        "of five thousand returns does, compiling the sampler gains little and compiling the "
        "density is what counts."
    ),
    time_limit=300.0,
)
