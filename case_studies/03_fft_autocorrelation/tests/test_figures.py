"""The pictures show what the README says."""

from __future__ import annotations

import numpy as np
import pytest

from fft_autocorrelation import acf
from fft_autocorrelation.study.workloads import absolute_returns
from qpp.testing import skip_without

pytest.importorskip("matplotlib", reason="matplotlib is not installed")

DAYS_OF_A_MONTH = 21


def test_large_moves_follow_large_moves_for_months() -> None:
    skip_without("skfolio")
    x = absolute_returns(250)["x"]
    r, interval = acf(x, nlags=250, alpha=0.05)
    bartlett = (interval[:, 1] - interval[:, 0]) / 2
    outside = np.abs(r) > bartlett
    assert outside[1 : 7 * DAYS_OF_A_MONTH + 1].all()
    assert not outside[1 : 9 * DAYS_OF_A_MONTH + 1].all()
    assert (np.abs(r[1:]) > 1.96 / np.sqrt(x.size)).all()


def test_both_bands_are_named() -> None:
    from fft_autocorrelation.study.figures import clustering

    skip_without("skfolio")

    legend = clustering().axes[0].get_legend()
    assert legend is not None
    named = [text.get_text() for text in legend.get_texts()]
    assert named == ["95 % band, Bartlett's formula", "95 % band of independent returns"]
