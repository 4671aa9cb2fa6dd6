"""Agreement: which outputs count as equal, and which do not."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from qpp import Agreement
from qpp.parity import as_outputs, compare

NAN, INF = float("nan"), float("inf")


def agrees(a: Any, b: Any, **bounds: Any) -> bool:
    return compare(as_outputs(a), as_outputs(b), Agreement(**bounds)).agrees


@pytest.mark.parametrize(
    ("rows", "whole", "parts", "agree"),
    [
        (10, 100, (10, 1), True),
        (100, 10, (1, 10), True),
        (9, 100, (10, 1), True),  # an uneven share
        (100, 100, (10, 1), True),  # an output that does not grow with the work
        (3, 100, (10, 1), False),
        (0, 100, (10, 1), False),
        (101, 100, (10, 1), False),
        (5, 10, (1, 10), False),  # the whole has fewer rows than the baseline's part
        (0, 10, (1, 10), False),
        (10, 100, (1, 1), False),
        (10, 100, (10, 10), False),
    ],
)
def test_a_part_is_compared_with_the_first_rows(
    rows: int, whole: int, parts: tuple[int, int], agree: bool
) -> None:
    a, b = as_outputs(np.arange(rows)), as_outputs(np.arange(whole))
    assert compare(a, b, Agreement(), None, parts).agrees == agree
    assert not compare(as_outputs(np.arange(rows) + 1), b, Agreement(), None, parts).agrees


@pytest.mark.parametrize(
    ("a", "b", "bounds", "expected"),
    [
        (1.0, 1.0, {}, True),
        (0.0, -0.0, {}, True),
        (1.0, 1.0 + 2**-52, {}, False),
        (1.0, 1.0 + 2**-52, {"ulp": 1}, True),
        (1.0, 1.0 + 2**-51, {"ulp": 1}, False),
        (1.0, 1.1, {"atol": 0.05}, False),
        (1.0, 1.1, {"atol": 0.11}, True),
        (1e6, 1e6 + 5e-8, {"atol": 6e-8, "rtol": 6e-14}, True),
        (1e9, 1e9 + 5e-5, {"atol": 6e-8, "rtol": 6e-14}, True),
        (1e9, 1e9 + 7e-5, {"atol": 6e-8, "rtol": 6e-14}, False),
        (NAN, NAN, {}, True),
        (NAN, 1.0, {"atol": 1e9}, False),
        (1.0, NAN, {"atol": 1e9}, False),
        (INF, INF, {}, True),
        (INF, -INF, {"rtol": 1.0}, False),
        (INF, 1e308, {"rtol": 1.0, "atol": 1e300}, False),
        (1.0, INF, {"rtol": 1.0}, False),
        (2**53 + 1, 2**53, {}, False),
        (np.array([1, -1], np.int8), np.array([1.0, -1.0]), {}, True),
        (np.array([], float), np.array([], float), {}, True),
        (np.zeros((2, 3)), np.zeros((3, 2)), {"atol": 1.0}, False),
        (np.array([1], "M8[D]"), np.array([2], "M8[D]"), {"atol": 9.0}, False),
        (1 + 1j, 1 + 1.1j, {"atol": 0.05}, False),
        (True, True, {}, True),
    ],
)
def test_table(a: Any, b: Any, bounds: dict[str, float], expected: bool) -> None:
    assert agrees(a, b, **bounds) is expected


def test_the_worst_element_is_named() -> None:
    b = np.zeros((3, 4))
    a = b.copy()
    a[1, 2], a[2, 3] = 0.5, 0.25
    result = compare({"x": a}, {"x": b}, Agreement(atol=0.1))
    assert result.worst == "x[1, 2]"
    assert "2 of 12 values" in result.reason
    assert result.max_abs == 0.5
    result = compare({"x": np.array([1.0, NAN])}, {"x": np.ones(2)}, Agreement(atol=9))
    assert result.reason == "x[1]: NaN where the baseline has none"
    with pytest.raises(TypeError, match=r"output 'output' has dtype object"):
        as_outputs(np.array([object()]))


def test_output_names_must_match() -> None:
    one, two = {"x": np.ones(1)}, {"x": np.ones(1), "y": np.ones(1)}
    assert "lacks output 'y'" in compare(one, two, Agreement()).reason
    assert "unknown 'y'" in compare(two, one, Agreement()).reason
    assert compare(one, two, Agreement(), ("x",)).agrees
    assert "lacks output 'z'" in compare(one, two, Agreement(), ("z",)).reason


def test_bounds_by_output() -> None:
    bounds = Agreement(outputs={"x": Agreement(atol=1.0)})
    a = {"x": np.array([1.0]), "y": np.array([1.0])}
    assert compare({**a, "x": np.array([1.5])}, a, bounds).agrees
    assert not compare({**a, "y": np.array([1.5])}, a, bounds).agrees


def test_standard_errors() -> None:
    def estimate(price: float) -> dict[str, Any]:
        return as_outputs({"price": price, "price_standard_error": 0.1})

    bounds = Agreement(standard_errors=3)
    assert compare(estimate(1.4), estimate(1.0), bounds).agrees
    assert not compare(estimate(1.5), estimate(1.0), bounds).agrees


@given(hnp.arrays(float, hnp.array_shapes(max_dims=2, max_side=6)), st.data())
def test_any_single_change_beyond_the_bound_is_seen(b: Any, data: st.DataObject) -> None:
    assert agrees(b.copy(), b)
    index = data.draw(st.integers(0, b.size - 1))
    a = b.copy()
    with np.errstate(over="ignore"):  # next to the largest double comes infinity
        after = np.nextafter(b.flat[index], np.inf)
    a.flat[index] = after if np.isfinite(b.flat[index]) else 0.0
    assert not agrees(a, b)
