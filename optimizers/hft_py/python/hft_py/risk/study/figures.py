"""The README's pictures: ``python -m hft_py.risk.study.figures FOLDER``.

Twenty S&P 500 stocks in equal weights, 2014 to 2022, with six factors: the index, and five factor
ETFs less the index.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.risk import TimeSeriesFactorModel
from hft_py.risk.plotting import realised_against_predicted, risk_tree
from qpp.pictures import draw_into_folder

Floats = npt.NDArray[np.float64]

FIRST, EVERY, HALF_LIFE = 500, 5, 60.0


def stocks_and_factors() -> tuple[Any, Any]:
    """Simple daily returns of the stocks, and of the factors, as pandas frames of one index."""
    import pandas as pd

    from qpp.datasets import factor_etfs, sp500_index, sp500_prices

    frames = []
    for frame in (sp500_prices(), sp500_index(), factor_etfs()):
        dates, values = pd.to_datetime(frame["date"].to_numpy()), frame.drop("date")
        frames.append(pd.DataFrame(values.to_numpy(), index=dates, columns=values.columns))
    both = frames[2].index.intersection(frames[0].index)
    stocks, index, etfs = (frame.loc[both].pct_change().iloc[1:] for frame in frames)
    factors = etfs.sub(index["SP500"], axis=0)
    factors.insert(0, "index", index["SP500"])
    return stocks, factors


def fitted(stocks: Any, factors: Any) -> TimeSeriesFactorModel:
    """The model of the dates given."""
    model = TimeSeriesFactorModel(
        decay=0.5 ** (1.0 / (4.0 * HALF_LIFE)),
        factor_decay=0.5 ** (1.0 / HALF_LIFE),
        families=["market", *["style"] * (factors.shape[1] - 1)],
    )
    return model.fit(stocks, factors)


def forecasts(stocks: Any, factors: Any, weights: Floats) -> Floats:
    """The volatility forecast for each date from ``FIRST`` on, by dates before it."""
    found = np.empty(len(stocks) - FIRST)
    for start in range(FIRST, len(stocks), EVERY):
        model = fitted(stocks.iloc[:start], factors.iloc[:start]).model_
        found[start - FIRST : start - FIRST + EVERY] = model.volatility(weights)
    return found


def main(arguments: list[str] | None = None) -> None:
    """Draw both into a folder."""
    draw_into_folder("hft_py.risk.study.figures", _figures, arguments)


def _figures() -> dict[str, Any]:
    stocks, factors = stocks_and_factors()
    weights = np.full(stocks.shape[1], 1.0 / stocks.shape[1])
    last = fitted(stocks, factors).model_.decompose_risk(weights, periods_per_year=252)
    tree = risk_tree(last)
    tree.suptitle(f"Risk of 20 S&P 500 stocks in equal weights, {stocks.index[-1]:%Y-%m-%d}")
    earned = stocks.to_numpy()[FIRST:] @ weights
    against = realised_against_predicted(
        earned,
        forecasts(stocks, factors, weights),
        dates=stocks.index[FIRST:],
        title="Predicted and realised risk of 20 S&P 500 stocks in equal weights: "
        "index and five factor ETFs",
    )
    return {"risk_tree": tree, "risk_realised": against}


if __name__ == "__main__":
    main()
