"""Every example in a docstring and in the README runs, and public names exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import hft_orderbook

README = Path(__file__).parents[1] / "README.md"


def test_readme_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, str(README), "exec"), {})


def test_public_names() -> None:
    for name in hft_orderbook.__all__:
        assert hasattr(hft_orderbook, name)
