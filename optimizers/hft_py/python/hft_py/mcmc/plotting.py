"""Plots of a run: trace, corner, autocorrelation, R-hat against draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.backend import kernels
from hft_py.mcmc.baseline.diagnostics import factor
from hft_py.mcmc.convergence import MAX_R_HAT
from hft_py.mcmc.result import MCMCResult
from hft_py.results import pyplot

__all__ = ["KINDS", "autocorrelation", "corner", "draw", "r_hat", "trace"]

_DARK, _LIGHT = "#1f4e79", "#9db8d2"
_SHOWN = 12  # chains in colours of their own


def draw(run: MCMCResult, kind: str) -> Any:
    """The plot of that name, a matplotlib figure."""
    name = checks.choice("kind", kind, KINDS)
    if run.samples.shape[1] < 4:
        raise ValueError("fewer than 4 draws a chain: there is nothing to draw")
    return KINDS[name](run)


def _colours(count: int) -> list[Any]:
    shades = pyplot().get_cmap("viridis")(np.linspace(0.05, 0.85, min(count, _SHOWN)))
    return [shades[i % len(shades)] for i in range(count)]


def trace(run: MCMCResult) -> Any:
    """Each parameter against draws, a colour a chain, its density beside it."""
    chains, draws, dimension = run.samples.shape
    figure, axes = pyplot().subplots(
        dimension,
        2,
        figsize=(9, 1.9 * dimension + 0.6),
        squeeze=False,
        width_ratios=[3, 1],
        layout="constrained",
    )
    step = max(1, draws // 2_000)  # more points than pixels hide each other
    for p, name in enumerate(run.param_names):
        left, right = axes[p]
        for chain, colour in zip(run.samples[:, :, p], _colours(chains), strict=True):
            left.plot(np.arange(0, draws, step), chain[::step], color=colour, lw=0.5, alpha=0.7)
            right.hist(
                chain, bins=40, density=True, histtype="step", color=colour,
                orientation="horizontal",
            )  # fmt: skip
        left.set_ylabel(name)
        left.margins(x=0)
        right.sharey(left)
        right.tick_params(labelleft=False, labelbottom=False)
        left.set_title(f"R-hat {run.r_hat[p]:.3f}, effective draws {run.ess_bulk[p]:,.0f}",
                       fontsize=9, loc="right")  # fmt: skip
    axes[-1, 0].set_xlabel("draw")
    figure.suptitle(f"Trace: {run.sampler.replace('_', ' ')}, {chains} chains")
    return figure


def corner(run: MCMCResult) -> Any:
    """Every pair of parameters, and each alone on the diagonal; the best point is marked."""
    dimension = run.samples.shape[2]
    flat = run.samples.reshape(-1, dimension)
    edges = [np.linspace(*_limits(flat[:, p]), 51) for p in range(dimension)]
    size = max(1.9 * dimension, 4.5)
    figure, axes = pyplot().subplots(
        dimension, dimension, figsize=(size, size), squeeze=False, layout="constrained"
    )
    for row in range(dimension):
        for column in range(dimension):
            axis = axes[row, column]
            if column > row:
                axis.set_axis_off()
            elif column == row:
                axis.hist(flat[:, row], bins=edges[row], color=_LIGHT)
                axis.axvline(run.best_params[row], color=_DARK, lw=1)
                axis.set_yticks([])
            else:
                pair = (flat[:, column], flat[:, row])
                axis.hist2d(*pair, bins=[edges[column], edges[row]], cmap="Blues")
                axis.plot(*run.best_params[[column, row]], "+", color="black", ms=8)
                axis.set_ylim(edges[row][0], edges[row][-1])
            axis.set_xlim(edges[column][0], edges[column][-1])
            axis.locator_params(axis="x", nbins=3)
            axis.tick_params(labelsize=7)
            if row == dimension - 1:
                axis.set_xlabel(run.param_names[column])
            else:
                axis.tick_params(labelbottom=False)
            if column == 0 and row > 0:
                axis.set_ylabel(run.param_names[row])
            elif column > 0:
                axis.tick_params(labelleft=False)
    figure.suptitle("Posterior, and the best point")
    return figure


def _limits(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    """The range without the outermost thousandth at either end: outliers would stretch it."""
    low, high = np.quantile(values, [0.001, 0.999])
    margin = 0.05 * (high - low) or 0.5 * abs(low) or 0.5
    return float(low - margin), float(high + margin)


def autocorrelation(run: MCMCResult) -> Any:
    """Autocorrelation of each parameter by chain, and the integrated time."""
    chains, draws, dimension = run.samples.shape
    figure, axes = pyplot().subplots(
        dimension, 1, figsize=(8, 1.7 * dimension + 0.8), squeeze=False, sharex=True,
        layout="constrained",
    )  # fmt: skip
    times = run.autocorr_time[np.isfinite(run.autocorr_time)]
    max_lag = int(np.clip(6 * times.max() if times.size else 50, 20, draws - 1))
    for p, name in enumerate(run.param_names):
        axis = axes[p, 0]
        for chain, colour in zip(run.samples[:, :, p], _colours(chains), strict=True):
            axis.plot(correlogram(chain, max_lag), color=colour, lw=0.9, alpha=0.8)
        axis.axhline(0, color="black", lw=0.5)
        axis.set_ylabel(name)
        axis.set_title(f"integrated time {run.autocorr_time[p]:.1f}", fontsize=9, loc="right")
    axes[-1, 0].set_xlabel("lag in draws")
    axes[-1, 0].margins(x=0)
    figure.suptitle("Autocorrelation")
    return figure


def correlogram(chain: npt.NDArray[np.float64], max_lag: int) -> npt.NDArray[np.float64]:
    """Autocorrelations at lags 0 to ``max_lag``; NaN for a chain that never moves."""
    scaled = chain * factor(chain)
    centred = scaled - scaled.mean()
    power = np.abs(np.fft.rfft(centred, 2 * chain.size)) ** 2
    covariance = np.fft.irfft(power)[: max_lag + 1]
    if chain.min() == chain.max():
        return np.full(max_lag + 1, np.nan)
    found: npt.NDArray[np.float64] = covariance / covariance[0]
    return found


def r_hat(run: MCMCResult) -> Any:
    """R-hat of the first so many draws, for more and more of them."""
    draws = run.samples.shape[1]
    counts = np.unique(np.geomspace(4, draws, 40).astype(int))
    # The kernel itself: the axes are known here, also where draws are fewer than chains.
    ratio = kernels("mcmc").r_hat
    found = np.array([ratio(np.ascontiguousarray(run.samples[:, :n]), "rank") for n in counts])
    figure, axis = pyplot().subplots(figsize=(8, 4), layout="constrained")
    for p, name in enumerate(run.param_names):
        axis.plot(counts, found[:, p], lw=1.2, label=name)
    axis.axhline(MAX_R_HAT, color="black", lw=0.8, ls="--", label=f"{MAX_R_HAT}")
    axis.set_xlim(counts[0], counts[-1] + 1)
    axis.set_xscale("log")
    axis.set_xlabel("draws of each chain")
    axis.set_ylabel("R-hat")
    finite = found[np.isfinite(found)]
    axis.set_ylim(0.995, max(1.05, min(1.5, finite.max() * 1.02 if finite.size else 1.5)))
    axis.legend(frameon=False)
    figure.suptitle("R-hat against draws")
    return figure


KINDS: dict[str, Callable[[MCMCResult], Any]] = {
    "trace": trace,
    "corner": corner,
    "autocorrelation": autocorrelation,
    "r_hat": r_hat,
}
