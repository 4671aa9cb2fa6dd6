"""A corpus of broken strategies, each with the message that its author must see.

The first line of a file says when it fails, at which line and column (- for none), and with what.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from allocation_o2 import CompileError, LibraryError, StrategyPanic, load

CORPUS = sorted((Path(__file__).parent / "broken").glob("*.rs"))
ERRORS = {"compile": CompileError, "load": LibraryError, "predict": StrategyPanic}
PRICES = np.ones((2, 5))

pytestmark = pytest.mark.skipif(shutil.which("cargo") is None, reason="cargo is not installed")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One path for all, so that cargo compiles the SDK once."""
    return tmp_path_factory.mktemp("a folder") / "broken.rs"


def test_there_are_twelve() -> None:
    assert len(CORPUS) == 12


def _case(path: Path) -> Any:
    """Those that compile take seconds, and others test what happens then."""
    compiles = not path.read_text(encoding="utf-8").startswith("// compile")
    return pytest.param(path, id=path.stem, marks=pytest.mark.thorough if compiles else [])


@pytest.mark.parametrize("path", [_case(path) for path in CORPUS])
def test_each_file_gives_its_message(
    place: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARGO_PROFILE_RELEASE_PANIC", "abort")  # would end this process
    text = path.read_text(encoding="utf-8")
    stage, at, words = text.partition("\n")[0].removeprefix("// ").split(" | ")
    place.write_text(text, encoding="utf-8")
    with pytest.raises(ERRORS[stage]) as raised:
        load(place)().predict(PRICES)
    message = str(raised.value)
    assert words in message
    if at != "-":
        assert f"{place}:{at}" in message
    assert "strategy_broken" not in message
