"""Granger causality: regressions written out, published values, directions, degenerate series."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hft_py.information_theory.granger import compute_granger_causality, compute_granger_matrix

Floats = npt.NDArray[np.float64]


def written_out(source: Floats, target: Floats, given: Floats, lag: int) -> tuple[float, float]:
    """F and its p-value, of two least-squares fits with a column of ones."""
    rows = len(target) - lag

    def past(series: Floats) -> Floats:
        return np.column_stack([series[lag - k : len(series) - k] for k in range(1, lag + 1)])

    restricted = np.column_stack([np.ones(rows), past(target), *(past(g) for g in given.T)])
    full = np.column_stack([restricted, past(source)])
    squares = [
        float(((target[lag:] - a @ np.linalg.lstsq(a, target[lag:], rcond=None)[0]) ** 2).sum())
        for a in (restricted, full)
    ]
    free = rows - full.shape[1]
    ratio = (squares[0] - squares[1]) / lag / (squares[1] / free)
    return ratio, float(stats.f.sf(ratio, lag, free))


@settings(deadline=None, max_examples=30)
@given(st.integers(40, 200), st.integers(1, 4), st.integers(0, 2), st.integers(0, 2**32))
def test_two_regressions(n: int, lag: int, others: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    source, target = 1e3 + np.cumsum(rng.normal(size=n)), 1e-4 * rng.standard_t(3, size=n)
    known = rng.normal(size=(n, others))
    found = compute_granger_causality(source, target, lag, given=known if others else None)
    ratio, p_value = written_out(source, target, known, lag)
    assert found.f_statistic == pytest.approx(ratio, rel=1e-6, abs=1e-9)
    assert found.p_value == pytest.approx(p_value, rel=1e-6, abs=1e-9)
    assert (found.df_num, found.df_denom) == (lag, n - lag - 1 - lag * (2 + others))
    gain = 1 + found.f_statistic * found.df_num / found.df_denom
    assert found.transfer_entropy == pytest.approx(0.5 * np.log2(gain), abs=1e-12)


def test_published_values() -> None:
    # statsmodels 0.15, grangercausalitytests of the differences of log GDP and log consumption.
    name = "statsmodels.datasets.macrodata"
    macro: Any = pytest.importorskip(name, reason="statsmodels is not installed")
    growth = np.diff(np.log(macro.load_pandas().data[["realgdp", "realcons"]]), axis=0)
    found = compute_granger_causality(growth[:, 0], growth[:, 1], 2)
    assert found.f_statistic == pytest.approx(0.243097, abs=5e-7)
    assert found.p_value == pytest.approx(0.7844328, abs=5e-8)
    assert (found.df_denom, found.df_num) == (195, 2)


def test_directions_and_lags() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 2_000))
    y[3:] += 0.4 * x[:-3]
    assert compute_granger_causality(x, y, 2).p_value > 1e-3
    assert compute_granger_causality(x, y, 3).p_value < 1e-20
    assert compute_granger_causality(y, x, 3).p_value > 1e-3
    for criterion in ("aic", "bic"):
        found = compute_granger_causality(x, y, criterion)
        assert 3 <= found.lag <= 10
        assert found.p_value < 1e-20
    assert compute_granger_causality(x, y, "bic", max_lag=2).lag <= 2


def test_a_third_series_explains_it_away() -> None:
    rng = np.random.default_rng(2)
    z = rng.normal(size=3_000)
    x, y = (np.roll(z, k) + 0.5 * rng.normal(size=3_000) for k in (1, 2))
    assert compute_granger_causality(x, y, 2).p_value < 1e-20
    assert compute_granger_causality(x, y, 2, given=z).p_value > 1e-3


def test_the_matrix_is_the_pairs() -> None:
    pandas: Any = pytest.importorskip("pandas", reason="pandas is not installed")
    data = np.random.default_rng(3).normal(size=(300, 3))
    data[1:, 2] += data[:-1, 0]
    found = compute_granger_matrix(pandas.DataFrame(data, columns=list("abc")), 2, base=np.e)
    assert found.names == ("a", "b", "c")
    assert np.isnan(np.diag(found.matrix)).all()
    for i, j in [(0, 1), (0, 2), (2, 0), (1, 2)]:
        one = compute_granger_causality(data[:, i], data[:, j], 2, base=np.e)
        assert found.matrix[i, j] == pytest.approx(one.transfer_entropy, rel=1e-9)
        assert found.p_values is not None
        assert found.p_values[i, j] == pytest.approx(one.p_value, rel=1e-9)
    assert found.to_frame("p_values").loc["a", "c"] < 1e-9


def test_p_values_are_uniform_without_causality() -> None:
    rng = np.random.default_rng(4)
    data = rng.normal(size=(250, 40))
    found = compute_granger_matrix(data, 2).p_values
    assert found is not None
    assert stats.kstest(found[~np.isnan(found)][::7], "uniform").pvalue > 0.001


def test_degenerate_series() -> None:
    x, noise = np.random.default_rng(5).normal(size=(2, 100))
    # The source's past is the target's: there is nothing to test.
    assert np.isnan(compute_granger_causality(2 * x, x).f_statistic)
    # Nor do units matter, by powers of two in no bit.
    expected = compute_granger_causality(x, noise)
    assert compute_granger_causality(x * 2.0**-1000, noise * 2.0**1000) == expected
    perfect = compute_granger_causality(x, np.roll(x, 1))
    assert perfect.f_statistic > 1e20
    assert perfect.p_value == 0
    for bad, message in [
        ({"source": np.ones(100)}, "source is constant"),
        ({"target": np.where(x > 2, np.nan, x)}, "target.*nan"),
        ({"source": x[:-1]}, "99"),
        ({"lag": 0}, "lag=0"),
        ({"lag": 34}, "lag=34 with 100 rows"),
        ({"lag": "hqic"}, "hqic"),
        ({"lag": "bic", "max_lag": 40}, "max_lag=40 with 100 rows"),
    ]:
        with pytest.raises(ValueError, match=message):
            compute_granger_causality(**{"source": x, "target": noise, **bad})  # type: ignore[arg-type]
