"""Random numbers: known answers, laws, and the same draws from both kernel sets."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from hft_py import rng
from hft_py.rng import Stream

# Known answers published with Random123 1.14 (kat_vectors).
KNOWN = [
    ((0,) * 4, (0,) * 2, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((2**32 - 1,) * 4, (2**32 - 1,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_known_answers(
    counter: tuple[int, ...], key: tuple[int, int], answer: tuple[int, ...]
) -> None:
    c0, c1, c2, c3 = (np.array([word], dtype=np.uint64) for word in counter)
    assert tuple(int(word[0]) for word in rng.philox((c0, c1, c2, c3), key)) == answer


def test_the_order_of_calls_does_not_matter() -> None:
    whole = Stream(11, 2, 3).words(50)
    parts = Stream(11, 2, 3)
    assert np.array_equal(np.concatenate([parts.words(n) for n in (1, 2, 0, 7, 40)]), whole)
    late = Stream(11, 2, 3)
    late.seek(13)
    assert np.array_equal(late.words(5), whole[13:18])
    assert late.position == 18


def test_many_streams_are_the_single_ones() -> None:
    bank = rng.words(5, [0, 9, 2**32 - 1], 4, [0, 3, 6], 11)
    for row, (number, start) in zip(bank, [(0, 0), (9, 3), (2**32 - 1, 6)], strict=True):
        one = Stream(5, number, 4)
        one.seek(start)
        assert np.array_equal(one.words(11), row)


def test_a_kept_normal_survives_uniforms() -> None:
    one, other = Stream(3), Stream(3)
    first = one.normals(1)
    one.uniforms(5)
    second = one.normals(1)
    assert np.array_equal(np.concatenate([first, second]), other.normals(2))
    assert one.position == 7


def test_the_interval_is_open() -> None:
    ends = rng.unit(np.array([0, 2**64 - 1], dtype=np.uint64))
    assert 0 < ends[0] < ends[1] < 1


def test_integers_stay_below_their_bound() -> None:
    words = np.array([0, 2**64 - 1], dtype=np.uint64)
    assert rng.below(words, 7).tolist() == [0, 6]
    assert rng.below(words, 2**32 - 1).tolist() == [0, 2**32 - 2]
    counts = np.bincount(Stream(1).integers(70_000, 7), minlength=7)
    assert stats.chisquare(counts).pvalue > 1e-3


def test_uniforms_and_normals_follow_their_laws() -> None:
    assert stats.kstest(Stream(42).uniforms(50_000), "uniform").pvalue > 1e-3
    assert stats.kstest(Stream(42, 1).normals(50_001), "norm").pvalue > 1e-3
    # The negative control: the same test sees a scale that is wrong by three per cent.
    assert stats.kstest(1.03 * Stream(42, 1).normals(50_001), "norm").pvalue < 1e-3


def test_streams_do_not_correlate() -> None:
    draws = np.array([Stream(8, s, p).normals(20_000) for s in range(3) for p in range(2)])
    correlations = np.corrcoef(draws)[np.triu_indices(6, 1)]
    assert np.abs(correlations).max() < 4 / np.sqrt(20_000)


def test_both_kernel_sets_draw_alike() -> None:
    rust = pytest.importorskip("hft_py._rust", reason="the extension is not installed")
    for seed, stream, purpose in [(0, 0, 0), (2**64 - 1, 2**32 - 1, 2**32 - 1), (12345, 3, 9)]:
        for n in (1, 2, 5, 1000):
            uniforms, normals, integers, last = rust.draws(seed, stream, purpose, n, 1000)
            mine = Stream(seed, stream, purpose)
            assert np.array_equal(mine.uniforms(n), uniforms)
            np.testing.assert_allclose(mine.normals(n), normals, rtol=1e-13, atol=1e-15)
            assert np.array_equal(mine.integers(n, 1000), integers)
            assert np.array_equal(mine.uniforms(n), last)
