"""How many evaluations reach 1e-8: ``python -m hft_py.mle.study.evaluations``.

Ten dimensions, the box [-5, 5]^10, the same random starts for every library; medians and quartiles
over the seeds of the evaluations until a value of 1e-8 has been seen; ours count whole generations.
A run that does not reach it within the budget counts as infinite. 25 seeds; 200 for CMA-ES where
there is one minimum, 5 for ``pyswarms``, ``pymoo`` and SciPy's annealing, which take up to a minute
a run. Differential evolution is compared with SciPy's defaults (a population of 150, without
polishing), CMA-ES with ``cma`` with the same population, first step and restarts (IPOP), the swarm
with a ring of 40 and the same coefficients, the genetic algorithm with the same operators and
population, and annealing with SciPy's defaults.

Writes ``evaluations.json`` into the folder given and prints the tables of the README. With
``--methods`` the other columns stay as they are in the file.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import platform
import statistics
import warnings
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from hft_py.mle import (
    OptimizeResult,
    cma_es_optimize,
    differential_evolution_optimize,
    dual_annealing_optimize,
    genetic_algorithm_optimize,
    particle_swarm_optimize,
)
from hft_py.mle.baseline.loop import Array
from hft_py.objectives import resolve

D, BOX, TARGET = 10, 5.0, 1e-8
LOWER, UPPER = np.full(D, -BOX), np.full(D, BOX)
BUDGET = 300_000
FUNCTIONS = ("sphere", "rosenbrock", "rastrigin", "ellipsoid", "rotated_cigar")
SEEDS = 25
# CMA-ES on a function with one minimum takes a tenth of a second; libraries differ by per cents.
SEED_FACTOR = 8
QUICK = ("CMA-ES", "pycma")
SLOW = ("pyswarms", "pymoo GA", "scipy annealing")


def seeds_of(name: str, method: str, seeds: int) -> int:
    """How many runs a method makes on a function."""
    if method in SLOW:
        return min(seeds, 5)
    return seeds * SEED_FACTOR if method in QUICK and name != "rastrigin" else seeds


def start(seed: int) -> Array:
    """Where CMA-ES begins."""
    return np.random.default_rng(seed).uniform(-BOX, BOX, D)


def _until_target(found: OptimizeResult) -> float:
    return float(found.nfev) if found.stop_reason == "target_reached" else math.inf


ENDLESS: dict[str, Any] = {"max_iterations": 10**6, "target": TARGET}
UNEQUAL = {"tolerance": 0.0, "absolute_tolerance": 0.0}  # no convergence but of equal values


def ours(optimise: Callable[..., OptimizeResult], **options: Any) -> Callable[[str, int], float]:
    """A method of this library with a population or a sample."""
    options = ENDLESS | {"max_evaluations": BUDGET} | options

    def run(name: str, seed: int) -> float:
        return _until_target(optimise(name, LOWER, UPPER, seed=seed, **options))

    return run


def cma(name: str, seed: int) -> float:
    """Our CMA-ES."""
    limits: dict[str, Any] = {"max_evaluations": BUDGET, "seed": seed, "target": TARGET}
    return _until_target(
        cma_es_optimize(name, LOWER, UPPER, start(seed), restarts="ipop", **limits)
    )


class Reached(Exception):  # noqa: N818  # no error
    """The target has been seen."""


class Counted:
    """An objective that counts its points and ends the run at the target."""

    def __init__(self, name: str) -> None:
        self._objective = resolve(name, D)
        self.calls = 0

    def __call__(self, points: Array) -> Array:
        values = self._objective.batch(np.ascontiguousarray(points))
        good = np.flatnonzero(values <= TARGET)
        self.calls += int(good[0]) + 1 if good.size else len(values)
        if good.size:
            raise Reached
        return values


def counted(search: Callable[[Counted, int], None]) -> Callable[[str, int], float]:
    """The evaluations of another library's search until the target is reached."""

    def run(name: str, seed: int) -> float:
        objective = Counted(name)
        try:
            search(objective, seed)
        except Reached:
            return float(objective.calls)
        return math.inf

    return run


def scipy_evolution(objective: Counted, seed: int) -> None:
    """SciPy's differential evolution with its defaults."""
    from scipy.optimize import differential_evolution

    differential_evolution(
        lambda points: objective(points.T),
        list(zip(LOWER, UPPER, strict=True)),
        maxiter=BUDGET // 150,
        tol=0.0,
        atol=0.0,
        polish=False,
        vectorized=True,
        updating="deferred",
        rng=seed,
    )


def pycma(objective: Counted, seed: int) -> None:
    """The library of the method's author."""
    from cma import CMAEvolutionStrategy

    size = 4 + int(3 * math.log(D))
    point, left = start(seed), BUDGET
    rng = np.random.default_rng(10_000 + seed)
    while left >= size:
        options = {"bounds": [-BOX, BOX], "seed": seed + 1, "popsize": size, "verbose": -9}
        search = CMAEvolutionStrategy(point, 0.3 * 2 * BOX, options | {"maxfevals": left})
        while not search.stop():
            points = search.ask()
            search.tell(points, list(objective(np.array(points))))
        left = BUDGET - objective.calls
        size, point = 2 * size, rng.uniform(-BOX, BOX, D)


