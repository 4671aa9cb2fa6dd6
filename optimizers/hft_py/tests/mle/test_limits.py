"""What must not end the process: memory that is not there."""

from __future__ import annotations

import numpy as np
import pytest

from hft_py import active_backend
from hft_py.mle import CMAES


def test_memory_that_is_not_there_is_an_error() -> None:
    """More than can be addressed, so that no system promises it."""
    if active_backend() != "rust":
        pytest.skip("NumPy's own business")
    bound = np.ones(2_000_000)
    with pytest.raises(MemoryError, match="more than there is"):
        CMAES(-bound, bound, separable=False, seed=1)
