"""Which kernels run: compiled ones in Rust, or the readable ones in NumPy.

``"auto"``, the default, takes Rust where the extension imports and Python elsewhere, and says so
once on the logger ``hft_py``. A choice is made, strongest first,

1. by the argument ``backend=`` of a function,
2. by :func:`use_backend` around it,
3. by the environment variable ``HFT_PY_BACKEND``.

Both sets give the same results (the tests compare them) and raise the same errors. Only under
``"auto"`` is there a fallback, and it covers two things: an extension that does not import, and an
internal failure of a compiled kernel, logged with its cause. A caller's mistake is never retried.
"""

from __future__ import annotations

import contextvars
import functools
import importlib
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from hft_py.errors import BackendUnavailableError, InternalError

BACKENDS = ("auto", "rust", "python")
VARIABLE = "HFT_PY_BACKEND"

_log = logging.getLogger("hft_py")
_context: contextvars.ContextVar[str | None] = contextvars.ContextVar(
    "hft_py_backend", default=None
)


def _validated(name: Any, source: str) -> str:
    if isinstance(name, str) and name in BACKENDS:
        return name
    error = ValueError if isinstance(name, str) else TypeError
    raise error(f'{source}={name!r}, expected "auto", "rust" or "python"')


@functools.cache
def _extension() -> tuple[ModuleType | None, str]:
    """The extension, or why there is none; tried once per process."""
    try:
        module = importlib.import_module("hft_py._rust")
    except ImportError as error:
        _log.warning("backend: python, as the compiled kernels do not import: %s", error)
        return None, str(error)
    _log.info("backend: rust")
    return module, ""


def extension() -> ModuleType:
    """The extension module, or a :class:`BackendUnavailableError`."""
    module, reason = _extension()
    if module is None:
        raise BackendUnavailableError(
            f"the compiled kernels do not import ({reason}): install the wheel of hft-py, "
            'or choose backend="python"'
        )
    return module


def require_release_build() -> None:
    """What a study calls before it times anything: a debug build would be timed for nothing."""
    if extension().build_profile() != "release":
        raise RuntimeError("the extension is a debug build: run `make develop`")


def requested_backend(backend: str | None = None) -> str:
    """The backend asked for: ``"auto"``, ``"rust"`` or ``"python"``."""
    if backend is not None:
        return _validated(backend, "backend")
    chosen = _context.get()
    return (
        chosen if chosen is not None else _validated(os.environ.get(VARIABLE) or "auto", VARIABLE)
    )


def active_backend(backend: str | None = None) -> str:
    """The backend that would run now: ``"rust"`` or ``"python"``.

    Parameters
    ----------
    backend
        What a function would be given; None, the default, for a function given nothing.

    Raises
    ------
    ValueError
        For an unknown name.
    BackendUnavailableError
        ``"rust"`` is asked for by name and the extension does not import.

    Examples
    --------
    >>> with use_backend("python"):
    ...     active_backend()
    'python'
    """
    asked = requested_backend(backend)
    if asked == "python":
        return asked
    if asked == "rust":
        extension()
        return asked
    return "python" if _extension()[0] is None else "rust"


@contextmanager
def use_backend(name: str) -> Iterator[None]:
    """Choose the backend of everything called inside, in this thread or task.

    Parameters
    ----------
    name
        ``"auto"``, ``"rust"`` or ``"python"``.

    Raises
    ------
    ValueError
        For an unknown name.
    BackendUnavailableError
        ``"rust"`` is asked for and the extension does not import.

    Examples
    --------
    >>> with use_backend("python"):
    ...     with use_backend("auto"):
    ...         pass
    ...     active_backend()
    'python'
    """
    if _validated(name, "name") == "rust":
        extension()
    token = _context.set(name)
    try:
        yield
    finally:
        _context.reset(token)


class KernelSet:
    """The functions of one module in one language, for one run.

    ``name`` is ``"rust"`` or ``"python"``: what was chosen, and ``"python"`` from the moment that
    a compiled kernel failed internally and Python answered.
    """

    def __init__(self, module: str, name: str, fallback: bool) -> None:
        self.module = module
        self.name = name
        self._functions = (
            getattr(extension(), module)
            if name == "rust"
            else importlib.import_module(f"hft_py.{module}.baseline")
        )
        self._fallback = fallback

    def __repr__(self) -> str:
        return f"KernelSet({self.module!r}, {self.name!r})"

    def __getattr__(self, function: str) -> Any:
        found = getattr(self._functions, function)
        guarded = self._fallback and self.name == "rust"
        if guarded and callable(found) and not isinstance(found, type):
            found = self._guarded(function, found)
        self.__dict__[function] = found
        return found

    def _guarded(self, function: str, compiled: Callable[..., Any]) -> Callable[..., Any]:
        """The compiled function; where it fails internally, the Python one."""

        def call(*arguments: Any, **named: Any) -> Any:
            try:
                return compiled(*arguments, **named)
            except InternalError as error:
                _log.error("%s.%s failed in Rust, using Python: %s", self.module, function, error)
                self.name = "python"
                spare = importlib.import_module(f"hft_py.{self.module}.baseline")
                return getattr(spare, function)(*arguments, **named)

        return call

    @property
    def words(self) -> str:
        """For a log: which kernels answered."""
        return words(self.name, "auto" if self._fallback else self.name)


def words(answered: str, backend: str | None) -> str:
    """For a log: the kernels that answered, and whether others were wished for."""
    if answered == "rust":
        return "Rust backend"
    return "Python fallback" if requested_backend(backend) == "auto" else "Python backend"


def kernels(module: str, backend: str | None = None) -> KernelSet:
    """The kernel set of a module (``"hmm"``, ``"mcmc"``, ``"mle"``) as chosen now, for one run."""
    asked = requested_backend(backend)
    return KernelSet(module, active_backend(asked), asked == "auto")
