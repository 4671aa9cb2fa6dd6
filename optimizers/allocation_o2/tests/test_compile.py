"""From a file to a library: the cache, where libraries go, names, headers, the command line."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from allocation_o2 import (
    CompileError,
    _cache,
    _manifest,
    compile_strategy,
    compiler,
    load,
    new_strategy,
)
from allocation_o2.__main__ import main

PRICES = np.array([[1.0, 1.1, 1.2], [2.0, 2.0, 2.8], [3.0, 3.1, 2.7]])
NAME = f"{_cache.PREFIX}mine{_cache.SUFFIX}"

needs_cargo = pytest.mark.skipif(shutil.which("cargo") is None, reason="cargo is not installed")


@pytest.fixture
def mine(tmp_path: Path, probe: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that was compiled before: cargo is not called for it."""
    path = tmp_path / "mine.rs"
    path.write_text("compiled before", encoding="utf-8")
    monkeypatch.setattr(compiler, "compiled", lambda path: compiler.Compiled(probe, False, ""))
    return path


@needs_cargo
def test_the_template_compiles_and_gives_its_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "fast_momentum"]) == 0
    assert main(["compile", "fast_momentum.rs"]) == 0
    assert main(["compile", "fast_momentum.rs", "-o", "again.so"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("fast_momentum.rs written; next: python -m allocation_o2 compile")
    assert "(compiled in " in lines[1] and lines[2].startswith("again.so (unchanged)")
    for name in ("fast_momentum", "fast_momentum.rs", "again.so"):
        one = load(name)(lookback_period=2)
        assert type(one).__name__ == "FastMomentum"
        growth = np.array([0.2, 0.4, 0.0])
        assert np.allclose(one.predict(PRICES), growth / growth.sum(), rtol=0, atol=1e-15)
    assert load("fast_momentum")(lookback_period=1).predict(PRICES[:, ::-1])[:2].sum() == 0
    before = (tmp_path / "fast_momentum.rs").read_text(encoding="utf-8")
    (tmp_path / "fast_momentum.rs").write_text(before + "\n// changed\n", encoding="utf-8")
    done = compiler.compiled(Path("fast_momentum.rs"))
    assert done.fresh and not done.messages
    assert not compiler.compiled(Path("fast_momentum.rs")).fresh


@needs_cargo
@pytest.mark.thorough
def test_the_strategy_of_the_readme(tmp_path: Path) -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    path = tmp_path / "my_strategy.rs"
    path.write_text(text.split("```rust\n")[1].split("```")[0], encoding="utf-8")
    growth = np.array([0.2, 0.4, 1e-9])
    weights = load(path)(lookback_period=2).predict(PRICES)
    assert np.allclose(weights, growth / growth.sum(), rtol=0, atol=1e-15)


@pytest.mark.parametrize(
    ("name", "strategy"),
    [("my_rule", "MyRule"), ("MyRule.rs", "MyRule"), ("größe", "GrE"), ("60 days", "MyStrategy")],
)
def test_a_new_file_has_a_name_that_rust_allows(tmp_path: Path, name: str, strategy: str) -> None:
    path = new_strategy(tmp_path / name)
    assert path.suffix == ".rs"
    assert f"export!({strategy});" in path.read_text(encoding="utf-8")
    with pytest.raises(FileExistsError, match="exists already, and is left as it is"):
        new_strategy(tmp_path / name)


@pytest.mark.parametrize("tool", ["cargo", "rustc"])
def test_without_a_compiler_the_remedy_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str
) -> None:
    path = new_strategy(tmp_path / "one")
    monkeypatch.setattr(shutil, "which", lambda name, **_: None if name == tool else name)
    with pytest.raises(CompileError, match=f"no {tool} on PATH.*install Rust from https://rustup"):
        compile_strategy(path)


def test_what_is_no_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"python -m allocation_o2 new .*none\.rs writes"):
        compile_strategy(tmp_path / "none.rs")
    with pytest.raises(ValueError, match=r"expected a file that ends with \.rs"):
        compile_strategy(tmp_path / "strategy.py")
    with pytest.raises(FileNotFoundError, match="nothing was compiled under the name"):
        load("a_name_that_nobody_chose")
    for nothing in ("", "."):
        with pytest.raises(ValueError, match="expected a strategy's file, a library or a name"):
            load(nothing)


