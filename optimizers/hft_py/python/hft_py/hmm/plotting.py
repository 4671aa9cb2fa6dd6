"""Pictures of a model: regimes in prices, the transition matrix, the likelihood of each iteration.

Matplotlib is imported when the first is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hft_py import checks
from hft_py.hmm._parameters import HMMParams
from hft_py.hmm._types import Floats
from hft_py.hmm.regimes import regime_labels
from hft_py.results import optional

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# From bear to bull; safe for colour-blind readers (Okabe and Ito).
COLOURS = ("#D55E00", "#E69F00", "#999999", "#56B4E9", "#009E73")


def regime_colours(n_states: int) -> list[Any]:
    """A colour for each regime, from the worst to the best."""
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


def _labels(labels: Any, default: tuple[str, ...]) -> tuple[str, ...]:
    names = default if labels is None else tuple(labels)
    if len(names) != len(default):
        raise ValueError(f"labels={checks.short(labels)}, expected {len(default)}")
    return names


def plot_regimes(
    prices: Any, probabilities: Floats, *, dates: Any = None, title: str = "", labels: Any = None
) -> Figure:
    """A price coloured by its likeliest regime, above the probability of each regime.

    Parameters
    ----------
    prices
        ``(T,)``.
    probabilities
        ``(T, K)``, of :func:`hft_py.hmm.filter_proba` for a picture without look-ahead.
    dates
        ``(T,)``; None counts observations.
    title, labels
        Title of the picture, names of the regimes.

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
    names = _labels(labels, regime_labels(k))
    palette = regime_colours(k)
    figure: Figure = _figure(10.0, 5.6)
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
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def plot_transitions(params: HMMParams, *, labels: Any = None, axes: Any = None) -> Figure:
    """The transition matrix with the expected duration of each regime, in new axes or ``axes``."""
    axes = axes or _figure(4.6, 4.0).subplots()
    k = params.n_states
    matrix = params.transition_matrix
    given = _labels(labels, _default_labels(params))
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
    figure: Figure = axes.figure
    return figure


def _default_labels(params: HMMParams) -> tuple[str, ...]:
    """Names of regimes where states are ordered by mean, as the names suppose; else none."""
    assert params.means is not None  # established when the model was made
    first = params.means.reshape(params.n_states, -1)[:, 0]
    ordered = bool((np.diff(first) > 0).all()) and bool(np.isfinite(first).all())
    return regime_labels(params.n_states) if ordered else ("",) * params.n_states


def plot_likelihood(params: HMMParams, *, axes: Any = None) -> Figure:
    """The log-likelihood after each iteration of a fit, in new axes or ``axes``."""
    axes = axes or _figure(5.6, 4.0).subplots()
    path = params.log_likelihoods
    axes.plot(np.arange(len(path)), path, ".-", color="#0072B2", markersize=4, linewidth=1)
    axes.locator_params(axis="x", integer=True)
    axes.set_xlabel("iteration")
    axes.set_ylabel("log-likelihood, nats")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    ended = params.stop_reason.replace("_", " ")
    axes.set_title(f"Log-likelihood: {ended}, {params.n_iterations} iterations", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    figure: Figure = axes.figure
    return figure


def plot_model(params: HMMParams) -> Figure:
    """The transition matrix and the likelihood side by side."""
    figure: Figure = _figure(10.0, 4.0)
    left, right = figure.subplots(1, 2)
    plot_transitions(params, axes=left)
    plot_likelihood(params, axes=right)
    return figure
