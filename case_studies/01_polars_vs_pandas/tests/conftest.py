"""What cannot run here is skipped with its reason, by the name of the implementation."""

from __future__ import annotations

import pytest

from polars_vs_pandas import _kernels as kernels


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        name = parameters.get("name")
        if name in kernels.KERNELS and not kernels.available(name):
            reason = f"{name} needs {kernels.KERNELS[name].needs}"
            item.add_marker(pytest.mark.skip(reason=reason))
