"""Every example in a docstring and in the README runs."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import polars_vs_pandas

README = Path(__file__).parents[1] / "README.md"
NEED = {"_rust", "numba_kernel", "vectorbt_peer"}  # what they need may not be installed
MODULES = sorted({m.name for m in pkgutil.iter_modules(polars_vs_pandas.__path__)} - NEED)


@pytest.mark.parametrize("module", ["", *MODULES])
def test_docstrings(module: str) -> None:
    name = f"polars_vs_pandas.{module}".rstrip(".")
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0


def test_public_functions_have_examples() -> None:
    for function in (polars_vs_pandas.run_backtest, polars_vs_pandas.sweep):
        assert ">>>" in (function.__doc__ or "")


def test_readme_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    scope: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, str(README), "exec"), scope)


def test_public_names() -> None:
    for name in polars_vs_pandas.__all__:
        assert hasattr(polars_vs_pandas, name)