@needs_cargo
def test_a_library_is_named_for_all_that_makes_it(
    tmp_path: Path, probe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(_cache.VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(compiler, "_build", lambda *_: (probe, ""))
    path = new_strategy(tmp_path / "one")
    first = compiler.compiled(path)
    assert first.fresh and compiler.compiled(path) == compiler.Compiled(first.library, False, "")
    for change in ("_version", "_sdk", "RUSTFLAGS"):
        with monkeypatch.context() as patch:
            if change.startswith("_"):
                patch.setattr(compiler, change, lambda *_: "another")
            else:
                patch.setenv(change, "-C target-cpu=native")
            assert compiler.compiled(path).library != first.library


def test_a_library_goes_beside_its_file_or_where_it_is_told(mine: Path, probe: Path) -> None:
    folder = mine.parent / "out"
    folder.mkdir()
    assert compile_strategy(mine) == mine.parent / NAME
    assert compile_strategy(mine, folder) == folder / NAME
    assert compile_strategy(mine, folder / "other") == folder / f"other{_cache.SUFFIX}"
    for library in (mine.parent / NAME, folder / NAME):
        assert library.read_bytes() == probe.read_bytes()
    source = mine.read_text(encoding="utf-8")
    assert compile_strategy(mine, mine) == mine.with_name(f"mine.rs{_cache.SUFFIX}")
    assert mine.read_text(encoding="utf-8") == source  # not written over
    assert {path.name for path in folder.iterdir()} == {NAME, f"other{_cache.SUFFIX}"}
    written = (folder / NAME).stat().st_mtime_ns
    compile_strategy(mine, folder)
    assert (folder / NAME).stat().st_mtime_ns == written  # the same content is not written again


def test_a_folder_that_cannot_be_written(
    mine: Path, probe: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The library stays in the cache, and where that is gets said; but ``output`` is an order."""

    def refuse(source: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied", str(target))

    monkeypatch.setattr(_cache, "replace", refuse)
    with pytest.warns(UserWarning, match=r"cannot be written \(Permission den"):
        assert compile_strategy(mine) == probe
    assert main(["compile", str(mine)]) == 0
    shown = capsys.readouterr()
    assert f"the library is {probe}" in shown.err and shown.out.startswith(str(probe))
    assert main(["compile", str(mine), "-o", str(mine.parent / "x.so")]) == 1
    assert "cannot be written (Permission denied): make its folder" in capsys.readouterr().err


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="needs a user whom permissions bind"
)
def test_a_read_only_folder(mine: Path, probe: Path) -> None:
    mine.parent.chmod(0o500)
    try:
        with pytest.warns(UserWarning, match="cannot be written"):
            assert compile_strategy(mine) == probe
    finally:
        mine.parent.chmod(0o700)


def test_a_cache_that_cannot_be_made_is_replaced_by_a_temporary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv(_cache.VARIABLE, str(tmp_path / "file" / "cache"))
    assert (_cache.folder() / "libraries").is_dir()
    assert tmp_path not in _cache.folder().parents


def test_old_libraries_are_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(_cache.VARIABLE, str(tmp_path))
    for number in range(_cache._KEPT + 5):
        path = _cache.library("one", str(number))
        path.touch()
        build = tmp_path / "builds" / f"one-{number}"
        (build / "target").mkdir(parents=True)
        for each in (path, build):
            os.utime(each, (number, number))
    _cache.prune()
    for part in ("libraries", "builds"):
        left = {int(path.stem.rpartition("-")[2]) for path in (tmp_path / part).iterdir()}
        assert left == set(range(5, _cache._KEPT + 5))
    assert _cache.latest("one") == _cache.library("one", str(_cache._KEPT + 4))


def test_a_failed_copy_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "old").write_bytes(b"old")

    def half(source: Path, target: str) -> None:
        Path(target).write_bytes(b"ha")
        raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "copyfile", half)
    with pytest.raises(KeyboardInterrupt):
        _cache.replace(tmp_path / "new", tmp_path / "old")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("old", b"old")]


def test_the_comment_of_crates() -> None:
    path = Path("a.rs")
    text = "//! Words.\n//!\n//! ```cargo\n//! [dependencies]\n//! rand = '0.9'\n//! ```\nuse x;\n"
    found = _manifest.header(path, text)
    assert found == _manifest.Header("[dependencies]\nrand = '0.9'\n", ("rand",), False)
    assert _manifest.header(path, text.replace("\n", "\r\n")) == found
    assert _manifest.header(path, text.replace("'0.9'", "{path = '/x'}")).local
    assert _manifest.header(path, "use x;") == _manifest.Header("", (), False)
    for old, new, words in [
        ("rand = '0.9'", "rand = ", "a.rs:5: the comment of crates is not TOML"),
        ("//! ```\nuse", "use", "a.rs:3: the comment of crates does not end"),
        ("[dependencies]", "[profile]", "a.rs:4: the comment of crates has profile, expected"),
        ("rand", "allocation_o2", "a.rs:4: allocation_o2 is there already"),
    ]:
        with pytest.raises(CompileError, match=words.replace("[", r"\[")):
            _manifest.header(path, text.replace(old, new))


def test_wrong_usage(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for arguments in ([], ["compile"], ["load", "x"]):
        with pytest.raises(SystemExit, match="2"):
            main(arguments)
    capsys.readouterr()
    assert main(["new", str(tmp_path / "my strategy.rs")]) == 0
    assert f"compile '{tmp_path}/my strategy.rs'" in capsys.readouterr().out
    assert main(["compile", str(tmp_path / "none.rs")]) == 1
    assert "does not exist: python -m allocation_o2 new" in capsys.readouterr().err
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setattr(compiler, "compiled", lambda path: (_ for _ in ()).throw(KeyboardInterrupt))
        assert main(["compile", "x.rs"]) == 130
    assert "interrupted: nothing was written" in capsys.readouterr().err
