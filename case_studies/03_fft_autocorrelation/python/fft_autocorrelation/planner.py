"""Which method the planner chooses, why, and its calibration to a machine."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fft_autocorrelation import _rust
from fft_autocorrelation.checks import last_lag


@dataclass(frozen=True)
class Costs:
    """The planner's choice and the seconds it expects of each method."""

    method: Literal["direct", "blocked", "fft"]
    direct: float
    blocked: float
    fft: float


def choose(n: int, max_lag: int | None = None) -> Costs:
    """What ``method="auto"`` does for ``n`` observations and ``max_lag`` lags, and why.

    Examples
    --------
    >>> choose(100, 50).method
    'direct'
    >>> choose(10_000_000, 1_000).method
    'blocked'
    >>> choose(1_000_000).method
    'fft'
    """
    method, (direct, blocked, fft) = _rust.plan(n, last_lag(max_lag, n))
    return Costs(method, direct * 1e-9, blocked * 1e-9, fft * 1e-9)


def calibrate(*, remember: bool = True, again: bool = False) -> Path | None:
    """Fit the planner's cost model to this machine: about two seconds, once.

    Parameters
    ----------
    remember
        Keep the figures in the user's cache folder, one file per processor and version of
        this package, and read them from there the next time (default). A process uses the
        shipped figures until it calls this.
    again
        Measure even where figures are kept.

    Returns
    -------
    The file of the figures, ``None`` with ``remember=False`` or where it cannot be written.
    """
    path = _cache_file() if remember else None
    if path is not None and not again:
        try:
            _rust.use_costs(json.loads(path.read_text(encoding="ascii")))
            return path
        except (OSError, ValueError, TypeError):
            pass  # absent, unreadable or of another version: measure
    figures = _rust.measure_costs()
    _rust.use_costs(figures)
    if path is None:
        return None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(figures), encoding="ascii")
    except OSError:
        return None
    return path


def _cache_file() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    folder = Path(home) if home else Path.home() / ".cache"
    processor = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                processor = line
                break
    except OSError:
        pass
    key = hashlib.sha256(f"{processor}{_rust.simd()}".encode()).hexdigest()[:16]
    return folder / "fft_autocorrelation" / f"costs-1-{key}.json"
