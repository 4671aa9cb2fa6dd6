"""``--scaffold``: a study that runs at once, on the arguments of a real call."""

import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

import audit_fixtures as fixtures
from qpp.audit import AuditError
from qpp.audit.client import Client
from qpp.audit.document import Audit
from qpp.audit.recording import Recording, arrays, definitions
from qpp.audit.scaffold import check_folder, scaffold

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.skipif(sys.platform == "win32", reason="the audit runs on Linux and macOS"),
]
PROGRAM = """
import random
import sys
from dataclasses import dataclass

import helper
import numpy as np

RATE = 0.5


@dataclass
class Trade:
    price: float
    size: int


class Report:
    def notional(self, trades, *extra, rate=RATE):
        total = 0.0
        for trade in trades:
            total += trade.price * trade.size * rate * scale
        return total + sum(extra), random.random(), np.random.random()


def fill(target, values):
    for value in values:
        target.append(value + helper.ONE)


def count(n):
    for i in range(n):
        yield i


scale = int(sys.argv[1])
random.seed(5)
np.random.seed(6)
print(Report().notional([Trade(1.5, 2), Trade(2.5, 4)], 1.0))
numbers = []
fill(numbers, [1.0, 2.0])
print(numbers, sum(count(10)))
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "client" / "program.py"
    path.parent.mkdir()
    path.write_text(PROGRAM)
    path.with_name("helper.py").write_text("ONE = 1\n")
    return path


def an_audit(program: Path, function: str) -> Audit:
    """With one finding, in this function."""
    line = PROGRAM.splitlines().index(next(x for x in PROGRAM.splitlines() if function in x)) + 1
    place = {"file": str(program), "first_line": line, "last_line": line, "function": function}
    found = fixtures.finding("python_number_loop", 0.9, 5.0, **place)
    return fixtures.audit(findings=(found,))


def made(program: Path, function: str) -> Path:
    """The folder of a new study."""
    folder = program.parents[1] / "study"
    client = Client("script", "program.py", ("3",), cwd=program.parent)
    scaffold(client, an_audit(program, function), folder, 60)
    return folder


def reproduce(folder: Path) -> str:
    command = [sys.executable, "-B", "-m", "qpp", "reproduce", "--check", "study:study"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    return done.stdout


def test_a_function_with_its_call_its_globals_and_the_classes_of_the_script(program: Path) -> None:
    folder = made(program, "notional")
    for rewritten in (None, folder / "rewritten.py"):
        recording = Recording(folder / "call.pickle", rewritten)
        output = recording.run(**recording.arguments())
        total, *drawn = output["result"]
        assert total == 0.5 * 3 * (1.5 * 2 + 2.5 * 4) + 1.0
        assert drawn == [random.Random(5).random(), np.random.RandomState(6).random()]
    assert (folder / "rewritten.py").read_text() == PROGRAM
    with pytest.raises(AuditError, match=r"holds study\.py already"):
        check_folder(folder)


@pytest.mark.thorough
def test_a_wrong_rewrite_is_found(program: Path) -> None:
    folder = made(program, "notional")
    text = (folder / "rewritten.py").read_text()
    wrong = text.replace("total += trade", "total += 1.001 * trade")
    (folder / "rewritten.py").write_text(wrong)
    assert "disagree" in reproduce(folder)


@pytest.mark.thorough
def test_a_function_that_changes_its_arguments_is_compared_by_them(program: Path) -> None:
    folder = made(program, "fill")
    recording = Recording(folder / "call.pickle")
    for _ in range(2):  # the arguments are as they were
        output = recording.run(**recording.arguments())
        assert output["arguments"][0] == [2.0, 3.0]


@pytest.mark.thorough
def test_a_generator_is_compared_by_what_the_program_prints(program: Path) -> None:
    folder = made(program, "count")
    assert "is a generator" in (folder / "study.py").read_text()
    assert (folder / "rewritten.py").read_text() == PROGRAM
    text = PROGRAM.replace("range(n)", "range(n + 1)")
    (folder / "rewritten.py").write_text(text)
    assert "disagree" in reproduce(folder)


def test_definitions_run_nothing(program: Path) -> None:
    module = definitions(program)
    assert module.RATE == 0.5
    assert module.Trade(1.0, 2).size == 2
    assert not hasattr(module, "scale")


def test_any_output_becomes_arrays() -> None:
    frame = {"a": [1.0, 2.0], "b": ["x", "yz"]}
    found = arrays({"pandas": pd.DataFrame(frame), "polars": pl.DataFrame(frame)})
    assert found["pandas.a"].tolist() == found["polars.a"].tolist() == [1.0, 2.0]
    assert all(array.dtype.kind in "biufcmM" for array in found.values())
    other = arrays({"pandas": pd.DataFrame(frame | {"b": ["x", "yy"]})})
    differ = [name for name in other if not np.array_equal(found[name], other[name])]
    assert differ
    assert all(name.startswith("pandas.b") for name in differ)
    assert arrays(None)["output"].size == 0
    assert arrays([1.0, None])["output"].shape == (2,)
    assert arrays([(1, "a")])["[0][0]"].tolist() == 1
