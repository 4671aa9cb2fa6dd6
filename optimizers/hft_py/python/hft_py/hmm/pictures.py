"""Pictures of a model: ``python -m hft_py.hmm.pictures FOLDER`` draws them for the S&P 500.

``regimes``: a price coloured by regime, with the filtered probabilities under it. ``transitions``:
the transition matrix. ``likelihood``: the log-likelihood of each iteration. Matplotlib is imported
when the first is drawn.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.hmm.detector import HMMRegimeDetector, regime_labels
from hft_py.hmm.filtering import filter_proba
from hft_py.hmm.params import HMMParams
from hft_py.results import optional

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = npt.NDArray[np.float64]

# From bear to bull, and apart for every kind of eye (Okabe and Ito).
COLOURS = ("#D55E00", "#E69F00", "#999999", "#56B4E9", "#009E73")


def colours(n_states: int) -> list[Any]:
    """A colour a regime, from the worst to the best."""
    if n_states == 1:
        return [COLOURS[2]]
    if n_states <= len(COLOURS):
        places = np.linspace(0, len(COLOURS) - 1, n_states).round().astype(int)
        return [COLOURS[i] for i in places]
    matplotlib = optional("matplotlib", "plot", "a picture")
    return list(matplotlib.colormaps["RdYlGn"](np.linspace(0, 1, n_states)))


def _figure(width: float, height: float) -> Any:
    figure = optional("matplotlib.figure", "plot", "a picture")
    return figure.Figure(figsize=(width, height), layout="constrained")


def _bare(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)


def regimes(
    prices: Any, probabilities: Floats, *, dates: Any = None, title: str = "", labels: Any = None
) -> Figure:
    """A price coloured by its likeliest regime, and the probability of each under it.

    Parameters
    ----------
    prices
        ``(T,)``.
    probabilities
        ``(T, K)``, of :func:`hft_py.hmm.filter_proba`: nothing in the picture looks ahead.
    dates
        ``(T,)``; None counts observations.
    title, labels
        Over the picture, and of the regimes.

    Raises
    ------
    ValueError
        Lengths differ.
    ImportError
        Matplotlib is not installed.
    """
    table = checks.finite_array("probabilities", probabilities, ndim=2)
    prices = checks.finite_array("prices", prices)
    n, k = table.shape
    if prices.shape != (n,):
        raise ValueError(f"prices has shape {prices.shape}, expected ({n},) as probabilities")
    at = np.arange(n) if dates is None else np.asarray(dates)
    names = regime_labels(k) if labels is None else tuple(labels)
    if len(names) != k:
        raise ValueError(f"labels={checks.short(labels)}, expected {k}")
    palette = colours(k)
    figure = _figure(10.0, 5.6)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[2.2, 1])
    chosen = table.argmax(axis=1)
    above.plot(at, prices, color="0.75", linewidth=0.5, zorder=1)
    for state, (colour, name) in enumerate(zip(palette, names, strict=True)):
        own = np.where(chosen == state, prices, np.nan)
        above.plot(at, own, ".", markersize=1.8, color=colour, zorder=2)
        above.plot([], [], "o", color=colour, label=f"{state} {name}")
    if prices.min() > 0:
        above.set_yscale("log")
        above.yaxis.set_major_formatter("{x:,g}")
        above.yaxis.set_minor_formatter("{x:,g}")
    above.tick_params(axis="y", which="both", labelsize=8)
    above.set_ylabel("price, logarithmic" if prices.min() > 0 else "price")
    above.legend(frameon=False, loc="upper left", ncols=k, fontsize=9)
    above.set_title(title, fontsize=10)
    below.stackplot(at, table.T, colors=palette, linewidth=0)
    below.set_ylim(0, 1)
    below.set_xlim(at[0], at[-1])
    below.set_ylabel("filtered probability")
    for axes in (above, below):
        _bare(axes)
    return figure  # type: ignore[no-any-return]


def transitions(params: HMMParams, *, labels: Any = None) -> Figure:
    """The transition matrix: how likely each regime follows each, and how long it lasts."""
    figure = _figure(4.6, 4.0)
    _transitions(figure.subplots(), params, labels)
    return figure  # type: ignore[no-any-return]


def _transitions(axes: Axes, params: HMMParams, labels: Any) -> None:
    k = params.n_states
    matrix = params.transition_matrix
    given = _names(params) if labels is None else tuple(labels)
    if len(given) != k:
        raise ValueError(f"labels={checks.short(labels)}, expected {k}")
    names = [f"{state} {name}".strip() for state, name in enumerate(given)]
    stays = params.expected_durations
    axes.imshow(matrix, cmap="Blues", vmin=0, vmax=1)
    for i in range(k):
        for j in range(k):
            cell = matrix[i, j]
            text = f"{cell:.2%}" + (f"\n{stays[i]:.3g} steps" if i == j else "")
            dark = "white" if cell > 0.5 else "black"
            axes.text(j, i, text, ha="center", va="center", color=dark, fontsize=9)
    axes.set_xticks(range(k), names, fontsize=9)
    axes.set_yticks(range(k), names, fontsize=9)
    axes.set_xlabel("to")
    axes.set_ylabel("from")
    axes.set_title("Transition probabilities and expected stays", fontsize=10)
    axes.spines[:].set_visible(False)


def _names(params: HMMParams) -> tuple[str, ...]:
    """Names of regimes, where states are in the order that gives them theirs."""
    assert params.means is not None  # established when the model was made
    first = params.means.reshape(params.n_states, -1)[:, 0]
    ordered = bool((np.diff(first) > 0).all()) and bool(np.isfinite(first).all())
    return regime_labels(params.n_states) if ordered else ("",) * params.n_states


def likelihood(params: HMMParams) -> Figure:
    """The log-likelihood after each iteration of expectation maximisation."""
    figure = _figure(5.6, 4.0)
    _likelihood(figure.subplots(), params)
    return figure  # type: ignore[no-any-return]


def _likelihood(axes: Axes, params: HMMParams) -> None:
    path = params.log_likelihoods
    axes.plot(np.arange(len(path)), path, ".-", color="#0072B2", markersize=4, linewidth=1)
    axes.locator_params(axis="x", integer=True)
    axes.set_xlabel("iteration")
    axes.set_ylabel("log-likelihood, nats")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    ended = params.stop_reason.replace("_", " ")
    axes.set_title(f"Log-likelihood: {ended}, {params.n_iterations} iterations", fontsize=10)
    _bare(axes)


def summary(params: HMMParams) -> Figure:
    """The transition matrix and the likelihood side by side."""
    figure = _figure(10.0, 4.0)
    left, right = figure.subplots(1, 2)
    _transitions(left, params, None)
    _likelihood(right, params)
    return figure  # type: ignore[no-any-return]


def main(arguments: list[str] | None = None) -> None:
    """Draw the regimes of the S&P 500, and its model: transitions and likelihood."""
    from qpp.datasets import sp500_ohlcv

    parser = argparse.ArgumentParser(prog="python -m hft_py.hmm.pictures")
    parser.add_argument("folder", type=Path, help="where to write")
    folder = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    bars = sp500_ohlcv()
    prices = bars["adj_close"].to_numpy()
    returns = np.diff(np.log(prices))
    detector = HMMRegimeDetector(3, n_iterations=500).fit(returns)
    params = detector.params_
    drawn = {
        "regimes": regimes(
            prices[1:],
            filter_proba(returns, params),
            dates=bars["date"].to_numpy()[1:],
            title="S&P 500, 1999-2018: regimes of daily returns, as the filter saw them that day "
            "(parameters of the whole period)",
            labels=detector.labels_,
        ),
        "model": summary(params),
    }
    for title, figure in drawn.items():
        path = folder / f"hmm_{title}.png"
        figure.savefig(path, dpi=130, metadata={"Software": None})
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
