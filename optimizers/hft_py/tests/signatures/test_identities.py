"""What signatures are: known values, and the identities that define them, from both kernel sets."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hft_py import signatures as sig

L_SHAPE = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]

paths = st.integers(1, 3).flatmap(
    lambda d: st.lists(
        st.lists(st.integers(-4, 4).map(lambda i: i / 4), min_size=d, max_size=d),
        min_size=2,
        max_size=9,
    )
)
depths = st.integers(1, 4)


def test_known_values(kernel_set: str) -> None:
    found = sig.signature(L_SHAPE, 2, backend=kernel_set)
    np.testing.assert_array_equal(found, [1, 1, 0.5, 1, 0, 0.5])
    found = sig.signature([[0.0], [1.0], [3.0]], 2, backend=kernel_set)
    np.testing.assert_array_equal(found, [3, 4.5])
    # The signed area between the path and its chord.
    assert sig.log_signature(L_SHAPE, 2, backend=kernel_set).tolist() == [1, 1, 0.5]


def test_lengths() -> None:
    assert [sig.log_signature_length(2, n) for n in range(1, 7)] == [2, 3, 5, 8, 14, 23]
    assert [sig.log_signature_length(3, n) for n in range(1, 6)] == [3, 6, 14, 32, 80]
    for d, n in ((1, 4), (2, 7), (3, 5), (5, 3)):
        assert len(sig.lyndon_words(d, n)) == sig.log_signature_length(d, n)
        assert len(sig.words(d, n)) == sig.signature_length(d, n)
        for word in sig.lyndon_words(d, n):
            assert all(word < word[i:] for i in range(1, len(word)))


@given(paths, depths)
def test_a_line_has_powers(path: list[list[float]], depth: int) -> None:
    ends = np.array([path[0], path[-1]])
    move = ends[1] - ends[0]
    expected = [
        np.prod(move[list(word)]) / math.factorial(len(word))
        for word in sig.words(len(move), depth)
    ]
    np.testing.assert_allclose(sig.signature(ends, depth), expected, rtol=1e-14, atol=1e-15)


@given(paths, paths, depths)
def test_chen(first: list[list[float]], second: list[list[float]], depth: int) -> None:
    one = np.array(first)
    d = one.shape[1]
    two = np.resize(np.array(second), (len(second), d)) + one[-1]
    two = np.concatenate([one[-1:], two])
    whole = sig.signature(np.concatenate([one, two]), depth)
    parts = sig.signature(one, depth), sig.signature(two, depth)
    close(sig.combine(*parts, d, depth), whole)
    step = sig.join(sig.signature(one, depth), two[1] - one[-1], depth)
    close(step, sig.signature(np.concatenate([one, two[:2]]), depth))
    behind = sig.join(parts[1], one[-1] - one[-2], depth, before=True)
    close(behind, sig.signature(np.concatenate([one[-2:], two]), depth))


@given(paths, depths)
def test_the_reverse_is_the_inverse(path: list[list[float]], depth: int) -> None:
    there = np.array(path)
    d = there.shape[1]
    back = sig.signature(there[::-1], depth)
    close(sig.inverse(sig.signature(there, depth), d, depth), back)
    close(sig.combine(sig.signature(there, depth), back, d, depth), np.zeros_like(back))
    close(sig.log_signature(there[::-1], depth), -sig.log_signature(there, depth))


@given(paths, depths, st.randoms(use_true_random=False))
def test_how_fast_a_path_is_travelled_does_not_matter(
    path: list[list[float]], depth: int, random: Any
) -> None:
    points = np.array(path)
    found = sig.signature(points, depth)
    dense = [points[0]]
    for begin, end in itertools.pairwise(points):
        shares = sorted(random.random() for _ in range(3))
        dense += [begin + share * (end - begin) for share in (0.0, *shares, 1.0, 1.0)]
    close(sig.signature(dense, depth), found)
    close(sig.signature(points + 7.0, depth), found)  # nor where it begins


@given(paths)
def test_shuffles(path: list[list[float]]) -> None:
    """The product of two numbers is the sum over the shuffles of their words."""
    points, depth = np.array(path), 4
    d = points.shape[1]
    found = sig.signature(points, depth)
    number = dict(zip(sig.words(d, depth), found, strict=True))
    for u, v in itertools.product(sig.words(d, 2), repeat=2):
        total = sum(number[word] for word in shuffles(u, v))
        assert number[u] * number[v] == pytest.approx(total, rel=1e-11, abs=1e-11)


def shuffles(u: tuple[int, ...], v: tuple[int, ...]) -> list[tuple[int, ...]]:
    if not u or not v:
        return [u + v]
    return [(u[0], *w) for w in shuffles(u[1:], v)] + [(v[0], *w) for w in shuffles(u, v[1:])]


@given(paths, depths)
def test_log_signatures_determine_signatures(path: list[list[float]], depth: int) -> None:
    """The exponential of the brackets, multiplied out here, is the signature."""
    points = np.array(path)
    d = points.shape[1]
    lie: dict[tuple[int, ...], float] = {}
    logs = sig.log_signature(points, depth)
    for coefficient, word in zip(logs, sig.lyndon_words(d, depth), strict=True):
        for w, factor in bracket(word).items():
            lie[w] = lie.get(w, 0.0) + coefficient * factor
    expanded = sig.log_signature(points, depth, basis="expanded")
    close(np.array([lie.get(w, 0.0) for w in sig.words(d, depth)]), expanded)
    power: dict[tuple[int, ...], float] = {(): 1.0}
    total: dict[tuple[int, ...], float] = {}
    for n in range(1, depth + 1):
        product: dict[tuple[int, ...], float] = {}
        for (u, a), (v, b) in itertools.product(power.items(), lie.items()):
            if len(u + v) <= depth:
                product[u + v] = product.get(u + v, 0.0) + a * b / n
        power = product
        for w, value in power.items():
            total[w] = total.get(w, 0.0) + value
    close(np.array([total.get(w, 0.0) for w in sig.words(d, depth)]), sig.signature(points, depth))


def bracket(word: tuple[int, ...]) -> dict[tuple[int, ...], int]:
    """The bracket of a Lyndon word, multiplied out: cut before the least of its suffixes."""
    if len(word) == 1:
        return {word: 1}
    cut = min(range(1, len(word)), key=lambda i: word[i:])
    found: dict[tuple[int, ...], int] = {}
    for (u, a), (v, b) in itertools.product(
        bracket(word[:cut]).items(), bracket(word[cut:]).items()
    ):
        found[u + v] = found.get(u + v, 0) + a * b
        found[v + u] = found.get(v + u, 0) - a * b
    return found


def close(one: Any, two: Any) -> None:
    np.testing.assert_allclose(one, two, rtol=1e-11, atol=1e-11)


def exact(increments: Any, depth: int) -> list[Fraction]:
    """The signature in rational numbers, by the definition: increasing tuples of segments."""
    d = len(increments[0])
    number: dict[tuple[int, ...], Fraction] = {(): Fraction(1)}
    words = [(), *sig.words(d, depth)]
    for segment in increments:
        before = dict(number)
        for word in words:
            total = Fraction(0)
            for cut in range(len(word) + 1):
                factor = Fraction(1, math.factorial(len(word) - cut))
                for letter in word[cut:]:
                    factor *= segment[letter]
                total += before.get(word[:cut], Fraction(0)) * factor
            number[word] = total
    return [number[word] for word in words[1:]]


@pytest.mark.parametrize("trend", [0.0, 3.0])
def test_the_bound_on_errors(trend: float, kernel_set: str) -> None:
    """Of signatures and of windows, against rational numbers."""
    rng = np.random.default_rng(1)
    path = (rng.normal(size=(160, 2)) + trend).cumsum(axis=0)
    depth, window = 3, 41
    windows = sig.rolling_signature(path, depth, window, backend=kernel_set)
    rows = {start: windows[start] for start in (0, 3, 4, 5, 60, 119)}
    rows[-1] = sig.signature(path, depth, backend=kernel_set)
    for start, found in rows.items():
        part = path if start < 0 else path[start : start + window]
        steps = [
            [Fraction(float(b)) - Fraction(float(a)) for a, b in zip(x, y, strict=True)]
            for x, y in itertools.pairwise(part)
        ]
        positive = exact([[abs(x) for x in step] for step in steps], depth)
        unit = Fraction(len(part) + 8 * depth, 2**53)
        for value, right, size in zip(found, exact(steps, depth), positive, strict=True):
            assert abs(Fraction(float(value)) - right) <= unit * size


def test_inverses_of_what_leaves_would_lose_digits() -> None:
    """Why windows are not updated by multiplying with inverses."""
    path = (np.random.default_rng(0).normal(size=(2_000, 2)) + 0.5).cumsum(axis=0)
    depth, window = 4, 20
    state = sig.signature(path[:window], depth)
    for t in range(window, len(path)):
        state = sig.join(state, path[t] - path[t - 1], depth)
        left = path[t - window] - path[t - window + 1]
        state = sig.join(state, left, depth, before=True)
    right = sig.signature(path[-window:], depth)
    rolled = sig.rolling_signature(path, depth, window)[-1]
    scale = np.abs(right).max()
    assert np.abs(rolled - right).max() < 1e-14 * scale
    assert np.abs(state - right).max() > 1e-10 * scale
