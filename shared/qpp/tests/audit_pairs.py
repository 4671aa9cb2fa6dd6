"""The code before and after each remedy, with data: do both agree, and how much faster is one?

``python shared/qpp/tests/audit_pairs.py [PATTERN ...]`` times every pair; the audit's reachable
gains are at most half of what it prints. What needs other processors or Numba is not timed.
"""

import importlib.util
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from qpp.audit.remedies import REMEDIES

RNG = np.random.default_rng(7)
Arguments = tuple[Any, ...]


def trades(n: int) -> pd.DataFrame:
    """Trades of ``n / 20`` assets, in shuffled order."""
    price = np.round(100 + RNG.standard_normal(n).cumsum(), 2)
    asset = RNG.permutation(n) % max(n // 20, 2)
    size = RNG.integers(1, 9, n)
    side = RNG.choice(["B", "S"], n)
    columns = {"price": price, "size": size, "side": side, "asset": asset}
    return pd.DataFrame({**columns, "mid": price, "close": price})


def written(n: int, kind: str) -> str:
    """The path of a new file with ``n`` lines."""
    rows = range(n)
    lines = {
        "csv": [f"{i},{100 + i / 8},{i % 9}" for i in rows],
        "json": [f'{{"price": {100 + i / 8}, "size": {i % 9}, "side": "B"}}' for i in rows],
        "trades": ["asset,size", *(f"{i % 20},{i % 9}" for i in rows)],
    }[kind]
    with tempfile.NamedTemporaryFile("w", suffix=f".{kind}", delete=False) as file:
        file.write("\n".join(lines) + "\n")
    return file.name


def book_events(n: int) -> list[tuple[int, int]]:
    """Updates of 200 levels, of which one in four deletes the level."""
    prices = 1000 - np.minimum(RNG.geometric(0.02, n), 200)
    return list(zip(prices.tolist(), (RNG.integers(0, 4, n) * 10).tolist(), strict=True))


def matrices(n: int) -> Arguments:
    """Regular systems of three equations."""
    return RNG.standard_normal((n, 3, 3)) + 4 * np.eye(3), RNG.standard_normal((n, 3))


def square(n: int) -> int:
    """Something for a worker to do."""
    return sum(i * i for i in range(n))


# Arguments of a size, and the size at which a pair is timed; None: not timed.
DATA: dict[str, tuple[Callable[[int], Arguments], int | None]] = {
    "iterrows": (lambda n: (trades(n),), 20_000),
    "row_apply": (lambda n: (trades(n),), 20_000),
    "rolling_apply": (lambda n: (trades(n)["price"],), 20_000),
    "scalar_loc": (lambda n: (trades(n),), 5_000),
    "growing_frame": (lambda n: ([trades(50) for _ in range(n // 40)],), 20_000),
    "groupby_python": (lambda n: (trades(n),), 20_000),
    "object_dtype": (lambda n: (trades(n),), 200_000),
    "polars_udf": (lambda n: (pl.DataFrame({"spot": 100 + RNG.normal(size=n)}),), 200_000),
    "numpy_element_loop": (lambda n: (100 + RNG.normal(size=n), 100.0), 100_000),
    "small_array_numpy": (matrices, 5_000),
    "growing_array": (lambda n: (RNG.normal(size=n),), 20_000),
    "scalar_scipy": (lambda n: (RNG.normal(size=n),), 5_000),
    "np_vectorize": (lambda n: (100 + RNG.normal(size=n),), 100_000),
    "copy_storm": (lambda n: (100 + RNG.normal(size=1_000 * n), [0.9, 0.95, 1.1]), 2_000),
    "mask_scan": (lambda n: (t := trades(n), [*sorted(set(t["asset"])), -1]), 10_000),
    "window_recompute": (lambda n: (100 + RNG.normal(size=n), min(n // 4, 250)), 20_000),
    "float64_cpu_monte_carlo": (lambda n: (np.random.default_rng(1), 1_000 * n), None),
    "full_fft_few_lags": (lambda n: (RNG.normal(size=n), min(n // 4, 50)), 10_000),
    "python_objective": (lambda n: ([(-5.0, 5.0)] * 2,), 1),
    "python_number_loop": (lambda n: (RNG.normal(size=n), 0.1), None),
    "scan_best_price": (lambda n: (book_events(n),), 50_000),
    "list_membership": (lambda n: (RNG.integers(0, max(n // 10, 2), n).tolist(),), 20_000),
    "repeated_sort": (lambda n: (RNG.normal(size=n).tolist(),), 5_000),
    "lru_missing": (lambda n: (0, 0, 12 if n > 100 else 5), 1_000),
    "split_parsing": (lambda n: (written(n, "csv"),), 100_000),
    "string_concat": (lambda n: (list(range(n)),), 40_000),
    "json_in_loop": (lambda n: (written(n, "json"),), 50_000),
    "repeated_regex_compile": (lambda n: ([f"id={i} px={i / 4} q=5" for i in range(n)],), 50_000),
    "datetime_parsing": (
        lambda n: ([f"2024-01-{i % 28 + 1:02} 09:30:00" for i in range(n)],),
        20_000,
    ),
    "deep_copy": (
        lambda n: ({"spot": 1.0, **{f"c{i}": [float(i)] * 50 for i in range(20)}}, range(n)),
        200,
    ),
    "reread_files": (lambda n: (written(n, "trades"), range(20)), 20_000),
    "serial_independent_work": (lambda n: (square, [n] * 3), None),
    "gil_bound_threads": (lambda n: (square, [n] * 3), None),
    "waiting": (lambda n: (square, [n] * 3), None),
}


def function(code: str) -> Callable[..., Any]:
    """The function that a piece of a remedy defines last."""
    names: dict[str, Any] = {"np": np, "pd": pd, "pl": pl}
    if importlib.util.find_spec("numba") is None:
        code = code.replace("from numba import njit\n", "njit = lambda f: f\n")
    exec(compile(code, "<remedy>", "exec"), names)
    made = [v for v in names.values() if callable(v) and getattr(v, "__module__", "") != "numpy"]
    found: Callable[..., Any] = made[-1]
    return found


def seconds(call: Callable[[], object]) -> float:
    """The least of some runs, for half a second and at least three."""
    times: list[float] = []
    while len(times) < 3 or sum(times) < 0.5:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def main(names: list[str]) -> None:
    """Print the ratio of each pair."""
    for name, (make, size) in DATA.items():
        if size is None or (names and name not in names):
            continue
        given = make(size)
        before, after = function(REMEDIES[name].before), function(REMEDIES[name].after)
        ratio = seconds(partial(before, *given)) / seconds(partial(after, *given))
        print(f"{name:24} {ratio:8.1f}  (gain {REMEDIES[name].gain:g})")
        for path in (g for g in given if isinstance(g, str)):
            Path(path).unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
