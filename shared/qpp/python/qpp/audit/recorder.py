"""Runs inside a client's program: keeps the arguments of the first call of one function.

It is put in front of the program as ``sitecustomize``, so it imports nothing but the standard
library, and it works however the program is started. The variables ``QPP_RECORD_*`` name the
function and the file. Once the call has returned, the program and what it started are killed.
"""

import os
import pickle
import random
import signal
import sys
import threading
from types import CodeType, FrameType, ModuleType
from typing import Any

LARGEST = 1 << 28  # bytes of a recording: beyond, the function is run with its program instead
VARARGS, VARKEYWORDS, SUSPENDS = 0x04, 0x08, 0x20 | 0x80 | 0x200  # flags of code objects


class _TooLargeError(Exception):
    """More than ``LARGEST``."""


class _Recorder:
    """A profile function that waits for one call and its return."""

    def __init__(self, file: str, function: str, out: str) -> None:
        self.file = os.path.realpath(file)
        self.name = function.rpartition(".")[2]
        self.function = function
        self.out = out
        self.frame: FrameType | None = None
        self.arguments: Any = None
        self.kept: dict[str, Any] = {}
        self.codes: dict[CodeType, bool] = {}

    def __call__(self, frame: FrameType, event: str, value: Any) -> None:
        if event == "call":
            code = frame.f_code
            if code.co_name == self.name and self.frame is None and self._wanted(code):
                self.frame = frame
                try:
                    self._before(frame)
                except Exception as error:
                    self._write({"error": _reason(error)})
        elif event == "return" and frame is self.frame:
            try:
                self._after(value)
            except Exception as error:
                self._write({"error": _reason(error)})
            self._write(self.kept)

    def _wanted(self, code: CodeType) -> bool:
        if code not in self.codes:
            same = os.path.realpath(code.co_filename) == self.file
            self.codes[code] = same and code.co_qualname == self.function
        return self.codes[code]

    def _before(self, frame: FrameType) -> None:
        if frame.f_code.co_flags & SUSPENDS:
            raise TypeError("it is a generator or a coroutine")
        names = frame.f_globals
        self.arguments = _arguments(frame)
        self.kept = {
            "file": self.file,
            "function": self.function,
            "module": names.get("__name__", "__main__"),
            "package": names.get("__package__") or "",
            "path": [p for p in sys.path if p and p != os.path.dirname(os.path.abspath(__file__))],
            "cwd": os.getcwd(),
            "argv": sys.argv,
            "arguments": _pickled(self.arguments),
            "globals": _data(names),
            "random": random.getstate(),
        }
        if "numpy" in sys.modules:
            self.kept["numpy"] = _pickled(sys.modules["numpy"].random.get_state())

    def _after(self, value: Any) -> None:
        try:
            _pickled(value)
        except _TooLargeError:
            raise
        except Exception as error:
            raise TypeError(f"what it returns cannot be stored: {_reason(error)}") from None
        self.kept["returns"] = value is not None
        self.kept["changes"] = _pickled(self.arguments) != self.kept["arguments"]

    def _write(self, kept: dict[str, Any]) -> None:
        sys.setprofile(None)
        threading.setprofile(None)
        temporary = f"{self.out}.{os.getpid()}"
        with open(temporary, "wb") as stream:
            pickle.dump(kept, stream)
        os.replace(temporary, self.out)
        os.killpg(os.getpgrp(), signal.SIGKILL)  # a process group of its own


def _arguments(frame: FrameType) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Positional and keyword arguments of a call."""
    code, values = frame.f_code, frame.f_locals
    count = code.co_argcount
    names = code.co_varnames
    position = count + code.co_kwonlyargcount
    positional = [values[name] for name in names[:count]]
    keywords = {name: values[name] for name in names[count:position]}
    if code.co_flags & VARARGS:
        positional += values[names[position]]
        position += 1
    if code.co_flags & VARKEYWORDS:
        keywords.update(values[names[position]])
    return tuple(positional), keywords


def _data(names: dict[str, Any]) -> dict[str, bytes]:
    """The module's variables that hold data."""
    found: dict[str, bytes] = {}
    for name, value in list(names.items()):
        if name.startswith("__") or isinstance(value, ModuleType | type) or callable(value):
            continue
        try:
            found[name] = _pickled(value)
        except Exception:
            continue
    if sum(map(len, found.values())) > LARGEST:
        raise _TooLargeError
    return found


def _pickled(value: Any) -> bytes:
    text = pickle.dumps(value, protocol=5)
    if len(text) > LARGEST:
        raise _TooLargeError
    return text


def _reason(error: BaseException) -> str:
    if isinstance(error, _TooLargeError):
        return f"its arguments are larger than {LARGEST >> 20} MiB"
    return f"{type(error).__name__}: {error}"


def _start() -> None:
    wanted = [os.environ.get(f"QPP_RECORD_{name}", "") for name in ("FILE", "FUNCTION", "OUT")]
    if all(wanted):
        recorder = _Recorder(*wanted)
        threading.setprofile(recorder)
        sys.setprofile(recorder)


_start()
