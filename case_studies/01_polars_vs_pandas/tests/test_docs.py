"""Every example in the README runs.

Examples in docstrings are run by ``pytest --doctest-modules``.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import polars_vs_pandas

README = Path(__file__).parents[1] / "README.md"


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
