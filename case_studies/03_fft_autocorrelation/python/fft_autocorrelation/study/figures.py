"""The two pictures of the README: ``python -m fft_autocorrelation.study.figures``.

``heatmap``: over the grid of lengths and lags, how many times faster than the best peer, and
which method the planner takes; drawn from a result file of ``qpp reproduce --full``.
``clustering``: the autocorrelation of absolute returns of the S&P 500, with Bartlett's band and
that of independent returns. Also prints how often the planner's choice is near the best.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtri

from fft_autocorrelation import acf, choose
from fft_autocorrelation.study.workloads import GRID_LENGTHS, absolute_returns, grid_lags, name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from qpp.results import StudyResult, WorkloadResult

METHODS = ("rust-direct", "rust-blocked", "rust-fft")
SHORT = {"scipy-by-hand": "scipy.fft", "fftw-planned": "FFTW", "numpy-dots": "NumPy", "mkl": "MKL"}
SLACK = 1.10


def best_peer(workload: WorkloadResult) -> tuple[str, float]:
    """Name of the fastest peer and its time over ours, round by round."""
    from qpp.statistics import paired_ratio

    ours = workload.row("rust")
    rows = [r for r in workload.rows if r.role == "peer" and r.status == "ok" and r.median]
    fastest = min(rows, key=lambda r: r.median or 0.0)
    assert ours is not None  # every workload of the study has it
    ratio = paired_ratio(fastest.seconds, fastest.rounds, ours.seconds, ours.rounds)
    return fastest.implementation, ratio.value if ratio else float("nan")


def fastest_method(workload: WorkloadResult) -> tuple[str, float]:
    """Name of the fastest of the three methods, and its least time in seconds."""
    rows = [r for m in METHODS if (r := workload.row(m)) is not None and r.minimum]
    fastest = min(rows, key=lambda r: r.minimum or 0.0)
    return fastest.implementation.removeprefix("rust-"), fastest.minimum or float("nan")


def grid(study: StudyResult) -> Iterator[tuple[int, int, WorkloadResult]]:
    """Row, column and result of each cell of the grid that has one."""
    found = {workload.name: workload for workload in study.workloads}
    for row, n in enumerate(GRID_LENGTHS):
        for column, k in enumerate(grid_lags(n)):
            if name(n, k) in found:
                yield row, column, found[name(n, k)]


def chosen_method(row: int, column: int) -> str:
    """The method that the planner takes in a cell."""
    n = GRID_LENGTHS[row]
    return choose(n, grid_lags(n)[column]).method


def planner_share(study: StudyResult) -> tuple[int, int]:
    """Cells where the planner's method takes at most ``SLACK`` times the fastest, and all cells."""
    within = cells = 0
    for row, column, workload in grid(study):
        cells += 1
        chosen = workload.row(f"rust-{chosen_method(row, column)}")
        if chosen is not None and chosen.minimum is not None:
            within += chosen.minimum <= SLACK * fastest_method(workload)[1]
    return within, cells


def heatmap(study: StudyResult) -> Figure:
    """Each cell: lags, the best peer's time over ours, the planner's method, that peer."""
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, 5.4), layout="constrained")
    axes = figure.add_subplot()
    ratios = np.full((len(GRID_LENGTHS), 6), np.nan)
    for row, column, workload in grid(study):
        peer, ratio = best_peer(workload)
        ratios[row, column] = ratio
        k = grid_lags(GRID_LENGTHS[row])[column]
        text = f"k={k:,}\n{ratio:.1f}×\n{chosen_method(row, column)} · {SHORT.get(peer, peer)}"
        color = "white" if ratio > 4 else "black"
        axes.text(column, row, text, ha="center", va="center", fontsize=7.5, color=color)
    axes.imshow(ratios, norm=LogNorm(1, 12), cmap="YlGnBu", aspect="auto")
    axes.set_yticks(range(len(GRID_LENGTHS)), [f"n={n:,}" for n in GRID_LENGTHS])
    axes.set_xticks(range(6), ["k = 1", "", "", "", "", "k = n-1"])
    title = "Times faster than the best peer (planner's method · that peer), one thread"
    axes.set_title(title, fontsize=10)
    axes.spines[:].set_visible(False)
    return figure


def clustering(max_lag: int = 250) -> Figure:
    """Autocorrelation of absolute returns, with the 95 % bands of two null hypotheses."""
    from matplotlib.figure import Figure

    inputs = absolute_returns(max_lag)
    r, interval = acf(inputs["x"], nlags=max_lag, alpha=0.05)
    lags = np.arange(1, max_lag + 1)
    band = (interval[1:, 1] - interval[1:, 0]) / 2
    figure = Figure(figsize=(9.6, 3.6), layout="constrained")
    axes = figure.add_subplot()
    axes.fill_between(lags, -band, band, color="0.85", label="95 % band, Bartlett's formula")
    independent = float(ndtri(0.975)) / np.sqrt(inputs["x"].size)
    edges = [-independent, independent]
    axes.hlines(edges, 0, max_lag, color="0.45", linestyle="dotted", linewidth=1)
    axes.plot([], [], color="0.45", linestyle="dotted", label="95 % band of independent returns")
    axes.vlines(lags, 0, r[1:], color="tab:blue", linewidth=1)
    axes.axhline(0, color="0.4", linewidth=0.6)
    axes.set_xlim(0, max_lag)
    axes.set_xlabel("lag, trading days")
    axes.set_ylabel("autocorrelation")
    axes.set_title("|daily returns| of the S&P 500, 1990-2022: volatility clusters", fontsize=10)
    axes.legend(frameon=False, loc="upper right")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _result(path: Path) -> StudyResult:
    from qpp.results import load

    study = load(path).study("fft_autocorrelation")
    if study is None:
        raise SystemExit(f"{path} holds no result of fft_autocorrelation")
    return study


def main(arguments: list[str] | None = None) -> None:
    """Draw both pictures into a folder."""
    parser = argparse.ArgumentParser(prog="python -m fft_autocorrelation.study.figures")
    parser.add_argument(
        "--result",
        type=Path,
        help="a file of `qpp reproduce fft_autocorrelation --full --json`; "
        "without it only clustering.png is drawn",
    )
    parser.add_argument("--out", type=Path, default=Path("reports"), help="folder to write into")
    chosen = parser.parse_args(arguments)
    chosen.out.mkdir(parents=True, exist_ok=True)
    drawn: dict[str, Any] = {"clustering": clustering()}
    if chosen.result is not None:
        study = _result(chosen.result)
        drawn["heatmap"] = heatmap(study)
        within, cells = planner_share(study)
        print(f"planner within 10 % of the best method: {within} of {cells} cells")
    for title, figure in drawn.items():
        path = chosen.out / f"{title}.png"
        figure.savefig(path, dpi=130, metadata={"Software": None})
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
