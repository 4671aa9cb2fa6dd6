"""Where compiled strategies are kept, and how files there are replaced."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

VARIABLE = "ALLOCATION_O2_CACHE"
SUFFIXES = (".so", ".dylib", ".dll")
SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
PREFIX = "" if sys.platform == "win32" else "lib"
_KEPT = 100


def folder() -> Path:
    """The cache of this user, made where it is missing; ``ALLOCATION_O2_CACHE`` names another.

    Where it cannot be written, a temporary folder that lasts as long as this process.
    """
    chosen = _chosen()
    try:
        for part in ("libraries", "builds"):
            (chosen / part).mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.access(chosen / "libraries", os.W_OK):
            return chosen
    except OSError:
        pass
    return _temporary()


def _chosen() -> Path:
    if named := os.environ.get(VARIABLE):
        return Path(named).absolute()
    home = Path("~").expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or home / ".cache"
    return Path(base) / "allocation_o2"


@lru_cache
def _temporary() -> Path:
    made = Path(tempfile.mkdtemp(prefix="allocation_o2-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    for part in ("libraries", "builds"):
        (made / part).mkdir()
    return made


def library(stem: str, key: str) -> Path:
    """Where the library of this source and this key is, or will be."""
    return folder() / "libraries" / f"{stem}-{key}{SUFFIX}"


def latest(stem: str) -> Path | None:
    """The library that was last compiled or used under this name."""
    found = (folder() / "libraries").glob("*" + SUFFIX)
    own = [path for path in found if path.name.rpartition("-")[0] == stem]
    return max(own, key=lambda path: path.stat().st_mtime, default=None)


def digest(*parts: bytes) -> str:
    """A name for this content."""
    known = hashlib.sha256()
    for part in parts:
        known.update(len(part).to_bytes(8, "little") + part)
    return known.hexdigest()[:20]


def replace(source: Path, target: Path) -> None:
    """Copy a file; whoever reads ``target`` meanwhile sees the former or the new one, whole."""
    handle, name = tempfile.mkstemp(prefix=".new-", dir=target.parent)
    os.close(handle)
    try:
        shutil.copyfile(source, name)
        Path(name).chmod(0o755)
        os.replace(name, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def prune() -> None:
    """Delete the libraries and builds that were not used for longest, where there are many."""
    for part in ("libraries", "builds"):
        known = []
        for path in (folder() / part).iterdir():
            with suppress(OSError):  # deleted by another process
                known.append((path.stat().st_mtime, path))
        for _, path in sorted(known, reverse=True)[_KEPT:]:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            with suppress(OSError):  # in use, on Windows
                path.unlink()


@contextmanager
def locked(place: Path) -> Iterator[None]:
    """One process at a time; the system ends the lock of a process that was killed."""
    with (place / ".lock").open("a+b") as file:
        if sys.platform == "win32":
            import msvcrt

            while True:
                with suppress(OSError):  # it gives up after ten seconds
                    msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                    break
        else:
            import fcntl

            with suppress(OSError):  # a file system without locks
                fcntl.flock(file, fcntl.LOCK_EX)
        yield
