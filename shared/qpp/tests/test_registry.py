"""Discovery of studies: by what name, of what module, and what is said where there is none."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from qpp import registry
from qpp.registry import UnknownStudyError


@pytest.fixture
def points(monkeypatch: pytest.MonkeyPatch) -> list[EntryPoint]:
    made: list[EntryPoint] = []
    monkeypatch.setattr(registry, "entry_points", lambda group: made)
    return made


def add(points: list[EntryPoint], name: str, address: str) -> None:
    points.append(EntryPoint(name, address, registry.GROUP))


def names(*chosen: str) -> list[str]:
    return [entry.name for entry in registry.select(chosen)]


def test_a_study_is_known_by_each_of_its_names_and_chosen_once(points: list[EntryPoint]) -> None:
    with pytest.raises(UnknownStudyError, match="run `make develop`"):
        registry.select(())
    add(points, "alias", "toy_study:study")
    add(points, "broken", "toy_study:broken")
    with pytest.raises(UnknownStudyError, match="unknown study 'tay'; known: alias, broken"):
        registry.find("tay")
    assert names("toy") == names("alias") == names("alias", "toy", "toy_study:study") == ["toy"]
    assert names("broken", "toy") == ["broken", "toy"]
    assert names() == ["toy", "broken"]


def test_of_two_studies_of_one_name_none_wins(points: list[EntryPoint]) -> None:
    add(points, "toy", "toy_study:study")
    add(points, "toy", "toy_study:study")
    assert names() == ["toy"], "one study, registered by an old and a new installation"
    add(points, "toy", "hostile_study:toy")
    add(points, "toy", "toy_study:broken")
    for entries in (registry.discover(), registry.select(("toy",))):
        both, broken = entries
        assert both.study is None
        assert both.error.startswith("toy_study:study and hostile_study:toy are both called 'toy'")
        assert broken.study is not None, "registered as toy, but of another name"
    assert registry.find("hostile_study:toy").study is not None


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
def test_a_study_that_does_not_import_has_the_reason(
    address: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "study_that_raises.py").write_text("1 / 0\n")
    (tmp_path / "study_that_exits.py").write_text("import sys\nsys.exit(0)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    entry = registry.find(address)
    assert (entry.name, entry.study) == (address, None)
    assert entry.error.startswith(f"{address}: ")
    assert message in entry.error


def test_an_address_is_looked_up_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "beside_the_user.py").write_text("from toy_study import study\n")
    (tmp_path / "study_interrupted.py").write_text("raise KeyboardInterrupt\n")
    monkeypatch.setattr("sys.path", list(sys.path))
    monkeypatch.chdir(tmp_path)
    assert registry.find("beside_the_user:study").study is not None
    with pytest.raises(KeyboardInterrupt):
        registry.find("study_interrupted:study")


def test_an_exception_without_a_message_is_described() -> None:
    error = type("MuteError", (Exception,), {"__str__": lambda self: 1 / 0})()
    assert registry.describe_error(error) == "MuteError: (its message cannot be shown)"
