"""The README's Python runs and prints what it says; methods have examples.

Examples in docstrings are run by ``pytest --doctest-modules``, those of the classes that the
extension brings by ``test_feeds.py``.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import hft_orderbook

README = Path(__file__).parents[1] / "README.md"


def test_readme_examples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, str(README), "exec"), {})
        said = {line.partition("# ")[2] for line in block.splitlines()}
        for line in capsys.readouterr().out.splitlines():
            assert line in said, line


def test_methods_have_examples() -> None:
    public = [name for name in dir(hft_orderbook.OrderBook) if not name.startswith("_")]
    assert {"apply", "best_bid", "sweep"} <= set(public)  # of the class and of what it inherits
    for name in public:
        method = inspect.getattr_static(hft_orderbook.OrderBook, name)
        assert ">>>" in (method.__doc__ or ""), name
