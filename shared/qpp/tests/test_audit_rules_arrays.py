"""Patterns of NumPy, SciPy and simulation: named where hot, not where cold, absent or needed."""
# ruff: noqa: E501 -- marked source text

from __future__ import annotations

import pytest

from audit_places import patterns

SHOWN = {
    "numpy_element_loop": (
        """
        import numpy as np
        def payoff(spot: np.ndarray, strike):
            out = np.empty(len(spot))
            for i in range(len(spot)):           #: 10
                out[i] = max(spot[i] - strike, 0.0)  #: 70
            return out
        """,
        0.8,
    ),
    "numpy_element_loop over values": (
        """
        import numpy as np
        x = np.loadtxt("x.txt")
        total = 0.0
        for v in x:             #: 20
            if v > 0:           #: 30
                total += v * v  #: 40
        """,
        0.8,
    ),
    "small_array_numpy": (
        """
        import numpy as np
        def filtered(start: np.ndarray, transition: np.ndarray, b: np.ndarray):
            predicted = start
            for t in range(len(b)):           #: 3
                joint = predicted * b[t]      #: 20
                total = joint.sum()           #: 40 numpy._core._methods._sum=25
                predicted = joint / total @ transition  #: 25
        """,
        0.5,
    ),
    "growing_array": (
        """
        import numpy as np
        path = np.empty(0)
        for price in feed:
            path = np.append(path, price)  #: 90 numpy.lib._function_base_impl.append=88
        """,
        0.3,
    ),
    "growing_array of a list": (
        """
        seen = []
        for price in feed:
            seen = seen + [price]  #: 90
        """,
        0.2,
    ),
    "scalar_scipy": (
        """
        from scipy.stats import norm
        def call(s, k, v):
            return s * norm.cdf(k) - norm.cdf(k - v)  #: 80 scipy.stats._distn_infrastructure.cdf=78
        for s, k, v in book:
            total += call(s, k, v)  #: 2
        """,
        0.7,
    ),
    "scalar_scipy of NumPy's scalars": (
        """
        import numpy as np
        from scipy.stats import norm
        def call(spot, strike, v):
            d1 = np.log(spot / strike) / v + 0.5 * v  #: 10
            return spot * norm.cdf(d1)                #: 80 scipy.stats._distn_infrastructure.cdf=78
        """,
        0.6,
    ),
    "np_vectorize": (
        """
        import numpy as np
        def clip(v):
            return v if v > 0 else 0.0
        positive = np.vectorize(clip)
        y = positive(x)  #: 90 numpy.lib._function_base_impl.__call__=90 back=3:50
        """,
        0.9,
    ),
    "copy_storm": (
        """
        import pandas as pd
        def apply_rules(df: pd.DataFrame, rules):
            for rule in rules:
                df = df.copy()      #: 60 pandas.core.generic.copy=60
                rule(df)            #: 10
        """,
        0.1,
    ),
    "mask_scan": (
        """
        import numpy as np
        ids = np.load("ids.npy")
        for k in keys:
            total[k] = volume[ids == k].sum()  #: 90 numpy._core._methods._sum=5
        """,
        0.05,
    ),
    "mask_scan of a frame": (
        """
        def by_asset(df, assets):
            return {a: df[df["asset"] == a]["ret"].mean() for a in assets}  #: 90 pandas.core.frame.__getitem__=60 pandas.core.ops.common.new_method=25
        """,
        0.2,
    ),
    "window_recompute": (
        """
        import numpy as np
        def width(x, w):
            out = []
            for t in range(w, len(x)):
                part = x[t - w : t]           #: 5
                out.append(np.std(part))      #: 80 numpy._core.fromnumeric.std=78
        """,
        0.5,
    ),
    "window_recompute of ticks": (
        """
        import numpy as np
        class Signal:
            def on_tick(self, price):  #>
                self.prices.append(price)             #: 5
                return np.mean(self.prices[-500:])    #: 85 numpy._core.fromnumeric.mean=80
        def replay(ticks, signal):
            for t in ticks:
                signal.on_tick(t)
        """,
        0.3,
    ),
}
ABSENT = {
    # A loop that has to be one: each step needs the one before.
    "numpy_element_loop": [
        """
        import numpy as np
        def garch(e: np.ndarray, a, b):
            h = np.empty(len(e))
            for t in range(1, len(e)):
                h[t] = 0.1 + a * e[t - 1] ** 2 + b * h[t - 1]  #: 90
            return h
        """,
        """
        import numpy as np
        def ema(x: np.ndarray, a):
            level, out = x[0], np.empty(len(x))
            for t in range(len(x)):
                level = a * x[t] + (1 - a) * level  #: 60
                out[t] = level                      #: 30
            return out
        """,
        """
        import numpy as np
        def run(x: np.ndarray, y):  #>
            for i in range(10):
                x[i] = 2 * x[i]  #: 0.1
            return np.linalg.eigvals(y)  #: 95 numpy.linalg._linalg.eigvals=95
        """,
    ],
    "small_array_numpy": [
        """
        import numpy as np
        def step(paths: np.ndarray, z: np.ndarray):
            for t in range(252):
                paths = paths * np.exp(z[t])  #: 90
            return paths
        """,
    ],
    "growing_array": [
        """
        import numpy as np
        pieces = []
        for price in feed:
            pieces.append(price)  #: 1
        path = np.concatenate(pieces)  #: 90 numpy._core.multiarray.concatenate=80
        """,
    ],
    "scalar_scipy": [
        """
        import numpy as np
        from scipy.stats import norm
        x = np.linspace(0, 1, 10**7)
        p = norm.cdf(x)  #: 90 scipy.stats._distn_infrastructure.cdf=90
        """,
    ],
    "np_vectorize": ["import numpy as np\ny = np.where(x > 0, x, 0)  #: 90\n"],
    "copy_storm": ["import numpy as np\ny = np.zeros(9)\nz = y.copy()  #: 90\n"],
    "mask_scan": [
        "import pandas as pd\ndf = pd.read_csv('x')\nb = df[df['a'] == 3]  #: 90 pandas.core.frame.__getitem__=90\n",
        """
        for name in names:
            flags[name] = df[name] == 3  #: 90 pandas.core.ops.common.new_method=90
        """,
    ],
    "window_recompute": [
        """
        for i in range(0, len(x), 1000):
            out.append(x[i : i + 1000].sum())  #: 90 numpy._core._methods._sum=80
        """,
        """
        for t in range(100, len(x)):
            u, s, v = np.linalg.svd(x[t - 100 : t])  #: 90 numpy.linalg._linalg.svd=90
        """,
    ],
}


