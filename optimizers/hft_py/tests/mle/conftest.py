"""What the tests of this module share."""

from __future__ import annotations

import pytest

from hft_py import active_backend


@pytest.fixture(params=["rust", "python"])
def backend(request: pytest.FixtureRequest) -> str:
    """Each kernel set in turn; Rust where it is installed and not ruled out."""
    name = str(request.param)
    if name == "rust" and active_backend() != "rust":
        pytest.skip("the extension is not installed, or not asked for")
    return name
