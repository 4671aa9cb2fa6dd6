"""An estimate reads like a mapping and shows itself."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from gpu_monte_carlo import price


def test_one(option: Any) -> None:
    found = price(option(observations=4), paths=20_000, backend="numpy", greeks=True, seed=3)
    assert found["price"] == found.price
    read = dict(found)
    assert set(read) == set(found.keys()) and len(found) == len(read)
    assert "price" in found and "colour" not in found
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
    assert frame.shape == (5, 10)
    assert (frame["low"] < frame["price"]).all()
    assert "… 5 options" in repr(found)
    alone = price(options[0], paths=20_000, backend="numpy")
    assert alone.to_frame().shape == (1, 4)
