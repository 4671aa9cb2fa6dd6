"""An estimate reads like a mapping and shows itself."""

from __future__ import annotations

import copy
import pickle
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpu_monte_carlo import price


def test_one(option: Any) -> None:
    found = price(option(observations=4), paths=20_000, backend="numpy", greeks=True, seed=3)
    assert found["price"] == found.price
    assert isinstance(found, Mapping) and isinstance(found.greeks, Mapping)
    assert dict(found) == dict(zip(found.keys(), found.values(), strict=True))
    assert "price" in found and found.get("colour", 3) == 3
    assert set(asdict(found)["greeks"]) == {"delta", "vega", "gamma", "theta", "rho"}
    assert repr(found.greeks) == repr(dict(found.greeks))
    with pytest.raises(KeyError, match="colour"):
        found["colour"]
    with pytest.raises(FrozenInstanceError):
        found.price = 1.0  # type: ignore[misc]
    text = repr(found)
    assert "numpy" in text and "32,768 paths" in text and "seed 3" in text
    assert found.path_steps == found.paths * 4
    assert found.path_steps_per_second > 0
    low, high = found.confidence_interval
    assert high - low == pytest.approx(2 * 1.959964 * found.standard_error, rel=1e-6)


def test_a_batch(option: Any) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    options = [option(observations=4, strike=k) for k in (80.0, 90.0, 100.0, 110.0, 120.0)]
    found = price(options, paths=20_000, backend="numpy", greeks=True)
    frame = found.to_frame()
    assert isinstance(frame, pandas.DataFrame)
    assert frame.shape == (5, 14)
    assert (frame["low"] < frame["price"]).all()
    assert "… 5 options" in repr(found)
    alone = price(options[0], paths=20_000, backend="numpy")
    assert alone.to_frame().shape == (1, 4)


@pytest.mark.parametrize("batch", [False, True])
def test_equal_by_value(option: Any, batch: bool) -> None:
    """Gamma is NaN here, which is itself."""
    one = option(observations=4, volatility=0.0)
    found = price([one, one] if batch else one, paths=1, backend="numpy", greeks=True)
    assert np.isnan(found.greeks["gamma"]).all()
    for other in (copy.copy(found), copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
        assert other == found and other is not found
    assert found == dict(found)
    assert found != replace(found, seed=found.seed + 1)
    assert found != replace(found, price=found.price + 1.0)
    assert found != replace(found, target_error=1.0)
    assert found != replace(found, greeks={})
    assert found != 5
    with pytest.raises(TypeError, match="unhashable"):
        hash(found)


def test_nothing_can_be_written_to(option: Any) -> None:
    one = option(observations=4)
    found = price([one, one], paths=1, backend="numpy", greeks=True)
    for same in (found, copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
        for values in (same.price, same.confidence_interval, same.greeks["delta"]):
            with pytest.raises(ValueError, match="read-only"):
                values[0] = 5.0
        with pytest.raises(TypeError, match="does not support item assignment"):
            same.greeks["delta"] = 5.0  # type: ignore[index]
    mine = np.zeros(2)
    other = replace(found, price=mine)
    mine[0] = 1.0
    assert other.price[0] == 0.0


def test_no_frame_without_pandas(option: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found = price(option(observations=4), paths=1, backend="numpy")
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pip install .*04_gpu_monte_carlo\[frames\]'"):
        found.to_frame()


def test_the_extra_that_brings_pandas() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["optional-dependencies"]["frames"] == ["pandas>=2"]
