"""Processes that are killed between any two steps; the next one finishes the work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

pytest.importorskip("alembic", reason="alembic is not installed")
SCENARIO = str(Path(__file__).with_name("crash_scenario.py"))
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.parametrize("way", ["fix", "rest"])
@pytest.mark.parametrize(
    "every",
    [307, pytest.param(29, marks=[pytest.mark.thorough, pytest.mark.timeout(900)])],
)
def test_killed_at_a_step(way: str, every: int) -> None:
    """Every step by hand, within the hour: ``python crash_scenario.py FOLDER fix 1``."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        done = subprocess.run(
            [sys.executable, SCENARIO, folder, way, str(every)],
            capture_output=True, text=True, timeout=880,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3_000:]
    assert json.loads(done.stdout)["points"] > 150
