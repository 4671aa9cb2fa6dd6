"""What the portfolio earned: ``python -m hft_py.signatures.study.walk_forward`` prints the table.

All settings that were tried are in the table, the defaults first; none was chosen by its result.
Each ran twice, with costs and without: the last column is of the second run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hft_py.signatures import SignaturePortfolio, SignaturePortfolioResult
from hft_py.signatures.result import YEAR
from qpp.datasets import sp500_prices

TRIED: dict[str, dict[str, Any]] = {
    "defaults": {},
    'target="allocation"': {"target": "allocation"},
    "depth=2": {"depth": 2},
    "ridge=0.1": {"ridge": 0.1},
    "ridge=10": {"ridge": 10.0},
    "horizon=20": {"horizon": 20},
    "window=60, horizon=20": {"window": 60, "horizon": 20},
    "lead_lag=False": {"lead_lag": False},
    "max_turnover=0.1": {"max_turnover": 0.1},
    "max_decisions=520": {"max_decisions": 520},
}
HEADER = (
    "| settings | return | Sharpe ratio | drawdown | turnover a year "
    "| equal weights | buy and hold | t of the difference | t without costs |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
)


def run(**options: Any) -> SignaturePortfolioResult:
    """The backtest on 20 S&P 500 stocks, 1990 to 2022."""
    frame = sp500_prices()
    return SignaturePortfolio(**options).backtest(frame.drop("date"), frame["date"].to_numpy())


def table() -> str:
    """The table of the README: all but the last column after costs."""
    return "\n".join([HEADER, *_rows()])


def _rows() -> Iterator[str]:
    for name, options in TRIED.items():
        found, free = run(**options), run(**options, cost=0.0)
        own, alike, held = (
            found.performance()[key] for key in ("signature", "equal_weight", "buy_and_hold")
        )
        turnover = found.turnover.sum() / (len(found.returns) / YEAR)
        yield (
            f"| {name} | {own.annual_return:.1%} | {own.sharpe:.2f} | {own.max_drawdown:.0%} "
            f"| {turnover:.1f} | {alike.annual_return:.1%}, {alike.sharpe:.2f} "
            f"| {held.annual_return:.1%}, {held.sharpe:.2f} | {found.t_statistic:.2f} "
            f"| {free.t_statistic:.2f} |"
        )


if __name__ == "__main__":
    print(table())
