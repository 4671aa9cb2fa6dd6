"""The data of the three clients, made from seeds.

It writes prices.csv (closes of 20 S&P 500 stocks where the package skfolio is installed, else
simulated ones), quotes.json (option prices) and messages.csv (orders of one stock).
"""

from __future__ import annotations

import argparse
import heapq
import json
from pathlib import Path
from typing import Any

import numpy as np


def prices(path: Path, days: int = 8_313) -> None:
    """Daily closes of 20 stocks, the last ``days`` of them."""
    try:
        from qpp import datasets

        frame = datasets.sp500_prices().tail(days)
    except (ImportError, FileNotFoundError):  # a DatasetError is one
        frame = simulated_prices(days)
    frame.write_csv(path)


def simulated_prices(days: int, stocks: int = 20) -> Any:
    """Geometric Brownian motion with one common factor."""
    import polars as pl

    rng = np.random.default_rng(20)
    market = 0.0003 + 0.009 * rng.standard_normal((days, 1))
    own = 0.014 * rng.standard_normal((days, stocks))
    closes = 50.0 * np.exp(np.cumsum(market + own, axis=0))
    dates = np.busday_offset("1990-01-02", np.arange(days), roll="forward").astype("datetime64[D]")
    columns = {f"S{i:02d}": closes[:, i] for i in range(stocks)}
    return pl.DataFrame({"date": dates, **columns})


def quotes(path: Path) -> None:
    """Calls and puts of 12 expiries and 25 strikes, from a smooth surface of volatilities."""
    from scipy.special import ndtr

    spot, dividend = 100.0, 0.012
    times = [0.0, 0.25, 0.5, 1.0, 2.0, 5.0]
    rates = [0.03, 0.031, 0.0325, 0.034, 0.036, 0.038]
    found = []
    for expiry in np.round(np.linspace(1 / 12, 2.0, 12), 6):
        rate = float(np.interp(expiry, times, rates))
        for strike in np.linspace(60.0, 140.0, 25):
            moneyness = np.log(strike / spot) / np.sqrt(expiry + 0.1)
            vol = 0.2 - 0.08 * moneyness + 0.05 * moneyness**2 + 0.02 * np.exp(-expiry)
            deviation = vol * np.sqrt(expiry)
            d1 = (np.log(spot / strike) + (rate - dividend) * expiry) / deviation + deviation / 2
            carried, paid = spot * np.exp(-dividend * expiry), strike * np.exp(-rate * expiry)
            call = bool(strike >= spot)
            sign = 1.0 if call else -1.0
            price = sign * (carried * ndtr(sign * d1) - paid * ndtr(sign * (d1 - deviation)))
            quote = {"expiry": float(expiry), "strike": float(strike), "price": float(price)}
            found.append({**quote, "call": call})
    curve = {"times": times, "rates": rates}
    raw = {"spot": spot, "dividend": dividend, "curve": curve, "quotes": found}
    path.write_text(json.dumps(raw, indent=1), encoding="utf-8")


def messages(path: Path, count: int = 150_000, resting: int = 1_500) -> None:
    """Orders of one stock, about ``resting`` of them in the book; sides never cross."""
    rng = np.random.default_rng(7)
    waits = rng.exponential(0.1, count)
    times = np.datetime64("2024-03-01T09:30:00") + (np.cumsum(waits) * 1e6).astype("m8[us]")
    mids = 10_000 + np.cumsum(rng.normal(0.0, 0.1, count))
    distances = rng.geometric(0.015, count)
    quantities = 100 * rng.geometric(0.4, count)
    draws = rng.random((count, 3))
    orders: list[tuple[int, str, int, int]] = []
    best = {"B": Best(-1), "S": Best(1)}
    lines = ["# time,kind,order,side,price,quantity"]
    for i, time in enumerate(np.datetime_as_string(times)):
        stamp = time.replace("T", " ")
        if draws[i, 0] < (0.6 if len(orders) < resting else 0.4):
            side, other, sign = ("B", "S", -1) if draws[i, 1] < 0.5 else ("S", "B", 1)
            price = int(mids[i]) + sign * int(distances[i])
            limit = best[other].price()
            if limit is not None and (price - limit) * sign <= 0:
                price = limit + sign
            orders.append((i + 1, side, price, int(quantities[i])))
            best[side].add(price)
            lines.append(f"{stamp},A,{','.join(map(str, orders[-1]))}")
            continue
        if not orders:
            continue
        chosen = int(draws[i, 1] * len(orders))
        orders[chosen], orders[-1] = orders[-1], orders[chosen]
        kind = "D" if draws[i, 2] < 0.85 else "E"
        if draws[i, 2] > 0.999:  # an order that the file does not hold
            lines.append(f"{stamp},D,{count + i},B,1,100")
            continue
        order = orders.pop()
        best[order[1]].remove(order[2])
        lines.append(f"{stamp},{kind},{','.join(map(str, order))}")
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


class Best:
    """The best price of one side: a heap, and how many orders rest at each price."""

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.heap: list[int] = []
        self.count: dict[int, int] = {}

    def add(self, price: int) -> None:
        """An order rests at a price."""
        self.count[price] = self.count.get(price, 0) + 1
        heapq.heappush(self.heap, self.sign * price)

    def remove(self, price: int) -> None:
        """It is gone."""
        self.count[price] -= 1

    def price(self) -> int | None:
        """The best price; ``None`` where nothing rests."""
        while self.heap and not self.count[self.sign * self.heap[0]]:
            heapq.heappop(self.heap)
        return self.sign * self.heap[0] if self.heap else None


def write(folder: Path) -> None:
    """All three files."""
    folder.mkdir(parents=True, exist_ok=True)
    prices(folder / "prices.csv")
    quotes(folder / "quotes.json")
    messages(folder / "messages.csv")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    write(parser.parse_args().folder)
