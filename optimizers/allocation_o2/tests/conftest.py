"""Strategies in Rust that several tests use, each compiled once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
VARIABLE = "ALLOCATION_O2_CACHE"


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of the tests' own, which their processes share; with a space and other letters."""
    base = tmp_path_factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cachë of 株"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(place))
        yield place


@pytest.fixture(scope="session")
def probe(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A compiled strategy that does what its parameter ``mode`` says; see ``probe.rs``."""
    if shutil.which("cargo") is None:
        pytest.skip("cargo is not installed")
    from allocation_o2 import compile_strategy

    folder = tmp_path_factory.mktemp("Straße nach 東京")
    source = folder / "pröbe nr 1.rs"
    shutil.copyfile(HERE / "written" / "probe.rs", source)
    return compile_strategy(source)
