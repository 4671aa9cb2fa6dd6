"""Processes that are killed at every statement, and two processes on one database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hft_py.execution.store import OrderStore

SCENARIO = str(Path(__file__).with_name("crash_scenario.py"))
thorough = [pytest.mark.thorough, pytest.mark.timeout(600)]
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")


def die(url: str, every: int) -> dict[str, int]:
    """Each process dies at another point; the scenario checks what it left."""
    command = [sys.executable, SCENARIO, "crash", url, str(every)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3_000:]
    found: dict[str, int] = json.loads(done.stdout)
    return found


@forks
@pytest.mark.parametrize(
    ("database", "every"),
    [
        ("sqlite", 19),
        pytest.param("sqlite", 1, marks=thorough),
        pytest.param("postgresql", 1, marks=thorough),
    ],
)
def test_killed_at_a_statement(
    database: str, every: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    pytest.importorskip("sqlalchemy", reason="sqlalchemy is not installed")
    sqlite = database == "sqlite"
    url = f"sqlite:///{tmp_path}" if sqlite else request.getfixturevalue("postgres")
    assert die(url, every)["points"] > 80


@pytest.mark.parametrize(
    "url", ["sqlite", pytest.param("postgresql", marks=thorough)], indirect=True
)
def test_two_processes_release_each_child_once(url: str) -> None:
    def start(name: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, SCENARIO, "race", url, name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    workers = [start(name) for name in ("first", "second")]  # both make the tables
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n", worker.communicate()[1][-2_000:]
    found = []
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    for worker in workers:
        out, err = worker.communicate(timeout=100)
        assert worker.returncode == 0, err[-2_000:]
        found.append(json.loads(out))
    added = [sum(pair) for pair in zip(*(one["added"] for one in found), strict=True)]
    assert added == [1] * 8 + [5] * 8 + [2] * 8
    released = [name for one in found for name in one["released"]]
    assert len(released) == len(set(released)) == 40
    with OrderStore(url) as store:
        children = store.children()
        held = dict(zip(children["child_id"], children["holder"], strict=True))
        assert set(children["state"]) == {"working", "filled"}
        for name, one in zip(("first", "second"), found, strict=True):
            assert all(held[child] == name for child in one["released"])
        assert len(store.events().query("event == 'release'")) == 40
