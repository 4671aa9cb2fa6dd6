"""The README's pictures: ``python -m hft_py.mle.study.figures FOLDER``.

``mle_convergence``: best value against evaluations, every method on two functions.
``mle_evaluations``: evaluations to reach 1e-8 by differential evolution and CMA-ES, from
``evaluations.json`` in the same folder.
``mle_path``: the mean of CMA-ES in Rosenbrock's valley, with the points of every eighth of the
first generations.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from hft_py.mle import CMAES, cma_es_optimize, differential_evolution_optimize
from hft_py.mle.baseline.loop import Array
from hft_py.mle.study.evaluations import FUNCTIONS, TABLES, median
from hft_py.objectives import resolve
from hft_py.results import pyplot

__all__ = ["convergence", "evaluations", "path"]

COLOURS = ("#1f4e79", "#c0504d", "#4f8f4f", "#8064a2", "#d08a2e")
OURS = ("DE, jde", "DE, lshade", "CMA-ES")


def convergence(names: tuple[str, ...] = ("rosenbrock", "rastrigin"), d: int = 10) -> Any:
    """Best value against evaluations for CMA-ES and three differential evolutions."""
    figure, panels = pyplot().subplots(
        1, len(names), figsize=(4.8 * len(names), 3.8), squeeze=False, layout="constrained"
    )
    lower, upper = np.full(d, -5.0), np.full(d, 5.0)
    start = np.random.default_rng(1).uniform(-5, 5, d)
    for axes, name in zip(panels[0], names, strict=True):
        common: dict[str, Any] = {"seed": 1, "target": 1e-9}
        runs = {
            "CMA-ES, IPOP": cma_es_optimize(
                name, lower, upper, start, restarts="ipop", max_evaluations=200_000, **common
            )
        }
        for strategy in ("lshade", "jde", "rand1bin"):
            runs[f"DE, {strategy}"] = differential_evolution_optimize(
                name,
                lower,
                upper,
                max_iterations=10**6,
                max_evaluations=40_000,
                strategy=strategy,
                tolerance=0.0,
                absolute_tolerance=0.0,
                **common,
            )
        for (label, run), colour in zip(runs.items(), COLOURS, strict=False):
            run.plot(axes, floor=0.0)
            axes.lines[-1].set(color=colour, label=label, linewidth=1.4)
        axes.set_title(f"{name}, {d} dimensions", fontsize=10)
        axes.set_xscale("log")
        axes.grid(alpha=0.25)
        axes.legend(fontsize=8, frameon=False)
    return figure


def evaluations(result: dict[str, Any]) -> Any:
    """Medians of the evaluations to the target, a group of bars for each function."""
    methods = list(TABLES[0])
    figure, axes = pyplot().subplots(figsize=(9.2, 3.8), layout="constrained")
    width = 0.8 / len(methods)
    for place, (method, colour) in enumerate(zip(methods, COLOURS, strict=False)):
        heights = [median(result["evaluations"][name][method]) for name in FUNCTIONS]
        at = np.arange(len(FUNCTIONS)) + (place - (len(methods) - 1) / 2) * width
        shown = [h if math.isfinite(h) else result["budget"] for h in heights]
        hatch = None if method in OURS else "//"
        bars = axes.bar(
            at, shown, width, label=method, color=colour, hatch=hatch, edgecolor="white"
        )
        for bar, height in zip(bars, heights, strict=True):
            if not math.isfinite(height):
                middle = bar.get_x() + width / 2
                axes.text(middle, bar.get_height(), "never", ha="center", va="bottom", fontsize=7)
    axes.set_yscale("log")
    axes.set_xticks(range(len(FUNCTIONS)), [name.replace("_", " ") for name in FUNCTIONS])
    axes.set_ylabel(f"evaluations to {result['target']:g}")
    axes.set_title(
        f"{result['dimension']} dimensions, median of {result['seeds']} seeds and more "
        "(hatched: other libraries)",
        fontsize=10,
    )
    axes.legend(fontsize=8, frameon=False, ncols=len(methods))
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def path(name: str = "rosenbrock", seed: int = 3) -> Any:
    """Contours in two dimensions, the points of some generations and the path of the mean."""
    figure, axes = pyplot().subplots(figsize=(6.4, 5.0), layout="constrained")
    low, high, start = np.array([-2.0, -1.5]), np.array([2.0, 3.5]), np.array([-1.5, 2.8])
    x, y = np.meshgrid(np.linspace(low[0], high[0], 300), np.linspace(low[1], high[1], 300))
    grid = np.ascontiguousarray(np.stack([x.ravel(), y.ravel()], axis=1))
    objective = resolve(name, 2)
    values = objective.batch(grid).reshape(x.shape)
    axes.contourf(x, y, np.log10(values + 1e-3), levels=24, cmap="Blues_r", alpha=0.85)
    search = CMAES(low, high, start, sigma=0.12, population_size=12, seed=seed, target=1e-8)
    clouds: list[Array] = []
    while not search.stop_reason:
        points = search.ask()
        clouds.append(points)
        search.tell(points, objective.batch(points))
    means = search.result().history.mean
    assert means is not None  # CMA-ES always records it
    shown = range(0, 40, 8)
    for number, shade in zip(shown, np.linspace(0.15, 0.95, len(shown)), strict=True):
        axes.scatter(
            *clouds[number].T,
            s=12,
            color=pyplot().get_cmap("viridis")(shade),
            edgecolor="black",
            linewidth=0.3,
            zorder=3,
            label=f"generation {number}",
        )
    track = np.vstack([start, means])
    axes.plot(*track.T, color="white", linewidth=2.6)
    axes.plot(*track.T, color="#c0504d", linewidth=1.4, label="mean of the search distribution")
    axes.plot(1.0, 1.0, "*", color="gold", markersize=13, markeredgecolor="black", label="minimum")
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xlabel="x₀", ylabel="x₁")
    axes.set_title(f"CMA-ES on {name}: {len(clouds)} generations to 1e-8", fontsize=10)
    axes.legend(fontsize=7, loc="lower right")
    return figure


def main() -> None:
    """Draw every picture whose data are there."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    figures = {"mle_convergence": convergence(), "mle_path": path()}
    counted = folder / "evaluations.json"
    if counted.exists():
        figures["mle_evaluations"] = evaluations(json.loads(counted.read_text(encoding="utf-8")))
    else:
        print("no evaluations.json: `python -m hft_py.mle.study.evaluations FOLDER` makes it")
    for name, figure in figures.items():
        figure.savefig(folder / f"{name}.png", dpi=120)
        print(folder / f"{name}.png")


if __name__ == "__main__":
    main()
