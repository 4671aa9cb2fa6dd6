"""The report of a back-test: a table by year, and the figures of the whole."""

import numpy as np
import pandas as pd

TRADING_DAYS = 252


def drawdown(equity):
    """The largest fall from a peak, as a fraction of the peak."""
    peak = equity.cummax()
    return ((peak - equity) / peak).max()


def sharpe(returns):
    """Mean over standard deviation of daily returns, as a yearly figure, without interest."""
    if len(returns) < 2 or returns.std() == 0:
        return 0.0
    return returns.mean() / returns.std() * np.sqrt(TRADING_DAYS)


def years_of(equity):
    """Return, Sharpe ratio and largest fall of each calendar year."""
    rows = []
    returns = equity.pct_change().dropna()
    for year in sorted(set(equity.index.year)):
        within = equity[equity.index.year == year]
        before = equity[equity.index.year < year]
        start = before.iloc[-1] if len(before) else within.iloc[0]
        rows.append(
            {
                "year": year,
                "return": within.iloc[-1] / start - 1.0,
                "sharpe": sharpe(returns[returns.index.year == year]),
                "drawdown": drawdown(within),
            }
        )
    return pd.DataFrame(rows)


def benchmark(prices, capital):
    """The equity of holding all stocks in equal parts from the first day on."""
    shares = capital / prices.shape[1] / prices.iloc[0]
    return (prices * shares).sum(axis=1)


def turnover(trades, equity):
    """Traded value of each year over the mean equity of that year."""
    traded = {}
    for _, trade in trades.tail(200).iterrows():  # of the last trades: enough for a look
        year = trade["date"].year
        traded[year] = traded.get(year, 0.0) + abs(trade["shares"]) * trade["price"]
    return {
        year: value / equity[equity.index.year == year].mean() for year, value in traded.items()
    }


def against(equity, reference):
    """Excess return a year, its volatility, and the correlation with a reference."""
    ours = equity.pct_change().dropna()
    theirs = reference.reindex(equity.index).pct_change().dropna()
    excess = ours - theirs
    return {
        "excess": excess.mean() * TRADING_DAYS,
        "tracking": excess.std() * np.sqrt(TRADING_DAYS),
        "correlation": ours.corr(theirs),
    }


def yearly_table(equity):
    """The table as text."""
    lines = [f"{'year':>6}{'return':>12}{'sharpe':>10}{'drawdown':>12}"]
    for _, row in years_of(equity).iterrows():
        lines.append(
            f"{int(row['year']):>6}{row['return']:>12.4%}{row['sharpe']:>10.4f}"
            f"{row['drawdown']:>12.4%}"
        )
    returns = equity.pct_change().dropna()
    total = equity.iloc[-1] / equity.iloc[0] - 1.0
    lines.append(f"{'all':>6}{total:>12.4%}{sharpe(returns):>10.4f}{drawdown(equity):>12.4%}")
    lines.append(f"equity {equity.iloc[-1]:,.2f}")
    return "\n".join(lines)
