"""Ratios of paired samples, and the coverage of their intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qpp.statistics import median, paired_difference, paired_ratio, spread

TIMES = st.lists(st.floats(1e-9, 1e3), min_size=1, max_size=30)


def test_a_sample_is_paired_with_what_was_taken_beside_it() -> None:
    slow, fast = ([10.0, 20.0], [0, 4]), ([1.0, 3.0, 4.0, 8.0], [0, 1, 3, 4])
    # Beside round 0: the median of 1 and 3; beside round 4: that of 4 and 8.
    for ratio, expected in (
        (paired_ratio(*slow, *fast), (20 / 6, (5 + 20 / 6) / 2, 5.0)),
        (paired_ratio(*fast, *slow), (0.2, 0.25, 0.3)),
        (paired_difference(*slow, *fast), (8.0, 11.0, 14.0)),
        (paired_difference(*fast, *slow), (-14.0, -11.0, -8.0)),
    ):
        assert ratio is not None
        assert (ratio.low, ratio.value, ratio.high) == pytest.approx(expected)
        assert ratio.pairs == 2


def test_known_values_and_nothing_to_pair() -> None:
    assert median([3.0, 1.0, 2.0]) == 2.0
    assert spread([1.0, 2.0, 3.0, 4.0, 5.0]) == pytest.approx(2 / 3)
    assert spread([0.0, 0.0]) == 0.0
    for samples, others in (([], [1.0]), ([1.0], []), ([1.0], [0.0])):
        rounds = range(len(samples)), range(len(others))
        assert paired_ratio(samples, rounds[0], others, rounds[1]) is None
    assert paired_difference([], [], [1.0], [0]) is None


def test_pairing_cancels_a_drift_common_to_both() -> None:
    drift = np.linspace(1, 10, 21)
    rounds = list(range(21))
    ratio = paired_ratio(list(3 * drift), rounds, list(drift), rounds)
    assert ratio is not None
    assert (ratio.low, ratio.value, ratio.high) == pytest.approx((3, 3, 3))


@given(TIMES)
def test_against_itself_is_one(samples: list[float]) -> None:
    rounds = list(range(len(samples)))
    ratio = paired_ratio(samples, rounds, samples, rounds)
    assert ratio is not None
    assert (ratio.low, ratio.value, ratio.high) == (1, 1, 1)


@given(TIMES, TIMES)
def test_interval_holds_the_value_and_repeats(a: list[float], b: list[float]) -> None:
    first = paired_ratio(a, list(range(len(a))), b, list(range(len(b))))
    again = paired_ratio(a, list(range(len(a))), b, list(range(len(b))))
    assert first == again
    assert first is not None
    assert first.low <= first.value <= first.high


def test_coverage_of_the_interval() -> None:
    """Of 300 intervals for a ratio whose median is 2, about 95 in 100 hold it."""
    rng = np.random.default_rng(5)
    rounds = list(range(25))
    held = 0
    for seed in range(300):
        noise = rng.lognormal(0.0, 0.2, 25)
        ratio = paired_ratio(list(2 * noise), rounds, [1.0] * 25, rounds, seed=seed)
        assert ratio is not None
        held += ratio.low <= 2 <= ratio.high
    assert 0.90 <= held / 300 <= 0.99
