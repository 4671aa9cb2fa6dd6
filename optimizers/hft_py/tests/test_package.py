"""The package as a whole: what it offers, its documents, and life without the extension."""

from __future__ import annotations

import doctest
import importlib
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import hft_py
from hft_py import backend, optimizers

HERE = Path(__file__).parents[1]
MODULES = (
    "hmm", "mcmc", "mle", "information_theory", "signatures", "risk", "portfolio", "execution",
)  # fmt: skip


def test_one_place_offers_every_function() -> None:
    rows = re.findall(r"^\| `hft_py\..*$", (HERE / "README.md").read_text(encoding="utf-8"), re.M)
    assert len(rows) == len(MODULES)
    assert set(re.findall(r"`(\w+)`", "".join(rows))) <= set(optimizers.__all__)
    for name in MODULES:
        module = importlib.import_module(f"hft_py.{name}")
        for public in module.__all__:
            assert getattr(optimizers, public) is getattr(module, public)


def test_every_public_name_has_an_example() -> None:
    for name in optimizers.__all__:
        thing = getattr(optimizers, name)
        if callable(thing):
            assert ">>>" in (thing.__doc__ or ""), name


def _modules() -> list[str]:
    """Every module that a user may import: those that only measure are left out."""
    found = (m.name for m in pkgutil.walk_packages(hft_py.__path__, "hft_py."))
    return sorted(name for name in found if "_rust" not in name and ".study" not in name)


# Their examples run sessions or a venue, which are compiled alone.
COMPILED = ("hft_py.fix.engine", "hft_py.fix.link", "hft_py.venue.matching", "hft_py.venue.venue")


@pytest.mark.parametrize("name", _modules())
def test_docstrings(name: str) -> None:
    if name in COMPILED:
        pytest.importorskip("hft_py._rust", reason="the extension is not installed")
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_stub_is_the_binary() -> None:
    rust = pytest.importorskip("hft_py._rust", reason="the extension is not installed")
    stub = (HERE / "python/hft_py/_rust.pyi").read_text(encoding="utf-8")
    names = set(re.findall(r"^(?:def|class) (\w+)|^(\w+): ModuleType", stub, re.M))
    written = {function or module for function, module in names} | {"InternalError"}
    assert written == {name for name in dir(rust) if not name.startswith("_")}
    methods = set(re.findall(r"^    def (\w+)", stub, re.M))
    assert methods == {name for name in dir(rust.Objective) if not name.startswith("_")}


def test_both_kernel_sets_offer_the_same() -> None:
    rust = pytest.importorskip("hft_py._rust", reason="the extension is not installed")
    for name in MODULES:
        compiled = {one for one in dir(getattr(rust, name)) if not one.startswith("_")}
        python = importlib.import_module(f"hft_py.{name}.baseline")
        missing = {one for one in compiled if not hasattr(python, one)}
        assert not missing, (name, missing)


def python(
    *arguments: str, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """A process of its own, with these variables of the environment as well."""
    environment = {**os.environ, **variables}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


HIDE = "import sys; sys.modules['hft_py._rust'] = None\n"
HIDDEN = "HFT_PY_HIDE_EXTENSION"


@pytest.mark.thorough
@pytest.mark.timeout(1500)
@pytest.mark.skipif(HIDDEN in os.environ, reason="this is that run")
def test_the_suite_passes_without_the_extension() -> None:
    """Again with an extension that does not import, on the backend "auto".

    Less what names its kernel set, which has run; less distributions, minima and coverage, which
    are those of the compiled kernels, draw for draw and generation for generation; and less
    pictures and READMEs. The whole suite runs by ``HFT_PY_HIDE_EXTENSION=1 pytest
    optimizers/hft_py``.
    """
    command = ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist"]
    left_out = ("python", "rust", "targets", "minima", "coverage", "pictures", "readme", "skfolio")
    chosen = ["-m", "not benchmark and not thorough"]
    chosen += ["-k", " and ".join(f"not {name}" for name in left_out)]
    done = python(*command, *chosen, str(HERE / "tests"), cwd=HERE.parents[1], **{HIDDEN: "1"})
    assert done.returncode == 0, done.stdout[-3_000:]
    assert " passed" in done.stdout


@pytest.mark.parametrize("name", ["auto", "python"])
def test_the_variable_chooses(name: str) -> None:
    missing = backend._extension()[0] is None
    code = (HIDE if missing else "") + "import hft_py; print(hft_py.active_backend())"
    done = python("-c", code, HFT_PY_BACKEND=name)
    expected = "python" if name == "python" or missing else "rust"
    assert done.stdout.strip() == expected


WITHOUT = """
import numpy as np
import hft_py
from hft_py.objectives import resolve
from hft_py.optimizers import differential_evolution_optimize, fit_hmm, mcmc_optimize

assert hft_py.active_backend() == "python"
assert resolve("sphere", 2).batch(np.ones((1, 2)))[0] == 2
found = differential_evolution_optimize("sphere", [-1, -1], [1, 1], max_iterations=20, seed=1)
assert found.backend == "python" and found.fun < 0.1
run = mcmc_optimize(hft_py.negated("sphere"), [-5], [5], n_iterations=200, burn_in=50, seed=1)
assert run.backend == "python" and 0 < run.acceptance.mean() < 1
x = np.r_[np.zeros(20), np.full(20, 9.0)] + 0.1 * np.sin(np.arange(40))
assert np.allclose(fit_hmm(x, 2).means, [0, 9], atol=0.2)
"""


def test_python_kernels_answer_where_the_extension_is_hidden() -> None:
    done = python("-W", "ignore::UserWarning", "-c", HIDE + WITHOUT, HFT_PY_BACKEND="")
    assert done.returncode == 0, done.stderr
    assert "do not import" in done.stderr


def test_the_build_is_a_release() -> None:
    if backend.active_backend() == "rust":
        assert backend.extension().build_profile() == "release"


def under(cap: str) -> subprocess.CompletedProcess[str]:
    """A process whose instruction set is capped by ``QPP_ISA``."""
    return python("-c", "from hft_py import _rust; print(_rust.simd())", QPP_ISA=cap)


def test_no_instruction_set_above_the_cap() -> None:
    pytest.importorskip("hft_py._rust", reason="the extension is not installed")
    assert under("portable").stdout.strip() == "portable"


def test_an_unknown_cap_names_variable_value_and_choices() -> None:
    pytest.importorskip("hft_py._rust", reason="the extension is not installed")
    message = under("sse9").stderr.splitlines()[-1]
    assert message == 'ValueError: QPP_ISA="sse9", expected "portable", "avx2" or "avx512"'
