"""Paths on the processor, and an array that grows.

planted: 0.70 float64_cpu_monte_carlo asian_call
planted: 0.30 growing_array equity_curve
"""

import numpy as np
from repeating import for_seconds

rng = np.random.default_rng(8)


def asian_call(paths, steps, spot=100.0, strike=100.0, rate=0.02, sigma=0.2):
    dt = 1.0 / steps
    normals = rng.standard_normal((paths, steps))
    drift = (rate - 0.5 * sigma**2) * dt
    prices = spot * np.exp(np.cumsum(drift + sigma * np.sqrt(dt) * normals, axis=1))
    payoff = np.maximum(prices.mean(axis=1) - strike, 0.0)
    return np.exp(-rate) * payoff.mean()


def equity_curve(days):
    curve = np.array([1.0])
    for day in range(days):
        curve = np.append(curve, curve[-1] * (1.0 + 0.0001 * (day % 3 - 1)))
    return curve


for_seconds(1.05, asian_call, 1000, 252)
for_seconds(0.45, equity_curve, 1000)
