"""Provenance: the machine and the versions behind a figure; and memory bandwidth.

The bandwidth is measured on a working set of a given size: it is the denominator of ``limit`` rows.
"""

import contextlib
import functools
import os
import platform
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import numpy as np
import psutil

PACKAGES = (
    *("qpp-harness", "numpy", "pandas", "polars", "scipy", "numba", "matplotlib", "vectorbt"),
    *("vectorbt-rust", "statsmodels", "ducc0", "pyFFTW", "QuantLib", "cupy-cuda12x", "jax"),
    *("torch", "hmmlearn", "emcee", "arviz"),
)


def provenance() -> dict[str, Any]:
    """Machine, versions and commit; unknown entries are ``None``."""
    virtual = "hypervisor" in (_read("/proc/cpuinfo") or "") or None
    status = _output("git", "status", "--porcelain", empty=True)
    return {
        "cpu": cpu_model(),
        "cores": {"logical": os.cpu_count(), "physical": psutil.cpu_count(logical=False)},
        "usable_cores": usable_cores(),
        "caches": caches(),
        "memory": psutil.virtual_memory().total,
        "os": f"{platform.system()} {platform.release().split('-')[0]}",
        "architecture": platform.machine(),
        "virtual": virtual and (_output("systemd-detect-virt") or "yes"),
        "governor": _read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "load": load(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "rustc": _output("rustc", "--version"),
        "gpu": _output("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"),
        "packages": packages(),
        "commit": _output("git", "rev-parse", "HEAD"),
        "dirty": None if status is None else bool(status),
    }


def load() -> list[float] | None:
    """The load averages of 1, 5 and 15 minutes; ``None`` where the system has none."""
    return [round(x, 2) for x in os.getloadavg()] if hasattr(os, "getloadavg") else None


def seconds_of_others() -> float | None:
    """Processor seconds of every process but this one and its children, since the machine started.

    Also of processes that have ended since; ``None`` where the system does not tell. The hypervisor
    counts as one, where it gives the processor to another machine.
    """
    if os.name == "nt":  # it does not count what children took that have ended
        return None
    every, own = psutil.cpu_times(), os.times()
    kinds = ("user", "nice", "system", "irq", "softirq", "steal")
    taken: float = sum(getattr(every, kind, 0.0) for kind in kinds) - sum(own[:4])
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            taken -= sum(child.cpu_times()[:4])
    return taken


class Others:
    """What other processes take from now on, in cores."""

    def __init__(self) -> None:
        self._began, self._before = time.monotonic(), seconds_of_others()

    def cores(self) -> float | None:
        """On average so far; ``None`` where the system does not tell."""
        now = seconds_of_others()
        if now is None or self._before is None:
            return None
        return round(max(0.0, now - self._before) / (time.monotonic() - self._began), 2)

    def first(self, seconds: float = 0.25) -> float | None:
        """The same, after so many seconds of waiting."""
        time.sleep(seconds)
        return self.cores()


def load_before(provenance: Mapping[str, Any]) -> float | None:
    """The load of the minute before a run; ``None`` where it is not known."""
    found = provenance.get("load")
    first = found[0] if isinstance(found, list) and found else None
    return first if isinstance(first, int | float) else None


def busy(provenance: Mapping[str, Any]) -> str:
    """What says that times were not taken on a quiet machine; empty where nothing does.

    A machine is busy where other processes took more than half a core during the run. Where that
    is not known: where the load of the minute before was above half its cores, which may have been
    set-up's own.
    """
    cores, before = provenance.get("usable_cores"), load_before(provenance)
    other = provenance.get("other_processes", provenance.get("other_process"))
    found = ""
    if isinstance(other, int | float):
        if other > 0.5:
            found = f"other processes took {other:.1f} of its cores"
    elif before is not None and isinstance(cores, int) and before > cores / 2:
        found = f"its load before the run was {before:.1f}, expected at most {cores / 2:g}"
    return f"The machine was busy: {found}. Times may be wrong." if found else ""


def cpu_model() -> str:
    """The name of the processor, with family and model where the name has no digit."""
    text = _read("/proc/cpuinfo") or ""
    fields: dict[str, str] = dict(
        re.findall(r"^(model name|cpu family|model)\s*:\s*(.+)$", text, re.M)
    )
    name: str | None = fields.get("model name")
    if name:
        vague = not re.search(r"\d", name)
        detail = f" (family {fields.get('cpu family')}, model {fields.get('model')})"
        return name + (detail if vague else "")
    if platform.system() == "Darwin":
        return _output("sysctl", "-n", "machdep.cpu.brand_string") or platform.machine()
    return platform.processor() or platform.machine()


def usable_cores() -> int:
    """Cores this process may run on (an affinity mask or container may grant fewer)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def caches() -> dict[str, str]:
    """Sizes of core 0's caches, as the kernel reports them (Linux)."""
    found: dict[str, str] = {}
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = (_read(index / n) for n in ("level", "type", "size"))
        if level and size and kind:
            suffix = {"Data": "d", "Instruction": "i"}.get(kind, "")
            found[f"L{level}{suffix}"] = size
    return found


def packages() -> dict[str, str]:
    """Versions of the installed packages whose speed a study may depend on."""
    from qpp.registry import GROUP

    wanted = {name.lower() for name in PACKAGES}
    versions: dict[str, str] = {}
    for distribution in distributions():
        name = distribution.metadata["Name"]
        registers = any(point.group == GROUP for point in distribution.entry_points)
        if name and (name.lower() in wanted or registers):
            versions[name] = distribution.version
    return dict(sorted(versions.items(), key=lambda item: item[0].lower()))


@functools.cache
def bandwidth(nbytes: int) -> float:
    """Memory bandwidth in bytes per second, one thread, on ``nbytes`` of working set.

    The best of a copy (read + write) and a maximum (read only), each repeated for at
    least 50 ms: a ceiling for any implementation that touches as many bytes. Neither
    ever uses a second thread. Sizes are rounded to a power of two so that few are
    measured.
    """
    size = 1 << max(16, min(28, int(np.ceil(np.log2(max(1, nbytes))))))
    items = size // 16
    both = np.ones(2 * items)
    a, b = both[:items], both[items:]
    best = 0.0
    for operation in (lambda: np.copyto(b, a), both.max):
        until = time.perf_counter() + 0.05
        while True:
            start = time.perf_counter()
            operation()
            end = time.perf_counter()
            best = max(best, size / max(end - start, 1e-9))
            if end > until:
                break
    return best


def _read(path: str | Path) -> str | None:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError:
        return None


def _output(*command: str, empty: bool = False) -> str | None:
    if shutil.which(command[0]) is None:
        return None
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    text = done.stdout.strip()
    return text if done.returncode == 0 and (text or empty) else None
