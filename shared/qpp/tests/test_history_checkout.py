"""A point is only recorded if the installed code is the commit it is filed under."""

import os
import time
from contextlib import nullcontext
from pathlib import Path

import pytest

from history_fixtures import git, repository
from qpp.history import HistoryError
from qpp.history.checkout import RESULTS, Checkout, find


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return find(repository(tmp_path / "repo"))


def package(
    checkout: Checkout, patch: pytest.MonkeyPatch, path: str, *, build: str | None = None
) -> Path:
    """An importable package of the checkout; ``build`` is the source of its extension."""
    folder = checkout.root / path
    folder.mkdir(parents=True)
    (folder.parent / "pyproject.toml").touch()
    (folder / "__init__.py").touch()
    if build is not None:
        # A Python module answers for the compiled one; Linux does not import a .dylib.
        (folder / "_rust.dylib").touch()
        (folder / "_rust.py").write_text(build, encoding="utf-8")
    patch.setenv("PYTHONPATH", str(folder.parent))
    return folder


def test_only_a_repository_with_a_configuration(checkout: Checkout, tmp_path: Path) -> None:
    (checkout.root / "inside").mkdir()
    assert find(checkout.root / "inside") == checkout
    with pytest.raises(HistoryError, match=r"is in no git repository \(.*\): go into a clone"):
        find(tmp_path)
    git(tmp_path, "init", "-q")
    with pytest.raises(HistoryError, match=r"has no asv.conf.json: run this inside the portfolio"):
        find(tmp_path)


def test_clean_but_for_the_history(checkout: Checkout) -> None:
    for name in (f"{RESULTS}/box/new.json", ".asv/ignored"):
        (checkout.root / name).parent.mkdir(parents=True)
        (checkout.root / name).write_text("{}", encoding="utf-8")
    checkout.require_clean()
    with (checkout.root / "asv.conf.json").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    for i in range(5):
        (checkout.root / f"n{i}").touch()
    message = r"differs from HEAD \(asv.conf.json, n0, n1 and 3 more\): commit or remove"
    with pytest.raises(HistoryError, match=message):
        checkout.require_clean()


def test_packages_must_come_from_the_checkout(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(checkout, monkeypatch, "lib/inside_one")
    checkout.require_built(["inside_one"])
    package(checkout, monkeypatch, ".venv/site-packages/copied_one")
    elsewhere = "is imported from .*, not from this checkout: run `make develop`"
    for name, message in (
        ("numpy", elsewhere),
        ("copied_one", elsewhere),
        ("no_such_package", "is not installed"),
    ):
        with pytest.raises(HistoryError, match=f"{name} {message}"):
            checkout.require_built([name])


@pytest.mark.parametrize(
    ("build", "message"),
    [
        ("def build_profile(): return 'release'", None),
        ("def build_profile(): return 'debug'", "_rust.dylib is a debug build: run `make develop`"),
        ("", "_rust.dylib does not say how it was built"),
        ("raise ImportError('wrong interpreter')", "does not import .*wrong interpreter"),
    ],
)
def test_only_release_builds(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, build: str, message: str | None
) -> None:
    package(checkout, monkeypatch, "lib/compiled_one", build=build)
    with pytest.raises(HistoryError, match=message) if message else nullcontext():
        checkout.require_built(["compiled_one"])


def test_an_extension_older_than_its_sources(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = package(checkout, monkeypatch, "lib/stale_one", build="build_profile = 'release'")
    an_hour_ago = time.time() - 3600
    os.utime(folder / "_rust.dylib", (an_hour_ago, an_hour_ago))
    for name in ("tests", "src"):
        (checkout.root / "lib" / name).mkdir()
    (checkout.root / "lib" / "tests" / "it.rs").touch()
    checkout.require_built(["stale_one"])  # tests are not built into it
    (checkout.root / "lib" / "src" / "kernel.rs").touch()
    with pytest.raises(HistoryError, match=r"_rust.dylib is older than lib/src/kernel.rs"):
        checkout.require_built(["stale_one"])
