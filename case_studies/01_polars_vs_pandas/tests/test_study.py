"""The study: its declaration, its workloads, and vectorbt where it is installed."""

from __future__ import annotations

import importlib.util

import numpy as np
import pandas as pd
import polars as pl
import pytest

from polars_vs_pandas import _kernels as kernels
from polars_vs_pandas import build_profile
from polars_vs_pandas.study import HEADLINE, peers, study, workloads
from qpp.testing import skip_without

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
    assert workloads.seconds_to_move(INPUTS, bandwidth) == pytest.approx(expected / 1e9)
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


@pytest.fixture(scope="module")
def made() -> dict[str, np.ndarray]:
    return workloads.synthetic(rows=3000, assets=100, window=100)


def test_information_coefficient(made: dict[str, np.ndarray]) -> None:
    signal, returns = made["signal"], made["returns"]
    standard_error = 1 / np.sqrt(2999 * 100)
    ahead = np.corrcoef(signal[:-1].ravel(), returns[1:].ravel())[0, 1]
    assert abs(ahead - 0.05) < 5 * standard_error
    same = np.corrcoef(signal.ravel(), returns.ravel())[0, 1]
    assert abs(same) < 5 * standard_error
    assert abs(signal.std() - 1) < 0.01


def test_stylised_facts(made: dict[str, np.ndarray]) -> None:
    returns = made["returns"]
    standard = (returns - returns.mean(axis=0)) / returns.std(axis=0)
    assert (standard**4).mean() > 5  # a normal has 3
    sizes = np.abs(returns)
    centred = (sizes - sizes.mean(axis=0)) / sizes.std(axis=0)
    clustering = [(centred[lag:] * centred[:-lag]).mean() for lag in (1, 10, 50)]
    assert clustering[0] > clustering[1] > clustering[2] > 0.02
    assert abs((standard[1:] * standard[:-1]).mean()) < 0.01
    assert 0.008 < returns.std() < 0.012
    assert returns.min() > -1


def test_seeded() -> None:
    one, same, other = (workloads.synthetic(50, 3, 10, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(one["signal"], same["signal"])
    assert not np.array_equal(one["signal"], other["signal"])
    assert one["signal"].flags.c_contiguous
    assert one["returns"].dtype == np.float64


def test_sp500() -> None:
    skip_without("skfolio")
    inputs = workloads.sp500(window=100)
    signal, returns = inputs["signal"], inputs["returns"]
    assert signal.shape == returns.shape == (8312, 20)
    assert np.isfinite(returns).all()
    assert np.isnan(signal[:4]).all()
    assert np.isfinite(signal[4:]).all()
    compounded = np.prod(1 + returns[10:15], axis=0) - 1
    np.testing.assert_allclose(signal[14], -compounded, rtol=1e-10)


def test_sp500_since() -> None:
    skip_without("skfolio")
    whole, part = workloads.sp500(window=100), workloads.sp500(window=100, since=2011)
    rows = len(part["returns"])
    assert rows == 3017
    np.testing.assert_array_equal(part["returns"], whole["returns"][-rows:])
    np.testing.assert_array_equal(part["signal"][4:], whole["signal"][4 - rows :])


def test_every_workload_is_described_by_its_name() -> None:
    for workload in study.workloads:
        sizes = workload.sizes
        assert f"W={sizes['window']}" in workload.name
        if "rows" in sizes:
            assert workload.name.replace(",", "").startswith(f"{sizes['rows']} x {sizes['assets']}")


@pytest.mark.skipif(
    importlib.util.find_spec("vectorbt") is None, reason="needs vectorbt (make peers)"
)
@pytest.mark.filterwarnings("ignore")  # its imports warn, of things of its own
def test_vectorbt_has_the_same_positions_and_without_costs_the_same_equity() -> None:
    inputs = {**workloads.synthetic(rows=400, assets=6, window=50), "cost": 0.0}
    equity, _, _, positions = kernels.kernel("polars_numpy")(
        **{**inputs, **{n: kernels.as_polars(inputs[n]) for n in ("signal", "returns")}}
    )
    np.testing.assert_array_equal(peers.positions(**inputs)["positions"], positions)
    found = peers.portfolio(**inputs)
    np.testing.assert_array_equal(found["positions"], positions)
    np.testing.assert_allclose(found["vectorbt_equity"], equity, rtol=1e-12)
