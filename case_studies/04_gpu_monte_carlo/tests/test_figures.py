"""The pictures are drawn by one command."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="matplotlib is not installed")

from gpu_monte_carlo.study import figures


@pytest.mark.thorough
def test_command_draws_three(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures.main(["--out", str(tmp_path), "--observations", "4"])
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "convergence.png",
        "fan.png",
        "ladder.png",
    ]
    assert "numpy · plain" in capsys.readouterr().out


def test_the_ladder_descends(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the same time for every estimate: the order is that of the errors."""
    original = figures.price
    monkeypatch.setattr(
        figures, "price", lambda *args, **how: replace(original(*args, **how), seconds=1.0)
    )
    times = figures.ladder_times(paths=2**15, observations=4)
    seconds = list(times.values())
    assert seconds == sorted(seconds, reverse=True)
    assert times["numpy · control, antithetic"] < times["numpy · plain"]
    assert np.isfinite(seconds).all()
