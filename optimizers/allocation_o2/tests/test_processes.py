"""Compilers beside each other or interrupted, crates, a strategy in C, a bare environment."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import venv
from pathlib import Path

import numpy as np
import pytest

from allocation_o2 import LibraryError, StrategyError, _cache, compiler, load, new_strategy

HERE = Path(__file__).parents[1]
PRICES = np.array([[1.0, 1.1, 1.2], [2.0, 2.0, 2.8], [3.0, 3.1, 2.7]])
CC = shutil.which("cc")

needs_cargo = pytest.mark.skipif(shutil.which("cargo") is None, reason="cargo is not installed")


def compiling(path: Path, **options: bool) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "allocation_o2", "compile", str(path)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(_cache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@needs_cargo
@pytest.mark.thorough
def test_two_compile_the_same_file_at_once(tmp_path: Path, own_cache: Path) -> None:
    path = new_strategy(tmp_path / "twice")
    running = [compiling(path), compiling(path)]
    for one in running:
        out, errors = one.communicate(timeout=100)
        assert one.returncode == 0 and out.startswith(str(tmp_path)), errors
    assert len(list((own_cache / "libraries").iterdir())) == 1
    assert load(path)(lookback_period=2).predict(PRICES).sum() == pytest.approx(1.0)


@needs_cargo
@pytest.mark.thorough
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
def test_an_interrupted_compile_leaves_no_half_file(tmp_path: Path, own_cache: Path) -> None:
    path = new_strategy(tmp_path / "interrupted")
    for sent in (signal.SIGINT, signal.SIGKILL):
        running = compiling(path, start_new_session=True)
        until = time.monotonic() + 60
        while not list(own_cache.glob("builds/*/target/release/deps/*")):
            assert time.monotonic() < until
            time.sleep(0.01)
        os.killpg(running.pid, sent)  # cargo as well, as a terminal does
        running.communicate(timeout=60)
        assert running.returncode != 0
        assert {one.name for one in tmp_path.iterdir()} == {"cache", "interrupted.rs"}
        assert not list((own_cache / "libraries").iterdir())
        shutil.rmtree(next(own_cache.glob("builds/*/target")))
    assert load(path)(lookback_period=2).predict(PRICES).sum() == pytest.approx(1.0)


CRATE = """\
//! ```cargo
//! [dependencies]
//! half = {{ path = '{folder}' }}
//! ```
use allocation_o2::prelude::*;

parameters! {{
    struct Crated {{}}
}}

impl Strategy for Crated {{
    const ALLOW_CASH: bool = true;
    fn min_observations(&self) -> usize {{
        1
    }}
    fn predict(&self, _: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {{
        weights[0] = half::HALF;
        Ok(())
    }}
}}
export!(Crated);
"""


@needs_cargo
@pytest.mark.thorough
def test_a_strategy_with_a_crate_follows_its_changes(tmp_path: Path, own_cache: Path) -> None:
    crate = tmp_path / "half"
    (crate / "src").mkdir(parents=True)
    manifest = '[package]\nname = "half"\nversion = "0.1.0"\nedition = "2024"\n'
    (crate / "Cargo.toml").write_text(manifest, encoding="utf-8")
    path = tmp_path / "crated.rs"
    path.write_text(CRATE.format(folder=crate.as_posix()), encoding="utf-8")
    for share in (0.5, 0.25):
        text = f"pub const HALF: f64 = {share};\n"
        (crate / "src" / "lib.rs").write_text(text, encoding="utf-8")
        assert load(path)().predict(PRICES).tolist() == [share, 0, 0]
    assert compiler.compiled(path).fresh  # cargo is asked, as the crate may have changed


def compiled_c(folder: Path, *flags: str) -> Path:
    target = folder / f"libfirst{_cache.SUFFIX}"
    command = [str(CC), "-shared", "-fPIC", "-O1", *flags, "-o", str(target)]
    subprocess.run([*command, str(HERE / "tests" / "written" / "first.c")], check=True)
    return target


@pytest.mark.skipif(CC is None or sys.platform == "win32", reason="there is no C compiler")
def test_a_strategy_in_c(tmp_path: Path) -> None:
    first = load(compiled_c(tmp_path))
    assert first.__name__ == "First" and repr(first()) == "First()"
    assert first().get_params() == {"limit": 100.0}
    assert first().predict(PRICES).tolist() == [1, 0, 0]
    with pytest.raises(StrategyError, match="a price is above the limit"):
        first(limit=2.5).predict_rolling(PRICES)
    with pytest.raises(ValueError, match=r"limit=-1\.0, expected at least 0\.0"):
        first(limit=-1)
    with pytest.raises(LibraryError, match="has version 1 of the interface, expected 2: compile"):
        load(compiled_c(tmp_path, "-DVERSION=1"))


BARE = """
import sys, numpy as np, allocation_o2
path = allocation_o2.new_strategy(sys.argv[1])
print(allocation_o2.compile_strategy(path))
one = allocation_o2.load(path)(lookback_period=2)
print(one, one.predict(np.array([[1.0, 1.0, 2.0], [1.0, 1.0, 4.0]])))
"""


@needs_cargo
@pytest.mark.thorough
@pytest.mark.timeout(900)
def test_a_wheel_in_a_bare_environment_compiles_a_strategy(tmp_path: Path, own_cache: Path) -> None:
    """Wheels of this package and of the one that it needs, installed into a fresh environment."""
    pytest.importorskip("maturin", reason="maturin is not installed")
    clean = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    for project in (HERE, HERE.parent / "hft_py"):
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
        command += ["--no-build-isolation", "-w", str(tmp_path), str(project)]
        scripts = str(Path(sys.executable).parent)
        path = scripts + os.pathsep + os.environ["PATH"]
        subprocess.run(command, check=True, timeout=600, env={**clean, "PATH": path})
    venv.create(tmp_path / "bare", with_pip=True)
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    python = tmp_path / "bare" / scripts / "python"
    install = [str(python), "-m", "pip", "install", "--quiet"]
    subprocess.run([*install, *map(str, tmp_path.glob("*.whl"))], check=True, env=clean)
    done = subprocess.run(
        [str(python), "-c", BARE, str(tmp_path / "rule.rs")],
        capture_output=True,
        text=True,
        env={**clean, _cache.VARIABLE: str(own_cache)},
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    library, _, weights = done.stdout.partition("\n")
    assert Path(library) == tmp_path / f"{_cache.PREFIX}rule{_cache.SUFFIX}"
    assert weights == "Rule(lookback_period=2) [0.25 0.75]\n"
