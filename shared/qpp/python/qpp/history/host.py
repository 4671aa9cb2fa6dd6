"""The machine of a point: its name, asv's description of it, and further facts.

asv makes a new series whenever one of its six fields changes (a kernel update, a
container with another amount of memory), so they are kept coarse. What may change along
a series (kernel, governor, BLAS, compiler, package versions) is stored beside them in
``machine.json`` and with every point, where it explains a change without starting a new series.
"""

import os
import platform
import re
from typing import Any

from qpp.history import HistoryError

VARIABLE = "QPP_MACHINE"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def provenance() -> dict[str, Any]:
    """The facts of :mod:`qpp.machine`, and NumPy's BLAS."""
    from qpp import machine

    return {**machine.provenance(), "blas": blas()}


def blas() -> str | None:
    """Name and version of the BLAS that NumPy was built with."""
    import numpy as np

    config: Any = np.show_config(mode="dicts")
    found = config.get("Build Dependencies", {}).get("blas", {})
    words = [str(found.get(key, "")) for key in ("name", "version")]
    return " ".join(w for w in words if w and w != "unknown") or None


def name_of(given: str | None, known: dict[str, Any]) -> str:
    """The name of this machine: given, from ``QPP_MACHINE``, or made from its processor.

    Never the host name: in a container it is random, elsewhere it is private.

    >>> name_of(None, {"cpu": "AMD EPYC 9B14 (R)", "usable_cores": 2})
    'amd-epyc-9b14-2-cores'
    """
    name = given or os.environ.get(VARIABLE)
    if name is None:
        words = re.findall(r"[a-z0-9]+", str(known["cpu"]).lower())
        noise = {"r", "tm", "cpu", "processor", "family", "model", "core", "with", "ghz"}
        kept = [w for w in words if w not in noise] or ["machine"]
        return f"{'-'.join(kept)[:40].rstrip('-')}-{known['usable_cores']}-cores"
    if not _NAME.fullmatch(name):
        raise HistoryError(
            f"machine name {name!r}: expected 1 to 64 letters, digits, '.', '_' or '-'"
        )
    return name


def for_asv(name: str, known: dict[str, Any]) -> dict[str, str]:
    """The six fields that identify a series."""
    gib = round(known["memory"] / 2**30)
    return {
        "machine": name,
        "os": platform.system(),
        "arch": str(known["architecture"]),
        "cpu": str(known["cpu"]),
        "num_cpu": str(known["usable_cores"]),
        "ram": f"{gib} GiB",
    }


def for_readers(name: str, known: dict[str, Any]) -> dict[str, Any]:
    """``machine.json``: the six fields and what asv does not ask for, as text."""
    caches = ", ".join(f"{level} {size}" for level, size in known["caches"].items())
    more = {"kernel": known["os"], "caches": caches, "gpu": known["gpu"] or "none"}
    more |= {key: known[key] for key in ("virtual", "governor", "blas", "python", "rustc")}
    text = {key: str(value) if value else "unknown" for key, value in more.items()}
    return {**for_asv(name, known), **text, "version": 1}
