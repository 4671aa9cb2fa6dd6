"""Whether what runs is what is filed: every way in which it is not is refused."""

import os
import time
from pathlib import Path

import pytest

from history_fixtures import commit_all, git, repository
from qpp.history import HistoryError
from qpp.history.checkout import Checkout, find


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return find(repository(tmp_path / "repo"))


def package(checkout: Checkout, name: str, *, build: str | None = None) -> Path:
    """A package of the checkout; with ``build`` it has an extension that says so."""
    folder = checkout.root / "lib" / name
    folder.mkdir(parents=True)
    (checkout.root / "lib" / "pyproject.toml").write_text("", encoding="utf-8")
    (folder / "__init__.py").write_text("", encoding="utf-8")
    if build is not None:
        # A Python module answers for the compiled one; Linux does not import a .dylib.
        (folder / "_rust.dylib").write_text("", encoding="utf-8")
        (folder / "_rust.py").write_text(build, encoding="utf-8")
    return folder


@pytest.fixture
def importable(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = checkout.root / "lib"
    monkeypatch.syspath_prepend(path)
    monkeypatch.setenv("PYTHONPATH", str(path))
    return path


def test_found_from_a_folder_inside(checkout: Checkout) -> None:
    assert find(checkout.root / "tiny") == checkout


def test_not_a_repository(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="git rev-parse: .*not a git repository"):
        find(tmp_path)


def test_another_repository(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    with pytest.raises(HistoryError, match=r"has no asv.conf.json"):
        find(tmp_path)


def test_clean_but_for_the_results(checkout: Checkout) -> None:
    checkout.require_clean()
    checkout.results.mkdir(parents=True)
    (checkout.results / "new.json").write_text("{}", encoding="utf-8")
    (checkout.root / ".asv").mkdir()
    (checkout.root / ".asv" / "ignored").write_text("", encoding="utf-8")
    checkout.require_clean()


@pytest.mark.parametrize("name", ["new.py", "tiny/tiny_study.py", "asv.conf.json"])
def test_a_dirty_tree_names_the_file(checkout: Checkout, name: str) -> None:
    with (checkout.root / name).open("a", encoding="utf-8") as stream:
        stream.write("\n# changed\n")
    with pytest.raises(HistoryError, match=f"differs from HEAD \\({name}\\): commit or remove"):
        checkout.require_clean()


def test_many_changes_are_counted(checkout: Checkout) -> None:
    for i in range(5):
        (checkout.root / f"n{i}").write_text("", encoding="utf-8")
    with pytest.raises(HistoryError, match=r"\(n0, n1, n2 and 2 more\)"):
        checkout.require_clean()


def test_only_head_can_be_recorded(checkout: Checkout) -> None:
    first = checkout.head()
    (checkout.root / "second").write_text("", encoding="utf-8")
    commit_all(checkout.root, "second")
    checkout.require_head("HEAD")
    checkout.require_head("main")
    with pytest.raises(HistoryError, match=r"HEAD is .*: run `git checkout"):
        checkout.require_head(first)
    with pytest.raises(HistoryError, match="unknown commit 'nonsense'"):
        checkout.require_head("nonsense")


def test_a_package_of_the_checkout(checkout: Checkout, importable: Path) -> None:
    package(checkout, "inside_one")
    checkout.require_installed(["inside_one"])


def test_a_package_from_elsewhere(checkout: Checkout) -> None:
    with pytest.raises(HistoryError, match="numpy is imported from .*, not from this checkout"):
        checkout.require_installed(["numpy"])


def test_a_copy_in_an_environment_inside_the_checkout(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = checkout.root / ".venv" / "site-packages" / "copied_one"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(folder.parent)
    with pytest.raises(HistoryError, match="not from this checkout: run `make develop`"):
        checkout.require_installed(["copied_one"])


def test_a_package_that_is_not_there(checkout: Checkout) -> None:
    with pytest.raises(HistoryError, match="no_such_package is not installed"):
        checkout.require_installed(["no_such_package"])


@pytest.mark.parametrize(
    ("build", "message"),
    [
        ("build_profile = 'release'", ""),
        ("def build_profile(): return 'release'", ""),
        ("def build_profile(): return 'debug'", "_rust is a debug build: run `make develop`"),
        ("", "_rust does not say how it was built"),
        ("raise ImportError('wrong interpreter')", "does not import .*wrong interpreter"),
    ],
)
def test_only_release_builds(
    checkout: Checkout, importable: Path, build: str, message: str
) -> None:
    package(checkout, "compiled_one", build=build)
    if message:
        with pytest.raises(HistoryError, match=message):
            checkout.require_installed(["compiled_one"])
    else:
        checkout.require_installed(["compiled_one"])


@pytest.mark.parametrize(("name", "counts"), [("src/kernel.rs", True), ("tests/it.rs", False)])
def test_an_extension_older_than_its_sources(
    checkout: Checkout, importable: Path, name: str, counts: bool
) -> None:
    folder = package(checkout, "stale_one", build="build_profile = 'release'")
    source = checkout.root / "lib" / name
    source.parent.mkdir()
    source.write_text("", encoding="utf-8")
    an_hour_ago = time.time() - 3600
    os.utime(folder / "_rust.dylib", (an_hour_ago, an_hour_ago))
    if counts:
        with pytest.raises(HistoryError, match=r"_rust.dylib is older than lib/src/kernel.rs"):
            checkout.require_installed(["stale_one"])
    else:
        checkout.require_installed(["stale_one"])
