"""The three pictures of the README: ``python -m gpu_monte_carlo.study.figures``.

``convergence``: the standard error against paths, and the price with its interval, for each
method. ``ladder``: the time of each to a standard error, measured at a fraction of it and scaled
by the square, as the error of a simulation falls with the root of its paths. ``fan``: simulated
paths.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gpu_monte_carlo import backends
from gpu_monte_carlo.pricing import price, simulate_paths
from gpu_monte_carlo.study.references import DISCRETE
from gpu_monte_carlo.study.workloads import at_the_money

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REFERENCE = DISCRETE[1].price  # of the option at the money, 252 observations
METHODS: dict[str, dict[str, Any]] = {
    "plain": {"variance_reduction": ()},
    "antithetic": {"variance_reduction": ("antithetic",)},
    "Sobol, bridge": {"variance_reduction": (), "sampling": "sobol"},
    "control": {"variance_reduction": ("control",)},
    "control, antithetic": {"variance_reduction": ("antithetic", "control")},
    "control, Sobol": {"variance_reduction": ("control",), "sampling": "sobol"},
}
TARGET = 1e-4


def convergence(most: int = 2**20, observations: int = 252) -> Figure:
    """Errors against paths, all methods on one scale, and the prices they are of."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, 4.6), layout="constrained")
    errors, prices = figure.subplots(1, 2, width_ratios=(3, 2))
    option = at_the_money(observations)
    # For other observations the best estimate replaces the reference.
    exact = REFERENCE if observations == 252 else price(option, paths=most, seed=99).price
    for row, (title, how) in enumerate(METHODS.items()):
        # Sobol points are made by NumPy: a quarter of the paths.
        last = most // 4 if "sampling" in how else most
        counts = [2**k for k in range(15, last.bit_length())]
        found = [price(option, paths=n, seed=7, **how) for n in counts]
        paths = [f.paths for f in found]
        error = [f.standard_error for f in found]
        colour = f"C{row}"
        errors.loglog(
            paths, error, color=colour, marker="o", markersize=3, linewidth=1, label=title
        )
        low, high = found[-1].confidence_interval
        middle = found[-1].price - exact
        band = [[middle + exact - low], [high - exact - middle]]
        prices.errorbar(middle, -row, xerr=band, color=colour, marker="o", markersize=4, capsize=3)
        prices.annotate(
            f"{title}, {paths[-1]:,} paths",
            (0.02, -row + 0.3),
            xycoords=("axes fraction", "data"),
            fontsize=8,
            color=colour,
            va="center",
        )
    errors.set_xscale("log", base=2)
    errors.legend(frameon=False, fontsize=8, loc="center right")
    errors.set_xlabel("paths")
    errors.set_ylabel("standard error of the price")
    errors.set_title("at the money, a year, volatility 20 %", fontsize=10)
    prices.axvline(0.0, color="0.4", linewidth=0.6)
    prices.set_xscale("symlog", linthresh=1e-3, linscale=1.0)
    prices.set_xlabel("price less reference, 95 % interval")
    prices.set_yticks([])
    prices.set_ylim(-len(METHODS) + 0.4, 0.8)
    for axes in (errors, prices):
        axes.spines[["top", "right"]].set_visible(False)
    prices.spines["left"].set_visible(False)
    return figure


def ladder_times(paths: int = 2**18, observations: int = 252) -> dict[str, float]:
    """Seconds to ``TARGET``, by implementation and method, one thread; the slowest first."""
    option = at_the_money(observations)
    times = {}
    for name in ("numpy", "rust", "cuda"):
        if backends.unavailable_reason(name) is not None:
            continue
        for title, how in METHODS.items():
            if how.get("sampling") == "sobol" and name != "numpy":
                continue
            price(option, paths=1, backend=name, threads=1, **how)  # warm
            found = price(option, paths=paths, seed=3, backend=name, threads=1, **how)
            times[f"{name} · {title}"] = found.seconds * (found.standard_error / TARGET) ** 2
    return dict(sorted(times.items(), key=lambda item: -item[1]))


