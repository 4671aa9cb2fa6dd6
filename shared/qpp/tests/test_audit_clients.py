"""The demonstration's clients: each optimised version prints what the client prints."""

import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

CLIENTS = Path(__file__).parents[1] / "examples" / "clients"
RTOL = 1e-6  # of a printed figure: the last digit may be rounded the other way

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small data of the same kind."""
    spec = spec_from_file_location("clients_data", CLIENTS / "data.py")
    assert spec is not None and spec.loader is not None
    data = module_from_spec(spec)
    spec.loader.exec_module(data)
    path = tmp_path_factory.mktemp("clients")
    data.simulated_prices(700).write_csv(path / "prices.csv")
    data.quotes(path / "quotes.json")
    data.messages(path / "messages.csv", count=5_000, resting=200)
    return path


def report(client: str, script: str, *arguments: str) -> str:
    command = [sys.executable, "-B", CLIENTS / client / script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("client", "file", "options"),
    [
        ("replay", "messages.csv", ()),
        pytest.param("backtest", "prices.csv", ("--years", "2"), marks=pytest.mark.thorough),
        pytest.param("pricer", "quotes.json", ("--paths", "300"), marks=pytest.mark.thorough),
    ],
)
def test_the_optimised_version_prints_the_same_report(
    folder: Path, client: str, file: str, options: tuple[str, ...]
) -> None:
    arguments = (str(folder / file), *options)
    before = report(client, f"{client}.py", *arguments)
    after = report(client, "optimised.py", *arguments)
    number = r"-?\d[\d,]*\.?\d*"
    assert re.sub(number, "#", after) == re.sub(number, "#", before)
    pairs = zip(re.findall(number, after), re.findall(number, before), strict=True)
    for new, old in pairs:
        assert float(new.replace(",", "")) == pytest.approx(float(old.replace(",", "")), rel=RTOL)
    assert len(before.splitlines()) >= 4
