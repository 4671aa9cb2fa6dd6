"""Pictures: a walk-forward run, and a path as lead and lag.

Matplotlib is imported when the first is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.results import optional
from hft_py.signatures.logarithms import log_signature
from hft_py.signatures.transforms import transform_path

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from hft_py.signatures.result import SignaturePortfolioResult

# Safe for colour-blind readers (Okabe and Ito).
OWN, ALIKE, HELD, GREY = "#0072B2", "#E69F00", "#009E73", "#999999"


def plot_portfolio(run: SignaturePortfolioResult, *, title: str = "") -> Figure:
    """Wealth after costs beside the two alternatives, the difference, and the weights.

    Parameters
    ----------
    run
        What :meth:`hft_py.signatures.SignaturePortfolio.backtest` returned.
    title
        Of the picture.
    """
    figure: Figure = _figure(10.0, 7.4)
    wealth, difference, weights = figure.subplots(3, 1, sharex=True, height_ratios=[2.4, 1, 1.3])
    found = run.performance()
    series = {
        "signature": (run.returns, OWN),
        "equal_weight": (run.equal_weight, ALIKE),
        "buy_and_hold": (run.buy_and_hold, HELD),
    }
    for name, (returns, colour) in series.items():
        label = f"{name.replace('_', ' ')}: {found[name].annual_return:.1%} a year, "
        label += f"Sharpe ratio {found[name].sharpe:.2f}"
        wealth.plot(run.dates, np.cumprod(1 + returns), color=colour, lw=1.1, label=label)
    wealth.set_yscale("log")
    wealth.set_ylabel("wealth after costs")
    wealth.legend(frameon=False, fontsize=9)
    wealth.set_title(title or "Walking forward: each decision from the prices before it")
    apart = np.cumsum(np.log1p(run.returns) - np.log1p(run.equal_weight))
    difference.plot(run.dates, 100 * apart, color=OWN, lw=1.0)
    difference.axhline(0, color="black", lw=0.5)
    difference.set_ylabel("over equal\nweights, %")
    difference.set_title(
        f"t-statistic of the mean difference {run.t_statistic:.2f}", fontsize=9, loc="right"
    )
    at = run.dates[run.trade_days - run.trade_days[0]]
    shades = optional("matplotlib", "plot", "a picture").colormaps["viridis"]
    colours = shades(np.linspace(0.05, 0.95, run.weights.shape[1]))
    weights.stackplot(at, run.weights.T, colors=colours, lw=0)
    weights.set_ylim(0, max(1.0, float(run.weights.sum(axis=1).max())))
    weights.set_ylabel("weights")
    weights.margins(x=0)
    return figure


def plot_lead_lag(series: npt.ArrayLike, *, title: str = "") -> Figure:
    """A series, its lead and lag as a path in the plane, and the area between the two.

    Parameters
    ----------
    series
        Two numbers or more.
    title
        Of the picture.
    """
    values = checks.finite_array("series", series, least=2)
    path = transform_path(values[:, None], lead_lag=True)
    area = abs(float(log_signature(values[:, None], 2, lead_lag=True)[2]))
    figure: Figure = _figure(10.0, 4.4)
    left, right = figure.subplots(1, 2)
    at = np.arange(len(path)) / 2
    left.plot(at, path[:, 1], color=OWN, lw=1.4, label="lead")
    left.plot(at, path[:, 0], color=ALIKE, lw=1.4, label="lag")
    left.plot(at[::2], values, "o", color="black", ms=3, label="series")
    left.set_xlabel("step")
    left.legend(frameon=False)
    left.set_title(title or "A series, lead and lag")
    right.plot([values[0], values[-1]], [values[0], values[-1]], color=GREY, lw=1, ls="--")
    right.fill(path[:, 0], path[:, 1], color=OWN, alpha=0.15, lw=0)
    right.plot(path[:, 0], path[:, 1], color=OWN, lw=1.2)
    right.set_xlabel("lag")
    right.set_ylabel("lead")
    squares = float((np.diff(values) ** 2).sum())
    right.set_title(
        f"signed area {area:.4g} = half the sum of squared steps, {squares:.4g}", fontsize=10
    )
    return figure


def _figure(width: float, height: float) -> Any:
    figure = optional("matplotlib.figure", "plot", "a picture")
    return figure.Figure(figsize=(width, height), layout="constrained")
