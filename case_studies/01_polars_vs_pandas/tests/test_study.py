"""The declaration: it prepares what it says, names its outputs, and limits by bytes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

from polars_vs_pandas import build_profile
from polars_vs_pandas.study import HEADLINE, study
from polars_vs_pandas.study.workloads import seconds_to_move

INPUTS = study.workload("500 x 10, W=50").inputs()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("baseline", pd.DataFrame),
        ("pandas_vectorised", pd.DataFrame),
        ("polars_numpy", pl.DataFrame),
    ],
)
def test_frames_are_made_outside_the_clock(name: str, kind: type) -> None:
    prepare = study.implementation(name).prepare
    assert prepare is not None
    ready = prepare(INPUTS)
    assert isinstance(ready["signal"], kind)
    assert isinstance(ready["returns"], kind)
    assert ready["window"] == 50
    np.testing.assert_array_equal(ready["signal"].to_numpy(), INPUTS["signal"])


def test_arrays_go_to_rust_as_they_are() -> None:
    assert study.implementation("rust_fused").prepare is None


def test_limit_counts_every_byte_once() -> None:
    asked = []

    def bandwidth(nbytes: int) -> float:
        asked.append(nbytes)
        return 1e9

    days = 500 - 50 - 1
    expected = 2 * 500 * 10 * 8 + days * (3 * 8 + 10)
    assert seconds_to_move(INPUTS, bandwidth) == pytest.approx(expected / 1e9)
    assert asked == [expected]


def test_headline_is_in_the_quick_preset() -> None:
    quick = {w.name for w in study.selected(full=False)}
    for claim in study.claims:
        assert claim.workloads(sorted(quick)), claim.text()
    assert HEADLINE in quick


def test_agreement_is_as_tight_as_promised() -> None:
    assert "otherwise |a-b| <= max(6e-08, 6e-14*|b|)" in study.agreement.describe()
    assert study.agreement.of("daily_returns").atol == 1e-12
    assert study.agreement.of("positions").describe() == "equal"


def test_the_extension_is_a_release_build() -> None:
    """A debug build would make every figure wrong."""
    assert build_profile() in {"release", "missing"}
