"""Discovery of studies: registered, unknown, and with an import error."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from qpp import registry
from qpp.registry import UnknownStudyError


def test_unknown_lists_the_known(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [EntryPoint("toy", "toy_study:study", registry.GROUP)]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    with pytest.raises(UnknownStudyError, match="unknown study 'tay'; known: toy"):
        registry.find("tay")
    assert [e.name for e in registry.select(("toy", "toy"))] == ["toy"]
    points.clear()
    with pytest.raises(UnknownStudyError, match="run `make develop`"):
        registry.find("toy")
    assert registry.discover() == []


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("no_such_module:study", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("toy_study:absent", "AttributeError"),
        ("toy_study:SMALL", "is a Workload, expected a qpp.Study"),
        ("study_that_raises:study", "ZeroDivisionError: division by zero (study_that_raises.py:1)"),
        ("study_that_exits:study", "SystemExit: 0 (study_that_exits.py:2)"),
    ],
)
def test_a_study_with_an_import_error_has_the_reason(
    address: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "study_that_raises.py").write_text("1 / 0\n")
    (tmp_path / "study_that_exits.py").write_text("import sys\nsys.exit(0)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = registry.find(address)
    assert found.study is None
    told_pattern = message.replace("(", r"\(").replace(")", r"\)")
    with pytest.raises(AssertionError, match=told_pattern):
        raise AssertionError(found.error)


def test_an_address_is_looked_up_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "beside_the_user.py").write_text("from toy_study import study\n")
    monkeypatch.setattr("sys.path", list(sys.path))
    monkeypatch.chdir(tmp_path)
    assert registry.find("beside_the_user:study").study is not None


def test_ctrl_c_during_an_import_ends_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "study_interrupted.py").write_text("raise KeyboardInterrupt\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        registry.find("study_interrupted:study")


def test_an_exception_without_a_message_is_described() -> None:
    error = type("MuteError", (Exception,), {"__str__": lambda self: 1 / 0})()
    assert registry.describe_error(error) == "MuteError: (its message cannot be shown)"
