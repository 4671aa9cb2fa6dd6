"""Runs asv in a temporary folder.

asv would write into the committed results, name the environment after a path, and store
machines in the home directory. So its results and its machine file go to a temporary folder;
:mod:`qpp.history.store` checks and stores the results.
"""

import importlib.util
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

from qpp.history import HistoryError, index
from qpp.history.checkout import CONFIGURATION, Checkout
from qpp.history.store import MACHINE, Json, read_benchmarks, read_result

# asv has no option for the machine file; without this it writes to the home directory.
_LAUNCH = """
import sys
from asv.machine import MachineCollection
path = sys.argv.pop(1)
MachineCollection.get_machine_file_path = staticmethod(lambda: path)
from asv.main import main
main()
"""
SOME_FAILED = 2


def require_asv() -> None:
    """Refuse to start without asv."""
    for module in ("asv", "asv_runner"):
        if importlib.util.find_spec(module) is None:
            raise HistoryError(f"{module} is not installed: run `make develop`")


def configuration(checkout: Checkout, **changes: str) -> Json:
    """``asv.conf.json`` with absolute paths, for use from another folder."""
    path = checkout.root / CONFIGURATION
    try:
        conf = json.loads(path.read_text(encoding="utf-8"))
        conf["repo"] = str(checkout.root)
        for key in ("benchmark_dir", "results_dir", "html_dir", "env_dir"):
            conf[key] = str(checkout.root / conf[key])
    except (OSError, ValueError, KeyError) as error:
        raise HistoryError(f"{path} is damaged: {error!r}") from error
    return {**conf, **changes}


def run(
    checkout: Checkout,
    folder: Path,
    *,
    commit: str,
    machine: dict[str, str],
    names: dict[str, Any],
    full: bool = False,
    verbose: bool = False,
) -> tuple[Json, Json]:
    """Let asv measure; returns its result and its description of the benchmarks.

    ``folder`` is scratch space; ``names`` is what :func:`qpp.history.index.build` made.
    Threads are pinned to one for everything asv starts; an implementation that declares
    another count gets it in its own process.
    """
    from qpp.measure.worker_client import thread_environment

    require_asv()
    listed = folder / "index.json"
    listed.write_text(json.dumps(names), encoding="utf-8")
    environment = {
        **os.environ,
        **thread_environment(1),
        # asv takes PYTHONPATH away from benchmarks, unless it is given like this.
        "ASV_PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        index.VARIABLE: str(listed),
        index.PRESET: "full" if full else "quick",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "Agg",
    }
    results = folder / "results"
    conf = configuration(checkout, results_dir=str(results), html_dir=str(folder / "html"))
    arguments = [
        "run",
        *("-E", f"existing:{sys.executable}"),
        *("--set-commit-hash", commit),
        *("--machine", machine["machine"]),
        # Forking saves asv's own imports for every figure. It is safe because the suite
        # imports nothing that has threads or state before the fork: see its docstring.
        *("--launch-method", "forkserver" if hasattr(os, "fork") else "spawn"),
        *(["--show-stderr"] if verbose else []),
    ]
    code = invoke(conf, folder, arguments, machine=machine, environment=environment)
    found = [p for p in (results / machine["machine"]).glob("*.json") if p.name != MACHINE]
    if code not in (0, SOME_FAILED) or len(found) != 1:
        raise HistoryError(
            f"asv stopped with exit code {code} and {len(found)} results: nothing was recorded"
        )
    return read_result(found[0]).data, read_benchmarks(results)


def invoke(
    conf: Json,
    folder: Path,
    arguments: list[str],
    *,
    machine: dict[str, str] | None = None,
    environment: dict[str, str] | None = None,
) -> int:
    """Run one asv command with a configuration of our own; its exit code.

    On Ctrl-C everything asv started is ended before ``KeyboardInterrupt`` goes on.
    """
    machines = folder / "machines.json"
    known = {machine["machine"]: machine} if machine else {}
    machines.write_text(json.dumps({**known, "version": 1}), encoding="utf-8")
    settings = folder / "asv.conf.json"
    settings.write_text(json.dumps(conf), encoding="utf-8")
    command = [sys.executable, "-c", _LAUNCH, str(machines), *arguments]
    process = subprocess.Popen(
        [*command, "--config", str(settings)], env=environment, stdin=subprocess.DEVNULL
    )
    try:
        return process.wait()
    except BaseException:
        _end(process)
        raise


def _end(process: subprocess.Popen[bytes]) -> None:
    """Send SIGINT, then kill the processes that remain."""
    try:
        family = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for relative in family:
        if relative.is_running():
            relative.kill()
    psutil.wait_procs(family, timeout=5)
