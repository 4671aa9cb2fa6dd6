"""The pictures of the README: ``python -m hft_py.signatures.study.figures FOLDER`` draws them."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py.results import optional
from hft_py.signatures import join, rolling_signature, signature
from hft_py.signatures._inputs import Floats
from hft_py.signatures.plotting import ALIKE, OWN, plot_lead_lag, plot_portfolio
from hft_py.signatures.study.walk_forward import run
from qpp.datasets import sp500_index
from qpp.pictures import draw_into_folder

DEPTH, WINDOW, DAYS = 4, 60, 6_000


def main(arguments: list[str] | None = None) -> None:
    """Draw the portfolio's walk, lead and lag of an index, and the errors of windows."""
    draw_into_folder("hft_py.signatures.study.figures", _figures, arguments, dpi=110)


def _figures() -> dict[str, Any]:
    index = np.log(sp500_index()["SP500"].to_numpy())
    return {
        "signatures_portfolio": plot_portfolio(
            run(),
            title="20 S&P 500 stocks that survived, after costs of 5 basis points of trades",
        ),
        "signatures_lead_lag": plot_lead_lag(
            100 * (index[-40:] - index[-40]), title="S&P 500, 40 days, log change in per cent"
        ),
        "signatures_errors": plot_errors(index[:DAYS]),
    }


def plot_errors(index: Floats) -> Any:
    """Errors of windows against their distance from the first, by two ways of updating them."""
    steps = np.diff(index) / np.diff(index).std() / np.sqrt(WINDOW)
    path = np.concatenate([[[0.0, 0.0]], np.stack([steps, np.abs(steps)], axis=1).cumsum(axis=0)])
    rolled = rolling_signature(path, DEPTH, WINDOW)
    inverted = by_inverses(path)
    at = np.arange(0, len(rolled), 25)
    right = np.stack([signature(path[i : i + WINDOW] - path[i], DEPTH) for i in at])
    size = np.abs(right).max(axis=1)
    library = optional("matplotlib.figure", "plot", "a picture")
    figure = library.Figure(figsize=(10.0, 3.6), layout="constrained")
    axis = figure.subplots()
    for rows, colour, label in (
        (inverted, ALIKE, "exp(-x) S exp(y): by inverses"),
        (rolled, OWN, "rolling_signature: two parts that grow outwards"),
    ):
        error = np.abs(rows[at] - right).max(axis=1) / size
        axis.semilogy(at, np.maximum(error, 1e-18), color=colour, lw=1.1, label=label)
    axis.set_xlabel("windows since the first")
    axis.set_ylabel("largest error / largest number")
    axis.set_title("Windows of 60 daily returns and absolute returns of the S&P 500, depth 4")
    axis.legend(frameon=False, loc="center right")
    return figure


def by_inverses(path: Floats) -> Floats:
    """The signature of each window from the one before: one segment joins, one leaves."""
    rows = [signature(path[:WINDOW], DEPTH)]
    for i in range(WINDOW, len(path)):
        longer = join(rows[-1], path[i] - path[i - 1], DEPTH)
        left = path[i - WINDOW] - path[i - WINDOW + 1]
        rows.append(join(longer, left, DEPTH, before=True))
    return np.stack(rows)


if __name__ == "__main__":
    main()
