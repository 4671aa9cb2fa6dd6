"""Exact references shared by the tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest


def exact_autocorrelation(m: Any, lags: Any) -> Any:
    """Autocorrelation of integers at some lags: exact until the one division at the end.

    With ``D_k = sum m_t m_(t+k)``, ``S = sum m``, ``H_k`` and ``T_k`` the sums of the first
    and last ``n - k`` values, ``n^2 c_k = n^2 D_k - n S (H_k + T_k) + (n - k) S^2``.
    """
    m = np.asarray(m, dtype=np.int64)
    n, whole = len(m), int(m.sum())
    assert float(np.abs(m).max()) ** 2 * n < 2**62, "the sums must fit 64 bits"

    def scaled(k: int) -> int:
        products = int(m[: n - k] @ m[k:])
        ends = 2 * whole - int(m[n - k :].sum()) - int(m[:k].sum())
        return n * n * products - n * whole * ends + (n - k) * whole * whole

    zero = scaled(0)
    return np.array([scaled(int(k)) / zero for k in lags])


@pytest.fixture
def exact() -> Callable[[Any, Any], Any]:
    return exact_autocorrelation
