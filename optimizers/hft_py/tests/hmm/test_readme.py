"""The module's README: its examples run, and its links lead to files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

README = Path(__file__).parents[2] / "python/hft_py/hmm/README.md"
TEXT = README.read_text(encoding="utf-8")


def test_examples_run() -> None:
    blocks = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert blocks
    scope: dict[str, Any] = {"np": np}
    for block in blocks:
        exec(compile(block, str(README), "exec"), scope)
    assert scope["params"].converged
    assert scope["detector"].labels_ == ("bear", "bull")


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", TEXT):
        assert (README.parent / target).exists(), target
