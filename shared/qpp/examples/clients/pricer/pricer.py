"""The desk's nightly run: calibrate, price the exotic book, its sensitivities, its value at risk.

python pricer.py quotes.json --paths 8000
"""

import argparse

from market import load
from products import book
from risk import sensitivities, value_at_risk
from simulation import simulate_price

HEDGE_STRIKES = (0.8, 0.9, 1.0, 1.1, 1.2)  # of the spot
HEDGE_EXPIRIES = (0.25, 0.5, 1.0)


def hedges_of(market):
    """Vanilla options, more of them near the money."""
    hedges = []
    for expiry in HEDGE_EXPIRIES:
        for moneyness in HEDGE_STRIKES:
            quantity = 100.0 * (1.0 - 2.0 * abs(moneyness - 1.0))
            hedges.append((moneyness * market.spot, expiry, quantity))
    return hedges


def smile_lines(market):
    """The calibrated smile of each expiry, three strikes of it."""
    lines = []
    for expiry in market.expiries():
        strikes, vols = market.smile(expiry)
        middle = len(strikes) // 2
        shown = "  ".join(f"{strikes[i]:8.2f} {vols[i]:.6f}" for i in (0, middle, len(strikes) - 1))
        lines.append(f"{expiry:6.3f}  {shown}")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("quotes")
    parser.add_argument("--paths", type=int, default=8_000)
    arguments = parser.parse_args()
    market = load(arguments.quotes)
    market.calibrate()
    print("\n".join(smile_lines(market)))
    total = 0.0
    for product in book(market.spot):
        price, error = simulate_price(market, product, arguments.paths)
        greeks = sensitivities(market, product, arguments.paths)
        total += product.quantity * price
        figures = "  ".join(f"{name} {value:12.6f}" for name, value in greeks.items())
        print(f"{product.name:16} {price:12.6f} ({error:.6f})  {figures}")
    print(f"book {total:.4f}")
    print(f"value at risk {value_at_risk(market, hedges_of(market)):.4f}")


if __name__ == "__main__":
    main()
