"""The tests that every package has: README, docstrings, stub, instruction set.

A study's ``test_docs.py`` is then::

    class TestPackage(PackageTests):
        package = my_study
        readme = Path(__file__).parents[1] / "README.md"

Examples in the docstrings of Python modules are run by ``pytest --doctest-modules``; those of the
compiled extension, which pytest does not find, are run here.
"""

import doctest
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest

UNKNOWN = 'ValueError: QPP_ISA="sse9", expected "portable", "avx2" or "avx512"'


class PackageTests:
    """Tests of one package."""

    package: ClassVar[ModuleType]
    readme: ClassVar[Path]
    detailed: ClassVar[tuple[Any, ...]] = ()
    """Functions whose docstrings have every section, and describe every parameter."""

    def _public(self) -> Iterator[tuple[str, Any]]:
        """Functions and classes of ``__all__`` by their names."""
        for name in self.package.__all__:
            thing = getattr(self.package, name)
            if inspect.isclass(thing) or inspect.isroutine(thing):
                yield name, thing

    def _rust(self) -> Any:
        name = f"{self.package.__name__}._rust"
        return pytest.importorskip(name, reason=f"{name} is not built")

    def test_readme_examples(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """They run one after the other; what a block prints is what its comment lines say."""
        monkeypatch.chdir(tmp_path)
        text = self.readme.read_text(encoding="utf-8")
        blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        assert blocks
        scope: dict[str, Any] = {}
        for block in blocks:
            exec(compile(block, str(self.readme), "exec"), scope)
            comments = set(re.findall(r"^# (.*)$", block, re.MULTILINE))
            printed = capsys.readouterr().out.splitlines()
            assert not comments or comments >= set(printed)

    def test_files_that_the_readme_links_exist(self) -> None:
        text = self.readme.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (self.readme.parent / target).exists(), target

    def test_public_names_have_examples(self) -> None:
        """A method has its own, or stands in its class's."""
        for name, thing in self._public():
            text = thing.__doc__ or ""
            assert ">>>" in text, name
            for member, value in _members(thing, self.package.__name__):
                written = value.__doc__ or ""
                assert written, f"{name}.{member}"
                assert ">>>" in written or re.search(rf"\.{member}\b", text), f"{name}.{member}"

    def test_docstrings_describe_every_parameter(self) -> None:
        for function in self.detailed:
            text = inspect.getdoc(function) or ""
            for section in ("Parameters", "Returns", "Raises", "Examples"):
                assert f"{section}\n{'-' * len(section)}" in text, (function.__name__, section)
            for parameter in inspect.signature(function).parameters:
                assert re.search(rf"^(\w+, )*{parameter}(, \w+)*$", text, re.M), parameter

    def test_examples_of_the_extension(self) -> None:
        self._rust()
        scope = dict(self._public())
        for name, thing in scope.items():
            if inspect.isbuiltin(thing) or _is_compiled(thing):
                text = inspect.getdoc(thing) or ""
                test = doctest.DocTestParser().get_doctest(text, scope, name, None, 0)
                assert doctest.DocTestRunner().run(test).failed == 0, name

    def test_the_stub_is_the_binary(self) -> None:
        rust = self._rust()
        stub = Path(str(self.package.__file__)).with_name("_rust.pyi").read_text(encoding="utf-8")
        names = re.findall(r"^(?:def|class) (\w+)|^([A-Z]\w+):", stub, re.M)
        written = {name or constant for name, constant in names}
        found = {name for name in dir(rust) if not name.startswith("_")}
        assert {name for name in written if not name.startswith("_")} == found

    @pytest.mark.parametrize(("cap", "last"), [("portable", "portable"), ("sse9", UNKNOWN)])
    def test_the_environment_caps_the_instruction_set(self, cap: str, last: str) -> None:
        if not hasattr(self._rust(), "simd"):
            pytest.skip("this extension has one version of its code")
        code = f"from {self.package.__name__} import _rust; print(_rust.simd())"
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "QPP_ISA": cap},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout + done.stderr).splitlines()[-1] == last


def _is_compiled(thing: Any) -> bool:
    """Whether a class is an extension's: its methods are no Python functions."""
    return inspect.isclass(thing) and "__dict__" not in dir(thing) and "__slots__" not in dir(thing)


def _members(thing: Any, package: str) -> Iterator[tuple[str, Any]]:
    """Public methods and properties that a class of the package defines."""
    for base in thing.__mro__ if inspect.isclass(thing) else ():
        for member, value in vars(base).items() if base.__module__.startswith(package) else ():
            described = inspect.isroutine(value) or inspect.isdatadescriptor(value)
            if not member.startswith("_") and (described or isinstance(value, cached_property)):
                yield member, value
