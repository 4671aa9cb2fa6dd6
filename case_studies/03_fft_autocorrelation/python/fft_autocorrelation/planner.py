"""Which method the planner chooses, why, and its calibration to a machine."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from fft_autocorrelation import _rust
from fft_autocorrelation._validation import last_lag, observation_count

# Nanoseconds of a piece of work: what is outside was not measured.
MIN_NS, MAX_NS = 1e-6, 1e12


@dataclass(frozen=True)
class Costs:
    """The planner's choice and the seconds it expects of each method.

    Attributes
    ----------
    method
        What ``method="auto"`` does: the one with the least time.
    direct, blocked, fft
        Seconds expected of one call on one thread, by the cost model in use: the shipped one,
        or this machine's after :func:`calibrate`.

    Examples
    --------
    >>> costs = choose(1_000_000, 10)
    >>> costs.method, costs.direct < costs.fft
    ('direct', True)
    """

    method: Literal["direct", "blocked", "fft"]
    direct: float
    blocked: float
    fft: float


def choose(n: int, max_lag: int | None = None) -> Costs:
    """What ``method="auto"`` does for ``n`` observations up to ``max_lag``, and why.

    Nothing is computed and nothing of size ``n`` is made.

    Parameters
    ----------
    n
        Observations of the series, 1 to 2**48.
    max_lag
        The last lag, ``0 <= max_lag < n``. Default: all, ``n - 1``.

    Returns
    -------
    :class:`Costs`: the method, and the seconds expected of all three.

    Raises
    ------
    ValueError
        ``n`` or ``max_lag`` out of range.
    TypeError
        ``n`` or ``max_lag`` is not an integer.

    Examples
    --------
    >>> choose(100, 50).method
    'direct'
    >>> choose(10_000_000, 1_000).method
    'blocked'
    >>> choose(1_000_000).method
    'fft'
    """
    n = observation_count(n)
    method, (direct, blocked, fft) = _rust.plan(n, last_lag(max_lag, n))
    return Costs(method, direct * 1e-9, blocked * 1e-9, fft * 1e-9)


def calibrate(*, remember: bool = True, again: bool = False) -> Path | None:
    """Fit the planner's cost model to this machine: about a second, once.

    A process uses the shipped figures until it calls this. Results change by rounding only,
    where another method is chosen.

    Parameters
    ----------
    remember
        Keep the figures in the user's cache folder (``XDG_CACHE_HOME``, ``LOCALAPPDATA`` or
        ``~/.cache``), one file per processor model, instruction set and version of this
        package, and read them from there the next time (default).
    again
        Measure even where figures are kept. Default off.

    Returns
    -------
    The file of the figures; ``None`` with ``remember=False``, or where there is no such folder
    or it cannot be written. A file that holds anything but plausible figures is measured anew.

    Examples
    --------
    >>> calibrate(remember=False)  # doctest: +SKIP
    >>> choose(1_000_000, 100)  # what this machine does  # doctest: +SKIP
    """
    path = _cache_file() if remember else None
    if path is not None and not again and (stored := _read_figures(path)) is not None:
        try:
            _rust.use_costs(stored)
            return path
        except ValueError:
            pass  # of another version
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


def _read_figures(path: Path) -> list[float] | None:
    """The figures of a file; ``None`` if it holds anything else."""
    try:
        figures: Any = json.loads(path.read_text(encoding="ascii"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(figures, list) or not figures:
        return None
    if not all(type(f) in (int, float) and MIN_NS <= f <= MAX_NS for f in figures):
        return None
    return [float(f) for f in figures]


def _cache_file() -> Path | None:
    """The file of the figures; ``None`` for a user without a home directory."""
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    try:
        folder = Path(home) if home else Path.home() / ".cache"
    except RuntimeError:
        return None
    key = hashlib.sha256(f"{_processor()} {_rust.simd()}".encode()).hexdigest()[:16]
    return folder / "fft_autocorrelation" / f"costs-{_version()}-{key}.json"


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line
    except (OSError, ValueError):
        pass
    return platform.processor() or platform.machine()


def _version() -> str:
    try:
        return metadata.version("fft-autocorrelation")
    except metadata.PackageNotFoundError:
        return "unknown"
