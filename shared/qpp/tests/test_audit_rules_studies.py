"""The baselines of the studies: their hot places, with shares made by hand, are named rightly.

A place is given by the text of its first line; shares by the text of lines. So a baseline may move
in its file, but a line that is gone fails the test.
"""

import ast
from pathlib import Path

import pytest

from qpp.audit.places import Line, Place, Share
from qpp.audit.rules import match
from qpp.audit.source import Source

ROOT = Path(__file__).parents[3]
HFT = "optimizers/hft_py/python/hft_py"
NUMPY = "numpy._core."

# file, first line of the place, the interpreter's part, lines with their shares, accepted names.
CASES: dict[str, tuple[str, str, float, dict[str, tuple[float, dict[str, float]]], set[str]]] = {
    "the pandas loop": (
        "case_studies/01_polars_vs_pandas/python/polars_vs_pandas/baseline.py",
        "for t in range(window, rows - 1):",
        0.8,
        {
            "history = signal.iloc": (5, {"pandas.core.indexing.__getitem__": 5}),
            "sigma = history.std": (9, {"pandas.core.frame.std": 9}),
            "sigma[history.max()": (11, {"pandas.core.frame.max": 7}),
            "long = (sigma > 0)": (8, {"pandas.core.ops.common.new_method": 8}),
            "short = (sigma > 0)": (8, {"pandas.core.ops.common.new_method": 8}),
            "position.iloc[t] = long": (14, {"pandas.core.indexing.__setitem__": 8}),
            "change = (position.iloc[t]": (11, {"pandas.core.indexing.__getitem__": 6}),
            "earned = position": (10, {"pandas.core.indexing.__getitem__": 6}),
            "account.iloc[t + 1] =": (12, {"pandas.core.indexing.__setitem__": 6}),
            "equity.iloc[t + 1] =": (6, {"pandas.core.indexing.__setitem__": 4}),
        },
        {"scalar_loc"},
    ),
    "the search for the best": (
        "case_studies/02_hft_orderbook_rust/python/hft_orderbook/baseline.py",
        "def set(self, side: int, tick: int, lots: int) -> None:",
        0.9,
        {
            "levels = self.sides[side]": (3, {}),
            "levels[tick] = lots": (4, {}),
            "self.best[side] = (min if side": (70, {}),
        },
        {"scan_best_price"},
    ),
    "all lags": (
        "case_studies/03_fft_autocorrelation/python/fft_autocorrelation/baseline.py",
        "sums = scipy.signal.correlate(",
        0.05,
        {"sums = scipy.signal.correlate(": (92, {"scipy.signal._signaltools.correlate": 92})},
        {"full_fft_few_lags"},
    ),
    "normals of a Monte Carlo": (
        "case_studies/04_gpu_monte_carlo/python/gpu_monte_carlo/baseline.py",
        "for _ in range(BLOCK // paths):",
        0.02,
        {
            "rng.standard_normal(out=normals": (45, {}),
            "sums[i] += chunk_moments(": (50, {}),
        },
        {"float64_cpu_monte_carlo"},
    ),
    "the filter": (
        f"{HFT}/hmm/baseline/recursions.py",
        "for t in range(len(b)):",
        0.6,
        {
            "joint = predicted * b[t]": (15, {}),
            "total = joint.sum()": (40, {f"{NUMPY}_methods._sum": 20}),
            "alpha[t] = joint / total": (15, {}),
            "predicted = alpha[t] @ transition": (20, {}),
        },
        {"small_array_numpy"},
    ),
    "trials of an evolution": (
        f"{HFT}/mle/baseline/evolution.py",
        "for i in range(size):",
        0.7,
        {
            "mutant, rate, j_rand = self._mutant(": (30, {}),
            "crossed = rows[i, own : own + d]": (10, {}),
            "trial = np.where(crossed, mutant": (20, {}),
            "for j in np.flatnonzero((trial": (20, {f"{NUMPY}numeric.flatnonzero": 12}),
        },
        {"small_array_numpy"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_hot_place_of_a_baseline_is_named(case: str) -> None:
    file, first, python, shares, accepted = CASES[case]
    source = Source(Path(file), (ROOT / file).read_text(encoding="utf-8"))
    lines = tuple(
        Line(file, _number(source, text), _share(share), {k: v / 100 for k, v in calls.items()})
        for text, (share, calls) in shares.items()
    )
    number = _number(source, first)
    node = next(n for n in ast.walk(source.tree) if getattr(n, "lineno", 0) == number)
    total = sum(line.share.value for line in lines)
    place = Place(source, node, Share(total, total, total, total, python, 1 - python), lines)
    assert match(place)[0].pattern in accepted


def _share(percent: float) -> Share:
    return Share(percent / 100, percent / 100, percent / 100)


def _number(source: Source, text: str) -> int:
    found = [n for n, line in enumerate(source.lines, 1) if line.strip().startswith(text)]
    assert found, f"{source.path} has no line {text!r}"
    return found[0]
