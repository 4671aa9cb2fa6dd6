"""Every example in the README runs; what is promised is there.

Examples in docstrings are run by ``pytest --doctest-modules``.
"""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import gpu_monte_carlo as gmc
from gpu_monte_carlo import backends

NO_RUST = backends.unavailable_reason("rust")
README = Path(__file__).parents[1] / "README.md"


def test_every_public_name_is_documented() -> None:
    for name in gmc.__all__:
        assert getattr(gmc, name).__doc__, name


def test_docstrings_have_every_section_and_parameter() -> None:
    for function in (gmc.price, gmc.simulate_paths):
        text = inspect.getdoc(function) or ""
        for section in ("Parameters", "Returns", "Raises", "Examples"):
            assert f"{section}\n{'-' * len(section)}" in text, (function.__name__, section)
        for parameter in inspect.signature(function).parameters:
            assert re.search(rf"^(\w+, )*{parameter}(, \w+)*$", text, re.M), parameter


@pytest.mark.skipif(NO_RUST is not None, reason=str(NO_RUST))
def test_the_stub_is_the_binary() -> None:
    rust: Any = importlib.import_module("gpu_monte_carlo._rust")
    stub = Path(gmc.__file__).with_name("_rust.pyi").read_text(encoding="utf-8")
    names = set(re.findall(r"^(?:def|class) (\w+)|^([A-Z]+):", stub, re.M))
    names = {name or constant for name, constant in names}
    assert names == {n for n in dir(rust) if not n.startswith("_")}


def test_readme_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    scope: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, str(README), "exec"), scope)


def test_files_that_the_readme_links_are_there() -> None:
    text = README.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (README.parent / target).exists(), target
