"""clean: covariance, Cholesky factor and minimum-variance weights of a large universe."""

import numpy as np

rng = np.random.default_rng(4)
returns = rng.normal(size=(3000, 900))
weights = []
for shift in range(4):
    sample = returns[shift * 100 :]
    covariance = np.cov(sample, rowvar=False) + 1e-6 * np.eye(900)
    factor = np.linalg.cholesky(covariance)
    w = np.linalg.solve(factor.T, np.linalg.solve(factor, np.ones(900)))
    weights.append(w / w.sum())