def scipy_annealing(objective: Counted, seed: int) -> None:
    """SciPy's dual annealing with its defaults."""
    from scipy.optimize import dual_annealing

    dual_annealing(
        lambda x: float(objective(x[None])[0]),
        list(zip(LOWER, UPPER, strict=True)),
        maxiter=10**6,
        maxfun=BUDGET,
        rng=seed,
    )


def pyswarms(objective: Counted, seed: int) -> None:
    """``pyswarms`` with our ring and coefficients; it draws from NumPy's global generator."""
    import logging

    logging.getLogger("pyswarms").disabled = True  # on import it configures a file log
    from pyswarms.single import LocalBestPSO

    np.random.seed(seed)  # noqa: NPY002  # the library knows no other
    options = {"c1": 1.49618, "c2": 1.49618, "w": 0.72984, "k": 3, "p": 2}
    search = LocalBestPSO(40, D, options, bounds=(LOWER, UPPER))
    search.optimize(objective, BUDGET // 40, verbose=False)


def pymoo(objective: Counted, seed: int) -> None:
    """``pymoo``'s genetic algorithm with our operators and population."""
    from pymoo.algorithms.soo.nonconvex.ga import GA
    from pymoo.core.problem import Problem
    from pymoo.operators.crossover.sbx import SBX
    from pymoo.operators.mutation.pm import PM
    from pymoo.optimize import minimize

    class Vectorised(Problem):  # type: ignore[misc]  # untyped
        def __init__(self) -> None:
            super().__init__(n_var=D, n_obj=1, xl=LOWER, xu=UPPER)

        def _evaluate(self, x: Array, out: dict[str, Any], *_: Any, **__: Any) -> None:
            out["F"] = objective(x)

    search = GA(pop_size=200, crossover=SBX(prob=1.0, eta=2), mutation=PM(eta=20))
    minimize(Vectorised(), search, ("n_eval", BUDGET), seed=seed, verbose=False)


TABLES: tuple[dict[str, Callable[[str, int], float]], ...] = (
    {
        "DE, jde": ours(differential_evolution_optimize, **UNEQUAL),
        "DE, lshade": ours(
            differential_evolution_optimize, strategy="lshade", max_evaluations=40_000, **UNEQUAL
        ),
        "scipy DE": counted(scipy_evolution),
        "CMA-ES": cma,
        "pycma": counted(pycma),
    },
    {
        "swarm": ours(particle_swarm_optimize, **UNEQUAL),
        "pyswarms": counted(pyswarms),
        "genetic": ours(genetic_algorithm_optimize, **UNEQUAL),
        "pymoo GA": counted(pymoo),
        "annealing": ours(dual_annealing_optimize, patience=10**6),
        "scipy annealing": counted(scipy_annealing),
    },
)
METHODS = TABLES[0] | TABLES[1]


def measure(
    seeds: int, methods: Iterable[str] = METHODS, known: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Evaluations by function and method, one number for each seed; None where not reached.

    ``known`` is a former result, whose other methods are kept.
    """
    counts: dict[str, dict[str, list[float | None]]] = dict(known["evaluations"]) if known else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in FUNCTIONS:
            for method in methods:
                found = [
                    METHODS[method](name, seed) for seed in range(seeds_of(name, method, seeds))
                ]
                counts.setdefault(name, {})[method] = [x if x < math.inf else None for x in found]
                print(f"{name}: {method} {median(counts[name][method]):,.0f}", flush=True)
    packages = dict(known["packages"]) if known else {}
    for package in ("hft-py", "numpy", "scipy", "cma", "pyswarms", "pymoo"):
        with contextlib.suppress(PackageNotFoundError):
            packages[package] = version(package)
    return {
        "dimension": D,
        "box": BOX,
        "target": TARGET,
        "budget": BUDGET,
        "seeds": seeds,
        "python": platform.python_version(),
        "packages": packages,
        "evaluations": counts,
    }


def median(found: list[float | None]) -> float:
    """The median, infinite for runs that did not reach the target."""
    return statistics.median(math.inf if x is None else x for x in found)


def table(result: dict[str, Any], methods: Iterable[str]) -> str:
    """Medians and quartiles in Markdown, with how many runs reached the target if not all."""
    methods = list(methods)
    lines = ["| | " + " | ".join(methods) + " |", "|---|" + "---:|" * len(methods)]
    for name, by_method in result["evaluations"].items():
        cells = []
        for method in methods:
            found = by_method.get(method)
            if not found:
                cells.append("not counted")
                continue
            reached = sum(x is not None for x in found)
            middle = median(found)
            cell = f"{middle:,.0f}" if middle < math.inf else "not reached"
            ordered = sorted(math.inf if x is None else x for x in found)
            low, high = ordered[len(ordered) // 4], ordered[(3 * len(ordered)) // 4]
            if high < math.inf:
                cell += f" [{low:,.0f}, {high:,.0f}]"
            cells.append(cell if reached == len(found) else f"{cell} ({reached} of {len(found)})")
        lines.append(f"| {name.replace('_', ' ')} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where evaluations.json goes")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--methods", nargs="+", choices=METHODS, help="count these alone")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    path = arguments.folder / "evaluations.json"
    known = json.loads(path.read_text(encoding="utf-8")) if arguments.methods else None
    result = measure(arguments.seeds, arguments.methods or METHODS, known)
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print("\n\n".join(table(result, methods) for methods in TABLES))


if __name__ == "__main__":
    main()
