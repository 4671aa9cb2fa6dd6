"""The compiled extension, if it is there."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

REMEDY = (
    "the compiled extension polars_vs_pandas._rust does not import: build it with "
    "`maturin develop --release`, or choose implementation='polars_numpy'"
)


def load() -> Any:
    """The extension module; ``ImportError`` with the remedy where it is missing."""
    module = find()
    if module is None:
        raise ImportError(REMEDY)
    return module


def find() -> ModuleType | None:
    """The extension module, or ``None``."""
    try:
        return importlib.import_module("polars_vs_pandas._rust")
    except ImportError:
        return None


def build_profile() -> str:
    """``"release"``, ``"debug"``, or ``"missing"``: a benchmark refuses the latter two.

    Examples
    --------
    >>> build_profile() in {"release", "debug", "missing"}
    True
    """
    module = find()
    return "missing" if module is None else str(module.build_profile())
