"""The module's README: its examples run, what it points at is there, its table is the file's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

HERE = Path(__file__).parents[2]
README = HERE / "python/hft_py/mle/README.md"
TEXT = README.read_text(encoding="utf-8")


def test_examples_run() -> None:
    blocks = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert blocks
    scope: dict[str, Any] = {"np": np}
    for block in blocks:
        exec(compile(block, str(README), "exec"), scope)


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", TEXT):
        assert (README.parent / target).exists(), target


def test_the_table_is_that_of_the_committed_counts() -> None:
    for module in ("qpp", "hft_py._rust"):
        pytest.importorskip(module, reason=f"{module} is not installed")
    from hft_py.mle.study import evaluations

    counted = json.loads((HERE / "pictures/evaluations.json").read_text(encoding="utf-8"))
    assert evaluations.table(counted) in TEXT
