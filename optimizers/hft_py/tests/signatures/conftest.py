"""Paths shared by the tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest


@pytest.fixture
def walk() -> Any:
    """``walk(*batch, points, channels)``: random walks of size 1, from a seed."""

    def make(*shape: int, seed: int = 0) -> Any:
        steps = np.random.default_rng(seed).normal(size=shape)
        return steps.cumsum(axis=-2) / np.sqrt(shape[-2])

    return make
