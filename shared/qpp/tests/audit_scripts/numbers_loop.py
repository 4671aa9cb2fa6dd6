"""Numbers in Python, elements of arrays, and small arrays.

planted: 0.45 python_number_loop average_gain
planted: 0.35 numpy_element_loop drawdown
planted: 0.20 small_array_numpy portfolio_risk
"""

import numpy as np
from repeating import for_seconds

returns = [0.01 * ((i * 7919) % 101 - 50) for i in range(20_000)]
equity = np.cumsum(np.random.default_rng(4).normal(size=20_000))
weights = [np.array([0.2, 0.3, 0.5]) for _ in range(300)]
covariance = np.diag([0.1, 0.2, 0.3])


def average_gain(values):
    gain = loss = 0.0
    for value in values:
        if value > 0:
            gain = 0.93 * gain + 0.07 * value
            loss = 0.93 * loss
        else:
            gain = 0.93 * gain
            loss = 0.93 * loss - 0.07 * value
    return gain / (gain + loss)


def drawdown(curve):
    peak = worst = 0.0
    for i in range(len(curve)):
        if curve[i] > peak:
            peak = curve[i]
        if peak - curve[i] > worst:
            worst = peak - curve[i]
    return worst


def portfolio_risk(candidates):
    risks = []
    for w in candidates:
        risks.append(np.sqrt(np.dot(w, np.dot(covariance, w))) / np.sum(np.abs(w)))
    return risks


for_seconds(0.72, average_gain, returns)
for_seconds(0.56, drawdown, equity)
for_seconds(0.32, portfolio_risk, weights)
