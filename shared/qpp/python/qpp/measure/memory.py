"""Peak memory of one call: resident set of the process, and Python's own allocations.

``tracemalloc`` counts exactly what Python and NumPy allocate, and nothing of Polars or Rust.
The resident set counts all, but in pages, and only pages that were not resident before.
"""

import contextlib
import ctypes
import gc
import re
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")


def resident_growth(call: Callable[[], Any]) -> tuple[Any, int | None]:
    """Run ``call``; return its output and how far the resident set rose at its peak.

    On Linux the kernel's high-water mark is reset first. Elsewhere the mark cannot
    be reset: a rise is seen only where it passes everything before, else ``None``.
    """
    gc.collect()
    _trim()
    if CLEAR.exists():
        try:
            CLEAR.write_text("5", encoding="ascii")
        except OSError:  # not permitted in some containers: the mark then stays as it was
            return call(), None
        before = _field("VmRSS")
        output = call()
        return output, max(0, _field("VmHWM") - before)
    before = psutil.Process().memory_info().rss
    output = call()
    peak = _portable_peak()
    return output, max(0, peak - before) if peak is not None and peak > before else None


def python_peak(call: Callable[[], Any]) -> int:
    """Peak of Python's and NumPy's own allocations during ``call``, in bytes."""
    gc.collect()
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _field(name: str) -> int:
    match = re.search(rf"^{name}:\s+(\d+) kB", STATUS.read_text(encoding="ascii"), re.M)
    return int(match.group(1)) * 1024 if match else 0


def _portable_peak() -> int | None:
    info = psutil.Process().memory_info()
    windows_peak: int | None = getattr(info, "peak_wset", None)
    if windows_peak is not None:
        return windows_peak
    with contextlib.suppress(ImportError):
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    return None


def _trim() -> None:
    """Give freed heap back to the kernel, so that using it again counts as growth."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL("libc.so.6").malloc_trim(0)
