"""Labels of inputs: matched, and refused where they contradict each other."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from hft_py import labels
from hft_py.portfolio import _validation, compute_risk_parity_weights

pd = pytest.importorskip("pandas", reason="pandas is not installed")
pl = pytest.importorskip("polars", reason="polars is not installed")

DAYS = [date(2024, 1, day) for day in (2, 3, 4)]
RETURNS = np.array([[0.01, 0.02], [-0.01, 0.03], [0.02, -0.01]])
SIGMA = np.array([[0.04, 0.01], [0.01, 0.09]])


def pandas_panel(days: list[date] = DAYS, columns: tuple[str, str] = ("A", "B")) -> Any:
    return pd.DataFrame(RETURNS, index=pd.DatetimeIndex(days), columns=list(columns))


def test_panels_of_every_kind() -> None:
    polars = pl.DataFrame({"date": DAYS, "A": RETURNS[:, 0], "B": RETURNS[:, 1]})
    for value, kind in ((pandas_panel(), "pandas"), (polars, "polars"), (RETURNS, "numpy")):
        found = _validation.returns(value)
        assert found.kind == kind
        np.testing.assert_array_equal(found.values, RETURNS)
        assert found.assets == ((0, 1) if kind == "numpy" else ("A", "B"))
        back = found.vector([0.25, 0.75])
        assert type(back).__module__.partition(".")[0] == kind
        again = labels.panel_like(found.kind, found.assets, found.values, found.dates)
        np.testing.assert_array_equal(labels.panel("again", again).values, RETURNS)


def test_rows_of_a_covariance_follow_its_columns() -> None:
    frame = pd.DataFrame(SIGMA, index=["A", "B"], columns=["A", "B"])
    np.testing.assert_array_equal(_validation.covariance(frame.loc[["B", "A"]]).values, SIGMA)
    polars = pl.DataFrame({"asset": ["B", "A"], "A": SIGMA[::-1, 0], "B": SIGMA[::-1, 1]})
    np.testing.assert_array_equal(_validation.covariance(polars).values, SIGMA)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (pd.DataFrame(SIGMA, index=["A", "C"], columns=["A", "B"]), "no column 'C'"),
        (pd.DataFrame(SIGMA, index=["A", "A"], columns=["A", "A"]), "'A' twice"),
        (SIGMA * np.array([[1, 2], [1, 1]]), r"expected a symmetric matrix"),
        (np.array([[0.01, 0.05], [0.05, 0.01]]), "eigenvalue -0.04"),
        (np.array([[0.0, 0.0], [0.0, 0.01]]), "variance 0.0 for 0"),
        (np.array([[np.nan, 0.0], [0.0, 0.01]]), r"covariance\[0, 0\] is nan"),
        (np.ones((2, 3)), "expected a square matrix"),
    ],
)
def test_bad_covariances(value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _validation.covariance(value)


def test_bad_panels() -> None:
    with pytest.raises(ValueError, match="returns has the date 2024-01-02.* after 2024-01-03"):
        _validation.returns(pandas_panel([DAYS[1], DAYS[0], DAYS[2]]))
    with pytest.raises(ValueError, match=r"2024-01-02.* twice"):
        _validation.returns(pandas_panel([DAYS[0], DAYS[0], DAYS[2]]))
    with pytest.raises(ValueError, match="'A' twice"):
        _validation.returns(pandas_panel(columns=("A", "A")))
    with pytest.raises(ValueError, match="returns of 1 never vary"):
        _validation.returns(RETURNS * [1, 0])
    with pytest.raises(TypeError, match="expected numbers"):
        _validation.returns(pandas_panel().astype({"A": str}))


def test_vectors_by_label() -> None:
    assets = ("A", "B")
    expected = [0.5, 2.0]
    by_label = (
        {"B": 2.0, "A": 0.5},
        pd.Series({"B": 2.0, "A": 0.5}),
        pl.DataFrame({"asset": ["B", "A"], "beta": [2.0, 0.5]}),
        [0.5, 2.0],
        pl.Series([0.5, 2.0]),
    )
    for value in by_label:
        assert labels.vector("beta", value, assets).tolist() == expected
    assert labels.vector("beta", 3, assets).tolist() == [3.0, 3.0]
    with pytest.raises(ValueError, match="beta names 'C', which is not among the 2 assets"):
        labels.vector("beta", {"C": 1.0}, assets)
    with pytest.raises(ValueError, match="no value for 'B'"):
        labels.vector("beta", {"A": 1.0}, assets)
    with pytest.raises(ValueError, match="beta of 'B' is nan"):
        labels.vector("beta", [1.0, np.nan], assets)
    with pytest.raises(ValueError, match="length 1, expected 2"):
        labels.vector("beta", [1.0], assets)


def test_allocators_refuse_labels_that_read_the_same() -> None:
    frame = pd.DataFrame(RETURNS, columns=pd.Index([1, "1"], dtype=object))
    with pytest.raises(ValueError, match="label '1' twice"):
        compute_risk_parity_weights(frame)