@pytest.mark.parametrize("case", SHOWN)
def test_named_where_it_is_hot(case: str) -> None:
    text, python = SHOWN[case]
    assert patterns(text, python=python)[0] == case.split(" ")[0]


@pytest.mark.parametrize("pattern", ABSENT)
def test_not_named_where_it_is_cold_absent_or_needed(pattern: str) -> None:
    native = {"small_array_numpy", "copy_storm"}
    for text in ABSENT[pattern]:
        for python in (0.05,) if pattern in native else (0.05, 0.8):
            assert pattern not in patterns(text, python=python), text


def test_a_recurrence_is_named_as_one() -> None:
    assert patterns(ABSENT["numpy_element_loop"][0], python=0.8)[0] == "python_number_loop"


def test_a_few_windows_are_read_in_full_anyway() -> None:
    text = """
        for shift in range(n):  #>
            out.append(np.std(x[shift * 100 :]))  #: 90 numpy._core.fromnumeric.std=85
        """
    for count, expected in ((4, False), (4_000, True)):
        assert ("window_recompute" in patterns(text, python=0.2, count=count)) == expected


def test_the_time_of_a_pass_tells_small_arrays_from_large_ones() -> None:
    text, python = SHOWN["small_array_numpy"]
    for seconds, expected in ((1.0, True), (100.0, False)):
        found = patterns(text, python=python, count=50_000, seconds=seconds)
        assert ("small_array_numpy" in found) == expected
