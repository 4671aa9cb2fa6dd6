"""Momentum strategy on a universe of stocks: back-test and report.

    python backtest.py prices.csv --years 8 --top 5

prices.csv: a column ``date`` and one column of closes for each stock.
"""

import argparse
import sys

import pandas as pd
from portfolio import Portfolio, costs_of
from report import against, benchmark, turnover, yearly_table
from signals import trend_score, volatility_filter

LOOKBACKS = (40, 80, 160)  # trading days of the trend regressions
VOL_WINDOW = 20
REBALANCE_EVERY = 5
CAPITAL = 1_000_000.0


def load_prices(path, years):
    """Closes of the last ``years`` years, one column for each stock."""
    prices = pd.read_csv(path, parse_dates=["date"]).set_index("date").sort_index()
    prices = prices.dropna(axis=1, how="all").ffill()
    if prices.empty:
        sys.exit(f"{path}: no prices")
    start = prices.index[-1] - pd.DateOffset(years=years)
    return prices[prices.index >= start]


def target_weights(scores, allowed, top):
    """Equal weights in the ``top`` stocks by score, among those that the filter allows."""
    ranked = scores[allowed & scores.notna() & (scores > 0)].sort_values(ascending=False)
    chosen = list(ranked.index[:top])
    weights = pd.Series(0.0, index=scores.index)
    for ticker in chosen:
        weights[ticker] = 1.0 / top
    return weights


def run(prices, top):
    """Trade every REBALANCE_EVERY days, mark to market every day."""
    scores = trend_score(prices, LOOKBACKS)
    allowed = volatility_filter(prices, VOL_WINDOW)
    portfolio = Portfolio(prices, CAPITAL)
    equity = []
    for day, date in enumerate(prices.index):
        if day >= max(LOOKBACKS) and day % REBALANCE_EVERY == 0:
            weights = target_weights(scores.loc[date], allowed.loc[date], top)
            portfolio.rebalance(date, weights)
        equity.append(portfolio.mark(date))
    return portfolio, pd.Series(equity, index=prices.index)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prices")
    parser.add_argument("--years", type=int, default=8)
    parser.add_argument("--top", type=int, default=5)
    parser.add_argument("--log", help="write the trades to this file")
    arguments = parser.parse_args()
    prices = load_prices(arguments.prices, arguments.years)
    portfolio, equity = run(prices, arguments.top)
    print(f"{len(prices)} days, {prices.shape[1]} stocks, {len(portfolio.trades)} trades")
    print(f"costs {costs_of(portfolio.trades):,.2f}")
    print(yearly_table(equity))
    for name, value in against(equity, benchmark(prices, CAPITAL)).items():
        print(f"{name:>12}{value:>10.4f}")
    for year, value in turnover(portfolio.trades, equity).items():
        print(f"{'turnover':>12} {year} {value:.4f}")
    if arguments.log:
        portfolio.trades.to_csv(arguments.log, index=False)


if __name__ == "__main__":
    main()
