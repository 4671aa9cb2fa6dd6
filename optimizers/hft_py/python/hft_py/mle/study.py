"""The study: which implementations, on what, agreeing how closely, showing what."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hft_py import _rust
from hft_py.errors import InvalidValuesWarning
from hft_py.mle import OptimizeResult, cma_es_optimize, differential_evolution_optimize, peers
from hft_py.mle.workloads import (
    ADAPTATION,
    EVOLUTION,
    LIKELIHOOD,
    adaptation,
    evolution,
    garch,
    likelihood,
    rosenbrock,
    rosenbrock_batch,
    rosenbrock_decorated,
)
from hft_py.objectives import builtin, negated
from qpp.study import Agreement, Claim, Implementation, Study, Workload

if _rust.build_profile() != "release":
    raise RuntimeError("the extension is a debug build: run `make develop`")

SIGMA = 0.3
SIZE = 10
EARLY = 40  # generations that are compared: later ones part by rounding
Call = Callable[..., Mapping[str, Any]]


def shown(found: OptimizeResult) -> dict[str, Any]:
    """What is compared: how often the objective was called, and the way the search went."""
    return {
        "evaluations": np.array([float(found.nfev)]),
        "path": found.history.best_params[:EARLY],
    }


def search(objective: Any = None, *, threads: int = 1, backend: str = "rust", **kind: Any) -> Call:
    """Either method on one kind of objective; the workload says which method."""

    def call(lower: Any, upper: Any, **sizes: Any) -> dict[str, Any]:
        returns = sizes.get("returns")
        function = objective() if callable(objective) and objective in MAKERS else objective
        if returns is not None:
            function = likelihood_of(objective, returns)
        common = {"seed": 1, "threads": threads, "backend": backend, **kind}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InvalidValuesWarning)
            if "start" in sizes:
                return shown(
                    cma_es_optimize(
                        function,
                        lower,
                        upper,
                        sizes["start"],
                        SIGMA,
                        10**9,
                        SIZE,
                        max_evaluations=sizes["evaluations"],
                        tolerance=0.0,
                        parameter_tolerance=0.0,
                        **common,
                    )
                )
            return shown(
                differential_evolution_optimize(
                    function,
                    lower,
                    upper,
                    max_iterations=sizes["generations"],
                    init=sizes["population"],
                    strategy="best1bin",
                    tolerance=0.0,
                    absolute_tolerance=0.0,
                    **common,
                )
            )

    return call


MAKERS = (rosenbrock_decorated,)


def likelihood_of(objective: Any, returns: Any) -> Any:
    """The objective of the workload with data: the built-in, or the one in NumPy."""
    if objective == "rosenbrock":
        return negated(builtin("garch11", returns))
    return functools.partial(garch, returns=returns)


def scipy_peer(vectorized: bool) -> Call:
    """SciPy's differential evolution."""

    def call(lower: Any, upper: Any, population: Any, generations: int, **data: Any) -> Any:
        function: Any = rosenbrock_batch if vectorized else rosenbrock
        if "returns" in data:
            function = functools.partial(garch, returns=data["returns"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return peers.scipy_evolution(
                function, lower, upper, population, generations, vectorized
            )

    return call


def adaptation_peer(library: Callable[..., Any], function: Any) -> Call:
    """A library of CMA-ES."""

    def call(lower: Any, upper: Any, start: Any, evaluations: int) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return library(function, lower, upper, start, SIGMA, SIZE, evaluations)

    return call


COUNT = ("evaluations",)
HEADLINES = (EVOLUTION, ADAPTATION)
EVERY = (EVOLUTION, ADAPTATION, LIKELIHOOD)
KINDS = ("rust-vectorised", "rust-compiled", "rust-builtin")

study = Study(
    name="hft_mle",
    title="Global optimisation: the same generations, without the interpreter between them",
    question="What does a search cost beside its objective, and how fast can it be?",
    headline=(EVOLUTION, "rust-compiled"),
    workloads=[
        Workload(EVOLUTION, evolution, quick=True, population_size=150, generations=66),
        Workload(ADAPTATION, adaptation, quick=True, evaluations=5_000),
        Workload(LIKELIHOOD, likelihood, quick=True, population_size=60, generations=40),
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
            only=HEADLINES,
        ),
        Implementation(
            "rust-compiled",
            search(_rust.contract_address("rosenbrock")),
            note="a C function by its address, as a user's own would be",
            only=HEADLINES,
        ),
        Implementation(
            "rust-numba",
            search(rosenbrock_decorated),
            needs="numba",
            note="the decorator; compiled beforehand",
            only=HEADLINES,
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
            only=HEADLINES,
        ),
    ],
    peers=[
        Implementation("scipy", scipy_peer(False), only=(EVOLUTION, LIKELIHOOD), compare=COUNT),
        Implementation("scipy-vectorised", scipy_peer(True), only=(EVOLUTION,), compare=COUNT),
        Implementation(
            "cmaes",
            adaptation_peer(peers.cmaes_library, rosenbrock),
            needs="cmaes",
            only=(ADAPTATION,),
            compare=COUNT,
        ),
        Implementation(
            "pycma",
            adaptation_peer(peers.pycma_library, rosenbrock_batch),
            needs="cma",
            note="values of a whole generation in one call",
            only=(ADAPTATION,),
            compare=COUNT,
        ),
    ],
    agreement=Agreement(
        rtol=1e-9, atol=1e-9, outputs={"evaluations": Agreement(), "path": Agreement(atol=1e-6)}
    ),
    claims=[
        *(
            Claim(kind, over="python", at_least=17, on=EVOLUTION, kind=standing)
            for kind in KINDS
            for standing in ("published", "bar")
        ),
        *(Claim(kind, over="scipy-vectorised", at_least=10, on=EVOLUTION) for kind in KINDS),
        Claim("rust-callable", over="cmaes", at_least=1, on=ADAPTATION),
        Claim("rust-builtin", over="cmaes", at_least=20, on=ADAPTATION),
        Claim("rust-vectorised", over="pycma", at_least=3, on=ADAPTATION),
        *(
            Claim(
                "rust-builtin",
                over="python",
                at_least=6,
                metric="resident_memory",
                on=workload,
            )
            for workload in HEADLINES
        ),
        Claim("rust-builtin", over="python", at_least=3, on=LIKELIHOOD),
        Claim("rust-2-threads", over="rust-builtin", at_least=1.6, on=LIKELIHOOD),
    ],
    analysis=(
        "A generation of differential evolution or CMA-ES is a few hundred nanoseconds of work for "
        "each point; in NumPy it is some twenty calls. With a cheap objective the search is "
        "therefore most of the time in Python and next to nothing in Rust, and what is left is the "
        "objective: a Python function of one point is called ten thousand times whoever calls it, "
        "so the callable row gains least, and with an expensive objective nothing is gained but "
        "the threads. A vectorised function is called once a generation and a compiled one by no "
        "interpreter at all."
    ),
)
