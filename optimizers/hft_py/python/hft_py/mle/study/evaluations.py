"""How many evaluations reach 1e-8: ``python -m hft_py.mle.study.evaluations``.

Ten dimensions, the box [-5, 5]^10, the same random starts for every library; medians and quartiles
over the seeds of the evaluations until a value of 1e-8 has been seen; ours count whole generations.
A run that does not reach it within the budget counts as infinite. 25 seeds; 200 for CMA-ES where
there is one minimum. Differential evolution is compared with SciPy's defaults (a population of 150,
without polishing), CMA-ES with ``cma`` with the same population, first step and restarts (IPOP).

Writes ``evaluations.json`` into the folder given and prints the table of the README.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import statistics
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from hft_py.mle import OptimizeResult, cma_es_optimize, differential_evolution_optimize
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


def seeds_of(name: str, method: str, seeds: int) -> int:
    """How many runs a method makes on a function."""
    return seeds * SEED_FACTOR if method in QUICK and name != "rastrigin" else seeds


def start(seed: int) -> Array:
    """Where CMA-ES begins."""
    return np.random.default_rng(seed).uniform(-BOX, BOX, D)


def _until_target(found: OptimizeResult) -> float:
    return float(found.nfev) if found.stop_reason == "target_reached" else math.inf


def evolution(strategy: str, budget: int) -> Callable[[str, int], float]:
    """Our differential evolution."""

    def run(name: str, seed: int) -> float:
        return _until_target(
            differential_evolution_optimize(
                name,
                LOWER,
                UPPER,
                max_iterations=10**6,
                max_evaluations=budget,
                strategy=strategy,
                seed=seed,
                target=TARGET,
                tolerance=0.0,
                absolute_tolerance=0.0,
            )
        )

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


METHODS: dict[str, Callable[[str, int], float]] = {
    "DE, jde": evolution("jde", BUDGET),
    "DE, lshade": evolution("lshade", 40_000),
    "scipy DE": counted(scipy_evolution),
    "CMA-ES": cma,
    "pycma": counted(pycma),
}


def measure(seeds: int) -> dict[str, Any]:
    """Evaluations by function and method, one number for each seed; None where not reached."""
    counts: dict[str, dict[str, list[float | None]]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in FUNCTIONS:
            for method, run in METHODS.items():
                found = [run(name, seed) for seed in range(seeds_of(name, method, seeds))]
                counts.setdefault(name, {})[method] = [x if x < math.inf else None for x in found]
                print(f"{name}: {method} {median(counts[name][method]):,.0f}", flush=True)
    packages = {p: version(p) for p in ("hft-py", "numpy", "scipy", "cma")}
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


def table(result: dict[str, Any]) -> str:
    """Medians and quartiles in Markdown, with how many runs reached the target if not all."""
    methods = list(METHODS)
    lines = ["| | " + " | ".join(methods) + " |", "|---|" + "---:|" * len(methods)]
    for name, by_method in result["evaluations"].items():
        cells = []
        for method in methods:
            found = by_method[method]
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
    arguments = parser.parse_args()
    result = measure(arguments.seeds)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    path = arguments.folder / "evaluations.json"
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(table(result))


if __name__ == "__main__":
    main()
