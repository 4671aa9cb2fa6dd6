"""Numbers, order and conventions are those of pySigLib and iisignature, to 1e-12."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hft_py import signatures as sig

SHAPES = [(2, 6), (3, 4), (5, 3)]
BASES = {"expanded": 0, "words": 1, "lyndon": 2}


def equal(one: Any, two: Any) -> None:
    """Relative to the largest number: some are sums that nearly vanish."""
    size = np.abs(two).max()
    np.testing.assert_allclose(one, two, rtol=1e-12, atol=1e-12 * size)


@pytest.mark.thorough  # importing PyTorch takes seconds
@pytest.mark.parametrize(("channels", "depth"), SHAPES)
def test_pysiglib(channels: int, depth: int, walk: Any) -> None:
    peer = pytest.importorskip("pysiglib", reason="pysiglib is not installed: the extra `peers`")
    path, other = walk(3, 30, channels), walk(3, 21, channels, seed=1)
    equal(sig.signature(path, depth), peer.sig(path, depth))
    for basis, method in BASES.items():
        peer.prepare_log_sig(channels, depth, method, device="cpu")
        expected = peer.log_sig(path, depth, method=method)
        equal(sig.log_signature(path, depth, basis=basis), expected)
    options: dict[str, Any]
    for options in (
        {"lead_lag": True},
        {"time_aug": True, "end_time": 2.0},
        {"lead_lag": True, "time_aug": True},
    ):
        equal(sig.transform_path(path, **options), peer.transform_path(path, **options))
        equal(sig.signature(path, 3, **options), peer.sig(path, 3, **options))
    # Arrays of their own: it warns of views.
    one, two = (np.array(sig.signature(x, depth)) for x in (path, other))
    equal(sig.combine(one, two, channels, depth), peer.sig_combine(one, two, channels, depth))
    segment = np.array(path[:, 1])
    for before in (False, True):
        expected = peer.sig_join(one, segment, channels, depth, prepend=before)
        equal(sig.join(one, segment, depth, before=before), expected)
    order: Any
    for order in (0, 1, (3, 1)):
        expected = peer.sig_kernel(path, other, dyadic_order=order)
        equal(sig.signature_kernel(path, other, dyadic_order=order), expected)
        expected = peer.sig_kernel_gram(path, other, dyadic_order=order)
        equal(sig.signature_kernel_gram(path, other, dyadic_order=order), expected)
    assert sig.lyndon_words(channels, depth) == peer.lyndon_words(channels, depth)
    assert sig.words(channels, depth) == peer.words(channels, depth)[1:]  # without the empty one


@pytest.mark.parametrize(("channels", "depth"), SHAPES)
def test_iisignature(channels: int, depth: int, walk: Any) -> None:
    peer = pytest.importorskip("iisignature", reason="iisignature is not installed")
    path = walk(3, 30, channels)
    equal(sig.signature(path, depth), peer.sig(path, depth))
    equal(sig.running_signature(path, depth), peer.sig(path, depth, 2))
    prepared = peer.prepare(channels, depth, "cosx")
    equal(sig.log_signature(path, depth), peer.logsig(path, prepared))
    equal(sig.log_signature(path, depth, basis="expanded"), peer.logsig(path, prepared, "x"))
