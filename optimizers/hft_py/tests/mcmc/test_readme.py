"""The README's examples run, and what it names is there."""

from __future__ import annotations

import importlib.util
import re
import warnings
from pathlib import Path
from typing import Any

import pytest

import hft_py.mcmc
from hft_py.errors import InvalidValuesWarning

HERE = Path(hft_py.mcmc.__file__).parent
TEXT = (HERE / "README.md").read_text(encoding="utf-8")


def test_examples() -> None:
    for package in ("pandas", "qpp"):
        pytest.importorskip(package, reason=f"{package} is not installed")
    blocks = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    compiled = [block for block in blocks if "@compiled_objective" in block]
    assert (len(blocks), len(compiled)) == (4, 1)
    scope: dict[str, Any] = {}
    for block in blocks:
        if block in compiled and importlib.util.find_spec("numba") is None:
            continue
        with warnings.catch_warnings():
            # The corner of the box where GARCH is no model.
            warnings.simplefilter("ignore", InvalidValuesWarning)
            exec(compile(block, "README.md", "exec"), scope)
    assert scope["run"].param_names == ("mu", "omega", "alpha", "beta")
    assert scope["optimizer"].best_params_["window"] == 184
    assert scope["result"].warnings == ()


@pytest.mark.parametrize("target", re.findall(r"\]\((?!http)([^)#]+)\)", TEXT))
def test_what_it_names_is_there(target: str) -> None:
    if target.startswith("../") and not (HERE / "../../../src").exists():
        pytest.skip("installed without its sources")
    assert (HERE / target).exists()
