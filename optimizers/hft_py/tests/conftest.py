"""``HFT_PY_HIDE_EXTENSION=1``: the tests run as if the compiled kernels were not installed."""

from __future__ import annotations

import os
import sys

import pytest

if os.environ.get("HFT_PY_HIDE_EXTENSION") == "1":
    sys.modules["hft_py._rust"] = None  # type: ignore[assignment]


@pytest.fixture(params=["rust", "python"])
def kernel_set(request: pytest.FixtureRequest) -> str:
    """Each kernel set in turn; Rust where it is installed and not ruled out."""
    from hft_py import active_backend

    name = str(request.param)
    if name == "rust" and active_backend() != "rust":
        pytest.skip("the extension is not installed, or not asked for")
    return name


@pytest.fixture
def rust_only() -> None:
    """For tests of the compiled kernels alone."""
    from hft_py import active_backend

    if active_backend() != "rust":
        pytest.skip("the extension is not installed, or not asked for")
