"""Positions, cash, trades and equity of the back-test."""

import pandas as pd

COMMISSION = 0.005  # a share
MINIMUM_COMMISSION = 1.0  # an order
HALF_SPREAD = 2e-4  # of the price
LOT = 10  # shares


class Portfolio:
    """Holds whole lots of stocks and the rest in cash; no interest, no short sales."""

    def __init__(self, prices, capital):
        self.prices = prices
        self.cash = capital
        self.positions = pd.DataFrame(0, index=prices.index, columns=prices.columns)
        self.holding = pd.Series(0, index=prices.columns)
        self.trades = pd.DataFrame(
            columns=["date", "ticker", "shares", "price", "commission", "slippage"]
        )

    def commission(self, shares):
        """What the broker takes for an order."""
        if shares == 0:
            return 0.0
        return max(MINIMUM_COMMISSION, abs(shares) * COMMISSION)

    def value(self, date):
        """Cash and the value of all positions at the close."""
        total = self.cash
        for ticker in self.prices.columns:
            shares = self.holding[ticker]
            if shares != 0:
                total += shares * self.prices.loc[date, ticker]
        return total

    def order(self, date, ticker, shares):
        """Trade at the close; pay half of the spread and the commission."""
        price = self.prices.loc[date, ticker]
        slippage = abs(shares) * price * HALF_SPREAD
        commission = self.commission(shares)
        self.cash -= shares * price + slippage + commission
        self.holding[ticker] += shares
        row = {
            "date": date,
            "ticker": ticker,
            "shares": shares,
            "price": price,
            "commission": commission,
            "slippage": slippage,
        }
        if len(self.trades) == 0:
            self.trades = pd.DataFrame([row])
        else:
            self.trades = pd.concat([self.trades, pd.DataFrame([row])], ignore_index=True)

    def rebalance(self, date, weights):
        """Sell what is too much, then buy what is missing, in whole lots."""
        value = self.value(date)
        orders = []
        for ticker in self.prices.columns:
            price = self.prices.loc[date, ticker]
            wanted = int(value * weights[ticker] / price / LOT) * LOT
            difference = wanted - self.holding[ticker]
            if difference != 0:
                orders.append((ticker, difference))
        orders.sort(key=lambda order: order[1])  # sales first: they bring the cash
        for ticker, shares in orders:
            self.order(date, ticker, shares)

    def mark(self, date):
        """Record the positions at the close; the value of all and the cash."""
        total = self.cash
        for ticker in self.prices.columns:
            self.positions.loc[date, ticker] = self.holding[ticker]
            total += self.positions.loc[date, ticker] * self.prices.loc[date, ticker]
        return total


def costs_of(trades):
    """All commissions and slippage."""
    if len(trades) == 0:
        return 0.0
    return trades.apply(lambda row: row["commission"] + row["slippage"], axis=1).sum()
