"""Formatted figures: three significant digits, the right unit."""

import doctest
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qpp import format as fmt
from qpp.claim import Claim
from qpp.results import Interval

FACTORS = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0}
UNITS = {"B": 0, "KiB": 1, "MiB": 2, "GiB": 3, "TiB": 4, "PiB": 5}
EVERY = (fmt.number, fmt.seconds, fmt.ratio, fmt.rate, fmt.bytes_, fmt.percent, fmt.error)


def test_examples_in_the_docstrings() -> None:
    assert doctest.testmod(fmt).failed == 0


@given(st.floats(1e-12, 1e8))
def test_seconds_read_back_within_half_a_unit_of_the_third_digit(x: float) -> None:
    figure, unit = fmt.seconds(x).split(" ")
    assert float(figure.replace(",", "")) * FACTORS[unit] == pytest.approx(x, rel=5.1e-3)
    assert unit == "s" or float(figure) < 1000, "no 1,000 µs where 1.00 ms is meant"


@given(st.floats(1e-6, 1e12))
def test_ratios_read_back(x: float) -> None:
    assert float(fmt.ratio(x)[:-1].replace(",", "")) == pytest.approx(x, rel=5.1e-3)


@pytest.mark.parametrize(
    ("bar", "text"),
    [
        (5000, "a >= 5,000 x faster than b"),
        (1.2345679, "a >= 1.23 x faster than b"),
        (615, "a >= 615 x faster than b"),
        (2.5e6, "a >= 2,500,000 x faster than b"),
    ],
)
def test_a_bar_is_written_without_an_exponent(bar: float, text: str) -> None:
    assert Claim("a", over="b", at_least=bar).text() == text


@given(st.integers(-(2**60), 2**60))
def test_bytes_read_back(n: int) -> None:
    figure, unit = fmt.bytes_(n).split(" ")
    value = float(figure.replace(",", ""))
    assert value * 1024 ** UNITS[unit] == pytest.approx(n, rel=5.1e-3)
    assert abs(value) < 1024 or unit == "PiB"


@given(st.floats(1e-3, 9e8))
def test_three_significant_digits_and_no_more(x: float) -> None:
    digits = re.sub(r"[.,]", "", fmt.number(x)).lstrip("0")
    assert len(digits) >= 3
    assert set(digits[3:]) <= {"0"}


@pytest.mark.parametrize("show", EVERY)
@pytest.mark.parametrize("x", [None, float("nan"), float("inf"), float("-inf")])
def test_what_is_not_a_number_reads_as_missing(show, x) -> None:  # type: ignore[no-untyped-def]
    assert show(x) == fmt.MISSING


def test_a_smaller_difference_never_reads_as_none() -> None:
    assert fmt.error(5e-324) != "0"
    assert fmt.error(0.0) == "0"


@pytest.mark.parametrize(
    ("interval", "of", "expected"),
    [
        (None, fmt.ratio, "–"),
        (Interval(615.2, 598.4, 634.1, 12), fmt.ratio, "615x [598, 634]"),
        (Interval(2.0, 2.0, 2.0, 1), fmt.ratio, "2.00x"),
        (Interval(2e-9, 1e-9, 3e-9), fmt.seconds, "2.00 ns [1.00 ns, 3.00 ns]"),
    ],
)
def test_intervals(interval, of, expected) -> None:  # type: ignore[no-untyped-def]
    assert fmt.interval(interval, of) == expected
