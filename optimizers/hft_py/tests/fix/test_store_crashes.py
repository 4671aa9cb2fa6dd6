"""Either side ends at every write of its message store: nothing is lost and nothing comes twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("crash_scenario.py")
ORDERS = ["A", "B", "C", "D", "E"]
pytestmark = [
    pytest.mark.usefixtures("rust_only"),
    pytest.mark.skipif(sys.platform == "win32", reason="processes are forked"),
]


@pytest.mark.parametrize(
    ("side", "first", "step", "second"),
    [
        ("client", 1, 7, 0),
        ("venue", 4, 11, 3),
        *(
            pytest.param(side, 1, 1, second, marks=[pytest.mark.thorough, pytest.mark.timeout(900)])
            for side in ("client", "venue")
            for second in (0, 1, 2, 3, 4, 5)
        ),
    ],
)
def test_every_write(tmp_path: Path, side: str, first: int, step: int, second: int) -> None:
    ended = subprocess.run(
        [sys.executable, SCRIPT, tmp_path, side, str(first), str(step), str(second)],
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert ended.returncode == 0, ended.stderr
    runs = json.loads(ended.stdout)
    assert runs[-1]["ended"] == 0 and len(runs) > 2
    for run in runs[:-1]:
        assert run["ended"] >= 1, run
    for run in runs:
        orders = [order.partition(".")[0] for order in run["venue.orders"]]
        assert orders == ORDERS, run
        expected = [f"{order}/{status}" for order in run["venue.orders"] for status in "02"]
        assert run["client.book"] == expected, run
