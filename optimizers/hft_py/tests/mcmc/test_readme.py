"""The README's examples run, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import hft_py.mcmc

HERE = Path(hft_py.mcmc.__file__).parent
TEXT = (HERE / "README.md").read_text(encoding="utf-8")


def test_examples() -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    blocks = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert len(blocks) == 2
    scope: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), scope)
    assert scope["run"].warnings == ()
    assert scope["optimizer"].best_params_["window"] == 21


@pytest.mark.parametrize("target", re.findall(r"\]\((?!http)([^)#]+)\)", TEXT))
def test_what_it_names_is_there(target: str) -> None:
    if target.startswith("../") and not (HERE / "../../../src").exists():
        pytest.skip("installed without its sources")
    assert (HERE / target).exists()
