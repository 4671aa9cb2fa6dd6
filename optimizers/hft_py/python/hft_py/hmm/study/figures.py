"""The pictures of the README: ``python -m hft_py.hmm.study.figures FOLDER`` draws them."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py.hmm import HMMRegimeDetector, filter_proba
from hft_py.hmm.plotting import plot_model, plot_regimes
from qpp.datasets import sp500_ohlcv
from qpp.pictures import draw_into_folder


def main(arguments: list[str] | None = None) -> None:
    """Draw the regimes of the S&P 500, and its model: transitions and likelihood."""
    draw_into_folder("hft_py.hmm.study.figures", _figures, arguments, dpi=130)


def _figures() -> dict[str, Any]:
    bars = sp500_ohlcv()
    prices = bars["adj_close"].to_numpy()
    returns = np.diff(np.log(prices))
    detector = HMMRegimeDetector(3, n_iterations=500).fit(returns)
    params = detector.params_
    regimes = plot_regimes(
        prices[1:],
        filter_proba(returns, params),
        dates=bars["date"].to_numpy()[1:],
        title="S&P 500, 1999-2018: regimes of daily returns, as the filter saw them that day "
        "(parameters of the whole period)",
        labels=detector.labels_,
    )
    return {"hmm_regimes": regimes, "hmm_model": plot_model(params)}


if __name__ == "__main__":
    main()
