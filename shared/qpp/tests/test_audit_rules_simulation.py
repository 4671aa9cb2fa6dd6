"""Patterns of simulation: Monte Carlo, Fourier transforms, solvers; named where hot, and only there."""
# ruff: noqa: E501 -- marked source text

from __future__ import annotations

import pytest

from audit_places import patterns

SHOWN = {
    "float64_cpu_monte_carlo": (
        """
        import numpy as np
        rng = np.random.default_rng(1)
        def price(paths, steps):
            z = rng.standard_normal((paths, steps))    #: 40
            path = np.exp(np.cumsum(0.01 * z, axis=1))  #: 40 numpy._core.fromnumeric.cumsum=10
            return np.maximum(path.mean(axis=1) - 1, 0).mean()  #: 10
        """,
        0.02,
    ),
    "float64_cpu_monte_carlo derived": (
        """
        import numpy as np
        def price(n, steps, seed):  # spot prices for the payoff
            rng = np.random.default_rng(seed)
            s = np.ones(n)
            for _ in range(steps):
                z = rng.normal(0.0, 0.01, n)  #: 10
                s = s * np.exp(z)  #: 80
            return s
        """,
        0.02,
    ),
    "full_fft_few_lags": (
        """
        import numpy as np
        from scipy.signal import correlate
        def acf(x, k):
            full = correlate(x, x, mode="full")  #: 90 scipy.signal._signaltools.correlate=90
            return full[len(x) - 1 : len(x) + k]
        """,
        0.02,
    ),
    "full_fft_few_lags by hand": (
        """
        import numpy as np
        def acf(x, k):
            f = np.fft.rfft(x, 2 * len(x))  #: 30 numpy.fft._pocketfft.rfft=30
            return np.fft.irfft(f * np.conj(f))[: k + 1]  #: 60 numpy.fft._pocketfft.irfft=50
        """,
        0.02,
    ),
    "python_objective": (
        """
        from scipy.optimize import differential_evolution
        def loss(p):
            return (p[0] - 1) ** 2
        best = differential_evolution(loss, [(-1, 1)])  #: 95 scipy._lib._util.wrapper=95 back=3:50
        """,
        0.8,
    ),
}
ABSENT = {
    "float64_cpu_monte_carlo": [
        """
        import numpy as np
        def run(x):  #>
            noise = np.random.standard_normal(100)  #: 0.1
            return np.linalg.svd(x)  #: 95 numpy.linalg._linalg.svd=95
        """,
        # Single precision, in blocks that fit the cache.
        """
        import numpy as np
        def european_call(paths, block, strike):
            rng, total = np.random.default_rng(2), 0.0
            for _ in range(paths // block):
                normals = rng.standard_normal(block, dtype=np.float32)  #: 60
                total += np.maximum(np.exp(normals) - strike, 0).sum()  #: 35 numpy._core._methods._sum=5
            return total
        """,
        # Test data are no simulation.
        """
        import numpy as np
        x = np.random.default_rng(1).normal(size=(500, 500))  #: 40
        values = np.linalg.eigvals(x).mean()  #: 50 numpy.linalg._linalg.eigvals=50
        """,
        """
        import numpy as np
        import pandas as pd
        rng = np.random.default_rng(1)
        prices = pd.DataFrame(100 * np.exp(rng.normal(0, 0.01, (5000, 50)).cumsum(axis=0)))
        width = prices.rolling(50).std()  #: 90 pandas.core.window.rolling.std=90
        """,
        """
        import numpy as np
        rng = np.random.default_rng(1)
        returns = rng.normal(0, 0.01, (5000, 50))
        equity = np.cumprod(1 + returns * np.sign(returns), axis=0)  #: 90 numpy._core.fromnumeric.cumprod=60
        print(equity.mean())
        """,
    ],
    "full_fft_few_lags": [
        """
        import scipy.fft
        def autocovariance(x):
            draws = x.shape[1]
            f = scipy.fft.rfft(x, 2 * draws)
            return scipy.fft.irfft(f * f.conj())[:, :draws]  #: 90 scipy.fft._backend.__ua_function__=85
        """,
        "from scipy.signal import fftconvolve\ny = fftconvolve(x, kernel)[: len(x)]  #: 90 scipy.signal._signaltools.fftconvolve=90\n",
    ],
    "python_objective": [
        "from scipy.optimize import linprog\nr = linprog(c, A)  #: 90 scipy.optimize._linprog.linprog=90\n",
    ],
}


@pytest.mark.parametrize("case", SHOWN)
def test_named_where_it_is_hot(case: str) -> None:
    text, python = SHOWN[case]
    assert patterns(text, python=python)[0] == case.split(" ")[0]


@pytest.mark.parametrize("pattern", ABSENT)
def test_not_named_where_it_is_cold_or_absent(pattern: str) -> None:
    for text in ABSENT[pattern]:
        for python in (0.05, 0.8):
            assert pattern not in patterns(text, python=python), text
