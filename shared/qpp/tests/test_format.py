"""Formatted figures: three significant digits, the right unit."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qpp import format as fmt
from qpp.claim import Claim

FACTORS = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0}
UNITS = {"B": 0, "KiB": 1, "MiB": 2, "GiB": 3, "TiB": 4, "PiB": 5}
EVERY = (fmt.number, fmt.seconds, fmt.ratio, fmt.rate, fmt.bytes_, fmt.percent, fmt.error)


@given(st.floats(1e-12, 1e8))
def test_seconds_read_back_within_half_a_unit_of_the_third_digit(x: float) -> None:
    figure, unit = fmt.seconds(x).split(" ")
    assert float(figure.replace(",", "")) * FACTORS[unit] == pytest.approx(x, rel=5.1e-3)
    assert unit == "s" or float(figure) < 1000, "no 1,000 µs where 1.00 ms is meant"


@given(st.floats(1e-6, 1e12))
def test_ratios_read_back(x: float) -> None:
    assert float(fmt.ratio(x)[:-1].replace(",", "")) == pytest.approx(x, rel=5.1e-3)


def test_a_bar_is_written_without_an_exponent() -> None:
    for bar, text in ((5000, "5,000"), (1.2345679, "1.23"), (2.5e6, "2,500,000")):
        assert Claim("a", over="b", at_least=bar).text() == f"a >= {text} x faster than b"


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
