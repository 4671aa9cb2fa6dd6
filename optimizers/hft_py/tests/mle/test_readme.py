"""The module's README: its examples run, what it points at is there, its table is the file's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hft_py.mle import evaluations

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
    path = HERE / "pictures/evaluations.json"
    if not path.exists():
        pytest.skip("not counted: python -m hft_py.mle.evaluations optimizers/hft_py/pictures")
    counted = json.loads(path.read_text(encoding="utf-8"))
    assert evaluations.table(counted) in TEXT
