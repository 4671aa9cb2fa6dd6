"""Every example of the extension and of the README runs; what is promised is there.

Examples in other docstrings are run by ``pytest --doctest-modules``.
"""

from __future__ import annotations

import doctest
import inspect
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fft_autocorrelation as fa
from fft_autocorrelation import _rust

README = Path(__file__).parents[1] / "README.md"
COMPILED: list[Any] = [
    fa.autocorrelation,
    fa.autocovariance,
    fa.Autocorrelator,
    fa.StreamingAutocorrelation,
]


@pytest.mark.parametrize("thing", COMPILED, ids=lambda t: t.__name__)
def test_docstrings_of_the_extension(thing: Any) -> None:
    scope = {name: getattr(fa, name) for name in fa.__all__}
    examples = doctest.DocTestParser().get_doctest(thing.__doc__, scope, thing.__name__, None, 0)
    assert examples.examples
    assert doctest.DocTestRunner().run(examples).failed == 0


def test_every_public_name_is_documented() -> None:
    for name in fa.__all__:
        thing = getattr(fa, name)
        assert thing.__doc__, name
        assert ">>>" in thing.__doc__, name


def test_python_functions_say_what_they_take_return_and_refuse() -> None:
    for function in (fa.acf, fa.choose, fa.cross_correlation):
        text = inspect.getdoc(function) or ""
        for section in ("Parameters", "Returns", "Raises", "Examples"):
            assert f"{section}\n{'-' * len(section)}" in text, (function.__name__, section)
        for parameter in inspect.signature(function).parameters:
            assert re.search(rf"^(\w+, )*{parameter}(, \w+)*$", text, re.M), parameter


def test_the_stub_is_the_binary() -> None:
    stub = Path(_rust.__file__).with_name("_rust.pyi").read_text(encoding="utf-8")
    names = set(re.findall(r"^(?:def|class) (\w+)", stub, re.M))
    assert names == {n for n in dir(_rust) if not n.startswith("_")}
    for function in (fa.autocorrelation, fa.autocovariance):
        there = list(inspect.signature(function).parameters)
        written = re.search(rf"def {function.__name__}\((.*?)\) ->", stub, re.S)
        assert written is not None
        assert re.findall(r"^    (\w+):", written[1], re.M) == there


def test_readme_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    scope: dict[str, Any] = {"np": np}
    for block in blocks:
        exec(compile(block, str(README), "exec"), scope)
