"""Sensitivities by bumping the market, and the loss in scenarios of the past."""

import copy

import numpy as np
from market import black_scholes
from simulation import simulate_price

SPOT_BUMP = 0.01  # of the spot
VOL_BUMP = 0.01  # in points of volatility
SCENARIOS = 100
QUANTILE = 0.05


def bumped(market, spot=0.0, volatility=0.0):
    """A market with another spot and other volatilities; the old one is not touched."""
    new = copy.deepcopy(market)
    new.spot = market.spot * (1.0 + spot)
    for quote in new.quotes:
        quote.volatility += volatility
    return new


def sensitivities(market, product, paths):
    """Delta, gamma and vega of one product."""
    price, _ = simulate_price(market, product, paths)
    up, _ = simulate_price(bumped(market, spot=SPOT_BUMP), product, paths)
    down, _ = simulate_price(bumped(market, spot=-SPOT_BUMP), product, paths)
    higher, _ = simulate_price(bumped(market, volatility=VOL_BUMP), product, paths)
    width = market.spot * SPOT_BUMP
    return {
        "delta": (up - down) / (2.0 * width),
        "gamma": (up - 2.0 * price + down) / width**2,
        "vega": (higher - price) / VOL_BUMP,
    }


def scenarios(count):
    """Relative moves of the spot and moves of the volatility, as the past may have had them."""
    rng = np.random.default_rng(11)
    spots = 0.012 * rng.standard_t(4, size=count)
    vols = -0.6 * spots + 0.01 * rng.standard_normal(count)
    return list(zip(spots, vols, strict=True))


def hedge_value(market, hedges):
    """The value of the vanilla options that hedge the book."""
    total = 0.0
    for strike, expiry, quantity in hedges:
        volatility = market.volatility(expiry, strike)
        rate = market.curve.rate(expiry)
        price = black_scholes(
            market.spot, strike, expiry, rate, market.dividend, volatility, strike > market.spot
        )
        total += quantity * price
    return total


def value_at_risk(market, hedges):
    """The loss of the hedges that one scenario in twenty exceeds."""
    today = hedge_value(market, hedges)
    losses = []
    for spot, volatility in scenarios(SCENARIOS):
        moved = bumped(market, spot=spot, volatility=volatility)
        losses.append(today - hedge_value(moved, hedges))
    losses = sorted(losses)
    return losses[int(len(losses) * (1.0 - QUANTILE))]
