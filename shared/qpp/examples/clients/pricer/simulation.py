"""Prices by simulation: geometric Brownian motion with the volatility of the product's strike."""

import numpy as np

SEED = 2024
STEPS = 64


def simulate_price(market, product, paths, seed=SEED):
    """The price of one product and its standard error.

    Every call draws the same numbers, so that differences of two prices are not noise.
    """
    rng = np.random.default_rng(seed)
    volatility = market.volatility(product.expiry, product.strike)
    rate = market.curve.rate(product.expiry)
    step = product.expiry / STEPS
    drift = (rate - market.dividend - 0.5 * volatility**2) * step
    deviation = volatility * np.sqrt(step)
    payoffs = []
    for _ in range(paths):
        normals = rng.standard_normal(STEPS)
        logs = np.cumsum(drift + deviation * normals)
        path = market.spot * np.exp(logs)
        last = path[-1]
        if product.kind == "asian call":
            payoff = max(np.mean(path) - product.strike, 0.0)
        elif product.kind == "up-and-out call":
            payoff = 0.0 if np.max(path) >= product.barrier else max(last - product.strike, 0.0)
        elif product.kind == "down-and-in put":
            payoff = 0.0 if np.min(path) > product.barrier else max(product.strike - last, 0.0)
        else:
            payoff = max(max(np.max(path), product.strike) - last, 0.0)
        payoffs.append(payoff)
    discount = market.curve.discount(product.expiry)
    payoffs = np.array(payoffs)
    error = payoffs.std(ddof=1) / np.sqrt(paths)
    return discount * payoffs.mean(), discount * error
