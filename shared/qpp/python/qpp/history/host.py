"""The machine of a point, from its result file: its name and asv's description of it.

asv makes a new series whenever one of its fields changes (a kernel update, a container with
another amount of memory), so they are kept coarse. What may change along a series (kernel,
governor, compiler, versions of packages) is kept with every point.
"""

import os
import re
from collections.abc import Mapping
from typing import Any

from qpp.history import HistoryError

VARIABLE = "QPP_MACHINE"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def name_of(given: str | None, provenance: Mapping[str, Any]) -> str:
    """The name of a machine: given, from ``QPP_MACHINE``, or made from its processor.

    Never the host name: in a container it is random, elsewhere it is private.

    >>> name_of(None, {"cpu": "AMD EPYC 9B14 (R)", "usable_cores": 2})
    'amd-epyc-9b14-2-cores'
    """
    name = given or os.environ.get(VARIABLE)
    if name is None:
        words = re.findall(r"[a-z0-9]+", str(provenance.get("cpu")).lower())
        noise = {"r", "tm", "cpu", "processor", "family", "model", "core", "with", "ghz"}
        kept = [w for w in words if w not in noise] or ["machine"]
        return f"{'-'.join(kept)[:40].rstrip('-')}-{provenance.get('usable_cores')}-cores"
    if not _NAME.fullmatch(name):
        raise HistoryError(
            f"machine name {name!r}: expected 1 to 64 letters, digits, '.', '_' or '-'"
        )
    return name


def for_asv(name: str, provenance: Mapping[str, Any]) -> dict[str, Any]:
    """``machine.json``: asv's six fields."""
    gib = round((provenance.get("memory") or 0) / 2**30)
    return {
        "machine": name,
        "os": str(provenance.get("os")).split(" ")[0],
        "arch": str(provenance.get("architecture")),
        "cpu": str(provenance.get("cpu")),
        "num_cpu": str(provenance.get("usable_cores")),
        "ram": f"{gib} GiB",
        "version": 1,
    }
