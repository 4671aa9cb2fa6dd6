"""The demonstration's clients: each optimised version prints what the client prints."""

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"

pytestmark = pytest.mark.timeout(400)


def example(name: str) -> ModuleType:
    spec = spec_from_file_location("audit_example", EXAMPLES / name)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small data of the same kind."""
    data, path = example("clients/data.py"), tmp_path_factory.mktemp("clients")
    data.simulated_prices(700).write_csv(path / "prices.csv")
    data.quotes(path / "quotes.json")
    data.messages(path / "messages.csv", count=5_000, resting=200)
    return path


def test_the_script_that_makes_the_data_takes_help_for_no_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-B", str(EXAMPLES / "clients" / "data.py"), "--help"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "FOLDER" in done.stdout and not list(tmp_path.iterdir())


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
    printed = []
    for script in (f"{client}.py", "optimised.py"):
        path = EXAMPLES / "clients" / client / script
        command = [sys.executable, "-B", str(path), str(folder / file), *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        printed.append(done.stdout)
    assert example("audit_demo.py").agree(*printed)
    assert len(printed[0].splitlines()) >= 4
