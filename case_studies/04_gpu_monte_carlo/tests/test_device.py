"""Backends on a device, with NumPy in CuPy's place: calls, memory, copies to the host."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gpu_monte_carlo import backends, price, simulate_paths


class FullError(Exception):
    """As CuPy's own."""


class FakeCupy:
    """NumPy with the attributes that only CuPy has."""

    def __init__(self) -> None:
        self.synchronised = self.freed = self.copies = self.until_full = 0
        stream = SimpleNamespace(synchronize=self._synchronise)
        self.cuda = SimpleNamespace(
            curand=SimpleNamespace(CURAND_RNG_PSEUDO_PHILOX4_32_10=161),
            memory=SimpleNamespace(OutOfMemoryError=FullError),
            runtime=SimpleNamespace(getDeviceCount=lambda: 1),
            get_current_stream=lambda: stream,
        )
        self.random = SimpleNamespace(RandomState=lambda seed, method: FakeState(self))

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    def asnumpy(self, array: Any) -> Any:
        self.copies += 1
        return np.asarray(array)

    def get_default_memory_pool(self) -> Any:
        return SimpleNamespace(free_all_blocks=self._free)

    def _free(self) -> None:
        self.freed += 1

    def _synchronise(self) -> None:
        self.synchronised += 1


class FakeState:
    """A seeded state; the device is full once, after ``until_full`` draws."""

    def __init__(self, owner: FakeCupy) -> None:
        self.owner = owner

    def seed(self, seed: Any) -> None:
        self.rng = np.random.default_rng(int(seed))

    def standard_normal(self, shape: Any, dtype: Any) -> Any:
        if self.owner.until_full:
            self.owner.until_full -= 1
            if not self.owner.until_full:
                raise FullError
        return self.rng.standard_normal(shape, dtype=dtype)


@pytest.fixture
def cupy(monkeypatch: pytest.MonkeyPatch) -> FakeCupy:
    """In place of the module."""
    fake, original = FakeCupy(), importlib.import_module

    def find(name: str, package: str | None = None) -> Any:
        return fake if name == "cupy" else original(name, package)

    monkeypatch.setattr(importlib, "import_module", find)
    return fake


def test_the_price_may_stay_on_the_device(option: Any, cupy: FakeCupy) -> None:
    one = option(observations=3)
    how: dict[str, Any] = {"paths": 100_000, "seed": 3, "backend": "cupy", "greeks": True}
    home = price(one, **how)
    brought = cupy.copies
    assert brought == 4  # one for each block
    assert cupy.synchronised == 0
    stays = price(one, device_output=True, **how)
    assert cupy.copies == brought
    assert cupy.synchronised == 1
    assert float(stays.price) == pytest.approx(home.price, rel=1e-12)
    assert float(stays.greeks["vega"]) == pytest.approx(home.greeks["vega"], rel=1e-9)
    assert "cupy" in repr(stays)
    batch = price([one, option(observations=4)], device_output=True, **how)
    assert batch.price.shape == (2,)


def test_a_full_device_computes_the_same(option: Any, cupy: FakeCupy) -> None:
    one = option(observations=3)
    how: dict[str, Any] = {"paths": 200_000, "seed": 3, "backend": "cupy"}
    roomy = price(one, **how)
    cupy.until_full = 3
    assert price(one, **how).price == roomy.price
    assert cupy.freed == 1


def test_auto_takes_the_device(cupy: FakeCupy) -> None:
    assert backends.resolve("auto") == "cuda"


def test_paths_of_the_device_are_those_of_numpy(option: Any, cupy: FakeCupy) -> None:
    one = option(observations=3)
    there = simulate_paths(one, paths=50, seed=2, backend="cupy", device_output=True)
    assert cupy.copies == 0
    here = simulate_paths(one, paths=50, seed=2, backend="cuda")
    assert cupy.copies == 1
    expected = simulate_paths(one, paths=50, seed=2, backend="numpy")
    np.testing.assert_array_equal(there, expected)
    np.testing.assert_array_equal(here, expected)