def ladder(times: dict[str, float]) -> Figure:
    """A bar for each method: its time to the target."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    figure = Figure(figsize=(9.6, 0.6 + 0.34 * len(times)), layout="constrained")
    axes = figure.add_subplot()
    names, seconds = list(times), np.array(list(times.values()))
    colours = ["tab:orange" if n.startswith("numpy") else "tab:blue" for n in names]
    axes.barh(names, seconds, color=colours, height=0.6)
    for row, value in enumerate(seconds):
        axes.text(value * 1.1, row, _duration(value), va="center", fontsize=8)
    axes.set_xscale("log")
    axes.set_xlim(seconds.min() / 2, seconds.max() * 6)
    axes.invert_yaxis()
    axes.set_xlabel(
        f"seconds to a standard error of {TARGET:g}, one thread (from a part, by its square)"
    )
    axes.legend(
        handles=[
            Patch(color=colour, label=label)
            for label, colour in (("NumPy", "tab:orange"), ("Rust, CUDA", "tab:blue"))
        ],
        frameon=False,
        loc="lower right",
        fontsize=8,
    )
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _duration(seconds: float) -> str:
    """In the unit a reader would use.

    >>> _duration(3.28), _duration(5840.0)
    ('3.28 s', '1.6 h')
    """
    return f"{seconds:.3g} s" if seconds < 600 else f"{seconds / 3600:.1f} h"


def fan(paths: int = 20_000, observations: int = 252) -> Figure:
    """Some paths, bands of all, and the distribution of their averages."""
    from matplotlib.figure import Figure

    option = at_the_money(observations)
    simulated = simulate_paths(option, paths=paths, seed=11)
    years = np.linspace(0.0, option.maturity, observations + 1)
    figure = Figure(figsize=(9.6, 4.2), layout="constrained")
    axes, side = figure.subplots(1, 2, sharey=True, width_ratios=(4, 1))
    for low, high, share, strength in ((2.5, 97.5, "95 %", 0.15), (25, 75, "50 %", 0.3)):
        edges = np.percentile(simulated, [low, high], axis=0)
        label = f"{share} of {paths:,} paths"
        axes.fill_between(years, *edges, color="tab:blue", alpha=strength, linewidth=0, label=label)
    axes.plot(years, simulated[:12].T, color="0.35", linewidth=0.6)
    axes.axhline(option.strike, color="tab:red", linewidth=0.9, label="strike")
    axes.set_xlim(0.0, option.maturity)
    axes.set_xlabel("years")
    axes.set_ylabel("price")
    axes.set_title("twelve paths, and bands of all", fontsize=10)
    axes.legend(frameon=False, loc="upper left", fontsize=8)
    average = simulated[:, 1:].mean(axis=1)
    side.hist(average, bins=60, orientation="horizontal", color="tab:blue", alpha=0.6)
    side.axhline(option.strike, color="tab:red", linewidth=0.9)
    side.set_title("their averages", fontsize=10)
    side.set_xticks([])
    for one in (axes, side):
        one.spines[["top", "right"]].set_visible(False)
    return figure


def main(arguments: list[str] | None = None) -> None:
    """Draw the pictures into a folder."""
    parser = argparse.ArgumentParser(prog="python -m gpu_monte_carlo.study.figures")
    parser.add_argument("--out", type=Path, default=Path("reports"), help="folder to write into")
    parser.add_argument("--observations", type=int, default=252, help="of the option")
    chosen = parser.parse_args(arguments)
    chosen.out.mkdir(parents=True, exist_ok=True)
    n = chosen.observations
    times = ladder_times(observations=n)
    for name, seconds in times.items():
        print(f"{name:32} {seconds:12.4g} s to {TARGET:g}")
    drawn = {
        "convergence": convergence(observations=n),
        "ladder": ladder(times),
        "fan": fan(observations=n),
    }
    for title, figure in drawn.items():
        path = chosen.out / f"{title}.png"
        figure.savefig(path, dpi=130, metadata={"Software": None})
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
