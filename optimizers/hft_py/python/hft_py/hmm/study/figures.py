"""The pictures of the README: ``python -m hft_py.hmm.study.figures FOLDER`` draws them."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from hft_py.hmm import HMMRegimeDetector, filter_proba
from hft_py.hmm.plotting import plot_model, plot_regimes
from qpp.datasets import sp500_ohlcv


def main(arguments: list[str] | None = None) -> None:
    """Draw the regimes of the S&P 500, and its model: transitions and likelihood."""
    parser = argparse.ArgumentParser(prog="python -m hft_py.hmm.study.figures")
    parser.add_argument("folder", type=Path, help="where to write")
    folder = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    bars = sp500_ohlcv()
    prices = bars["adj_close"].to_numpy()
    returns = np.diff(np.log(prices))
    detector = HMMRegimeDetector(3, n_iterations=500).fit(returns)
    params = detector.params_
    figures = {
        "regimes": plot_regimes(
            prices[1:],
            filter_proba(returns, params),
            dates=bars["date"].to_numpy()[1:],
            title="S&P 500, 1999-2018: regimes of daily returns, as the filter saw them that day "
            "(parameters of the whole period)",
            labels=detector.labels_,
        ),
        "model": plot_model(params),
    }
    for name, figure in figures.items():
        path = folder / f"hmm_{name}.png"
        figure.savefig(path, dpi=130, metadata={"Software": None})
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
