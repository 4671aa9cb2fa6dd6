"""Market data: a curve of zero rates, and a surface of implied volatilities from option quotes."""

import json
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

LOWEST, HIGHEST = 0.001, 5.0  # volatilities between which the implied one is searched
BISECTIONS = 50


@dataclass
class Quote:
    """The price of one European option."""

    expiry: float  # years
    strike: float
    price: float
    is_call: bool
    volatility: float = 0.0


class Curve:
    """Zero rates at some maturities, linear in between, flat outside."""

    def __init__(self, times, rates):
        self.times = list(times)
        self.rates = list(rates)

    def rate(self, time):
        """The zero rate to a time in years."""
        return float(np.interp(time, self.times, self.rates))

    def discount(self, time):
        """The value today of one unit paid then."""
        return float(np.exp(-self.rate(time) * time))


class Market:
    """Spot, curve, dividend yield and quotes of one underlying."""

    def __init__(self, spot, dividend, curve, quotes):
        self.spot = spot
        self.dividend = dividend
        self.curve = curve
        self.quotes = quotes

    def forward(self, time):
        """The forward price."""
        return self.spot * np.exp((self.curve.rate(time) - self.dividend) * time)

    def expiries(self):
        """The expiries that are quoted, sorted."""
        return sorted({quote.expiry for quote in self.quotes})

    def calibrate(self):
        """Find the implied volatility of every quote."""
        for quote in self.quotes:
            quote.volatility = implied_volatility(self, quote)

    def smile(self, expiry):
        """Strikes and volatilities of one expiry, by strike."""
        chosen = sorted((q for q in self.quotes if q.expiry == expiry), key=lambda q: q.strike)
        strikes, vols = [], []
        for strike in sorted({quote.strike for quote in chosen}):
            same = [q.volatility for q in chosen if q.strike == strike]
            strikes.append(strike)
            vols.append(sum(same) / len(same))
        return strikes, vols

    def volatility(self, expiry, strike):
        """Linear in strike, and linear in total variance between the expiries around."""
        times = self.expiries()
        variances = []
        for time in times:
            strikes, vols = self.smile(time)
            variances.append(float(np.interp(strike, strikes, vols)) ** 2 * time)
        variance = float(np.interp(expiry, [0.0, *times], [0.0, *variances]))
        if expiry > times[-1]:
            variance *= expiry / times[-1]
        return (variance / expiry) ** 0.5


def black_scholes(spot, strike, time, rate, dividend, volatility, is_call):
    """The price of a European option."""
    deviation = volatility * time**0.5
    d1 = (np.log(spot / strike) + (rate - dividend) * time) / deviation + 0.5 * deviation
    d2 = d1 - deviation
    carried = spot * np.exp(-dividend * time)
    paid = strike * np.exp(-rate * time)
    if is_call:
        return carried * norm.cdf(d1) - paid * norm.cdf(d2)
    return paid * norm.cdf(-d2) - carried * norm.cdf(-d1)


def implied_volatility(market, quote):
    """Bisection on the volatility until the model gives the quoted price."""
    low, high = LOWEST, HIGHEST
    rate = market.curve.rate(quote.expiry)
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        price = black_scholes(
            market.spot,
            quote.strike,
            quote.expiry,
            rate,
            market.dividend,
            middle,
            quote.is_call,
        )
        if price > quote.price:
            high = middle
        else:
            low = middle
    return 0.5 * (low + high)


def load(path):
    """The market of a file of quotes."""
    with open(path, encoding="utf-8") as stream:
        raw = json.load(stream)
    curve = Curve(raw["curve"]["times"], raw["curve"]["rates"])
    quotes = [Quote(q["expiry"], q["strike"], q["price"], q["call"]) for q in raw["quotes"]]
    return Market(raw["spot"], raw["dividend"], curve, quotes)
