"""The remedies: both pieces of code of each run and agree, and no gain is promised beyond reach."""

import concurrent.futures
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from audit_pairs import DATA, function
from qpp.audit.remedies import REMEDIES, Shown, measured

NAMES = {
    "iterrows", "row_apply", "rolling_apply", "scalar_loc", "growing_frame", "growing_array",
    "object_dtype", "groupby_python", "repeated_sort", "window_recompute", "numpy_element_loop",
    "python_number_loop", "small_array_numpy", "scalar_scipy", "np_vectorize", "polars_udf",
    "float64_cpu_monte_carlo", "scan_best_price", "list_membership", "mask_scan",
    "full_fft_few_lags", "split_parsing", "string_concat", "json_in_loop",
    "repeated_regex_compile", "datetime_parsing", "deep_copy", "copy_storm", "lru_missing",
    "reread_files", "serial_independent_work", "gil_bound_threads", "waiting", "library_bound",
}  # fmt: skip


def plain(value: Any) -> Any:
    """A result as an array or as plain values."""
    if isinstance(value, pd.DataFrame | pl.DataFrame):
        return [plain(value[c]) for c in value.columns]
    if isinstance(value, pd.Series | pl.Series):
        return value.to_numpy()
    return value


# scipy.stats takes seconds to import, and no other fast test needs it.
SLOW = {"scalar_scipy"}


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.thorough) if n in SLOW else n for n in DATA],
)
def test_before_and_after_agree(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # A function made from text cannot be sent to another process.
    threads = concurrent.futures.ThreadPoolExecutor
    monkeypatch.setattr(concurrent.futures, "ProcessPoolExecutor", threads)
    make, _ = DATA[name]
    remedy = REMEDIES[name]
    arguments = make(60)
    copies = tuple(a.copy() if isinstance(a, pd.DataFrame) else a for a in arguments)
    first = plain(function(remedy.before)(*arguments))
    if name == "float64_cpu_monte_carlo":
        copies = make(60)  # the same draws anew
    second = plain(function(remedy.after)(*copies))
    if (
        isinstance(second, list)
        and isinstance(first, list)
        and first
        and isinstance(first[0], tuple)
    ):
        first = [np.array(column) for column in zip(*first, strict=True)]
    for path in (Path(a) for a in arguments if isinstance(a, str)):
        path.unlink()
    # The control variate has a standard error of 0.02 at 60,000 paths, the plain mean 0.06.
    tolerance = {"float64_cpu_monte_carlo": 0.2, "python_objective": 1e-4}.get(name, 1e-12)
    if isinstance(first, dict | str):
        assert first == second
    else:
        pairs = zip(first, second, strict=True) if isinstance(first, list) else [(first, second)]
        for a, b in pairs:
            if isinstance(a, dict) or a is None or np.asarray(a).dtype.kind in "OMU":
                assert np.all(a == b)
            else:
                np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def test_every_pattern_has_a_remedy() -> None:
    assert set(REMEDIES) >= NAMES
    assert set(REMEDIES) - set(DATA) == {"library_bound", "unrecognised"}


def test_no_gain_is_promised_beyond_reach() -> None:
    for name in ("waiting", "library_bound", "unrecognised"):
        assert REMEDIES[name].gain == 1.0
    for remedy in REMEDIES.values():
        assert 1.0 <= remedy.gain <= 100.0
        ratio, machine = measured(remedy.shown)
        assert (ratio is None) == (remedy.shown is None), remedy.pattern
        if ratio is not None:
            assert remedy.gain <= ratio and machine
        assert len(remedy.mechanism.split(". ")) == 2, remedy.pattern
        assert remedy.caution and remedy.source and remedy.remedy


def test_a_study_that_is_not_there_gives_no_ratio() -> None:
    assert measured(Shown("nothing", "x", "y")) == (None, "")
    assert measured(Shown("hft_hmm", "nothing", "rust")) == (None, "")
    assert measured(None) == (None, "")
