"""The study: workloads, implementations, bounds, claims."""

from hft_py import _rust
from hft_py.mle.study import peers
from hft_py.mle.study.runs import cma_peer, scipy_peer, search
from hft_py.mle.study.workloads import (
    CMA,
    EVOLUTION,
    LIKELIHOOD,
    cma,
    evolution,
    likelihood,
    rosenbrock,
    rosenbrock_batch,
    rosenbrock_decorated,
)
from qpp.study import Agreement, Claim, Implementation, Study, Workload

__all__ = ["study"]

study = Study(
    name="hft_mle",
    title="Differential evolution and CMA-ES in Rust",
    question="What does a search cost beside its objective, and how fast can it be?",
    headline=(EVOLUTION, "rust-compiled"),
    workloads=[
        Workload(EVOLUTION, evolution, quick=True, population_size=150, generations=66),
        Workload(CMA, cma, quick=True, evaluations=5_000),
        Workload(
            LIKELIHOOD, likelihood, quick=True, needs="arch", population_size=60, generations=40
        ),
    ],
    baseline=Implementation(
        "python",
        search(rosenbrock, backend="python"),
        note="NumPy, individual by individual; objective a Python function of one point",
    ),
    optimised=[
        Implementation("rust-callable", search(rosenbrock), note="the same Python function"),
        Implementation(
            "rust-vectorised",
            search(rosenbrock_batch, vectorized=True),
            note="one call a generation",
            only=(EVOLUTION, CMA),
        ),
        Implementation(
            "rust-compiled",
            search(_rust.contract_address("rosenbrock")),
            note="a C function by its address, as a user's own would be",
            only=(EVOLUTION, CMA),
        ),
        Implementation(
            "rust-numba",
            search(rosenbrock_decorated),
            needs="numba",
            note="the decorator; compiled beforehand",
            only=(EVOLUTION, CMA),
        ),
        Implementation("rust-builtin", search("rosenbrock")),
        Implementation(
            "rust-2-threads",
            search("rosenbrock", threads=2),
            threads=2,
            note="a generation on two cores",
            only=(LIKELIHOOD,),
        ),
        Implementation(
            "python-vectorised",
            search(rosenbrock_batch, vectorized=True, backend="python"),
            note="the Python kernels, one call a generation",
            only=(EVOLUTION, CMA),
        ),
    ],
    peers=[
        Implementation(
            "scipy", scipy_peer(False), only=(EVOLUTION, LIKELIHOOD), compare=("evaluations",)
        ),
        Implementation(
            "scipy-vectorised", scipy_peer(True), only=(EVOLUTION,), compare=("evaluations",)
        ),
        Implementation(
            "cmaes",
            cma_peer(peers.cmaes_library, rosenbrock),
            needs="cmaes",
            only=(CMA,),
            compare=("evaluations",),
        ),
        Implementation(
            "pycma",
            cma_peer(peers.pycma_library, rosenbrock_batch),
            needs="cma",
            note="values of a whole generation in one call",
            only=(CMA,),
            compare=("evaluations",),
        ),
    ],
    agreement=Agreement(
        rtol=1e-9, atol=1e-9, outputs={"evaluations": Agreement(), "path": Agreement(atol=1e-6)}
    ),
    claims=[
        *(
            Claim(kind, over="python", at_least=17, on=EVOLUTION, kind=source)
            for kind in ("rust-vectorised", "rust-compiled", "rust-builtin")
            for source in ("published", "bar")
        ),
        *(
            Claim(kind, over="scipy-vectorised", at_least=10, on=EVOLUTION)
            for kind in ("rust-vectorised", "rust-compiled", "rust-builtin")
        ),
        Claim("rust-callable", over="cmaes", at_least=1, on=CMA),
        Claim("rust-builtin", over="cmaes", at_least=20, on=CMA),
        Claim("rust-vectorised", over="pycma", at_least=3, on=CMA),
        *(
            Claim(
                "rust-builtin",
                over="python",
                at_least=6,
                metric="resident_memory",
                on=workload,
            )
            for workload in (EVOLUTION, CMA)
        ),
        Claim("rust-builtin", over="python", at_least=3, on=LIKELIHOOD),
        Claim("rust-2-threads", over="rust-builtin", at_least=1.6, on=LIKELIHOOD),
    ],
    analysis=(
        "A generation of differential evolution or CMA-ES is a few hundred nanoseconds of work for "
        "each point; in NumPy it is some twenty calls. With a cheap objective the search is "
        "therefore most of the time in Python and next to nothing in Rust, and what is left is the "
        "objective: a Python function of one point is called ten thousand times in any case, "
        "so the callable row gains least, and with an expensive objective nothing is gained but "
        "the threads. A vectorised function is called once a generation and a compiled one by no "
        "interpreter at all."
    ),
)
