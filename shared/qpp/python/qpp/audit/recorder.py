"""Runs inside a client's program: keeps the arguments of the first call of one function.

The launcher loads it as a file, so it imports nothing but the standard library. Once the call has
returned, the program and what it started are killed.
"""

import inspect
import os
import pickle
import random
import signal
import sys
import threading
from types import CodeType, FrameType, ModuleType
from typing import Any

LARGEST = 1 << 28  # bytes of a recording: beyond, the function is run with its program instead
TOO_LARGE = f"its data are larger than {LARGEST >> 20} MiB"
SUSPENDS = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


class RefusedError(Exception):
    """The call cannot be kept, and why."""


class Recorder:
    """A profile function that waits for one call and its return."""

    def __init__(self, file: str, function: str, out: str) -> None:
        self.file, self.function, self.out = os.path.realpath(file), function, out
        self.frame: FrameType | None = None
        self.arguments: Any = None
        self.kept: dict[str, Any] = {}
        self.codes: dict[CodeType, bool] = {}

    def __call__(self, frame: FrameType, event: str, value: Any) -> None:
        if event == "call" and self.frame is None and self._wanted(frame.f_code):
            self.frame = frame
            self._try(self._before, frame)
        elif event == "return" and frame is self.frame:
            self._try(self._after, value)
            self._write(self.kept)

    def _wanted(self, code: CodeType) -> bool:
        if code not in self.codes:
            same = code.co_qualname == self.function
            self.codes[code] = same and os.path.realpath(code.co_filename) == self.file
        return self.codes[code]

    def _try(self, step: Any, value: Any) -> None:
        try:
            step(value)
        except Exception as error:
            named = isinstance(error, RefusedError)
            self._write({"error": str(error) if named else f"{type(error).__name__}: {error}"})

    def _before(self, frame: FrameType) -> None:
        if frame.f_code.co_flags & SUSPENDS:
            raise RefusedError("it is a generator or a coroutine")
        names = frame.f_globals
        self.arguments = arguments(frame)
        self.kept = {
            "file": self.file,
            "function": self.function,
            "module": names.get("__name__", "__main__"),
            "package": names.get("__package__") or "",
            "path": [p for p in sys.path if p],
            "arguments": pickled(self.arguments),
            "globals": data(names),
            "random": random.getstate(),
        }
        if "numpy" in sys.modules:
            self.kept["numpy"] = pickled(sys.modules["numpy"].random.get_state())

    def _after(self, value: Any) -> None:
        try:
            pickled(value)
        except Exception as error:
            raise RefusedError(f"what it returns cannot be stored: {error}") from None
        self.kept["changes"] = pickled(self.arguments) != self.kept["arguments"]
        if value is None and not self.kept["changes"]:
            raise RefusedError("it returns nothing and changes none of its arguments")

    def _write(self, kept: dict[str, Any]) -> None:
        sys.setprofile(None)
        threading.setprofile(None)
        temporary = f"{self.out}.{os.getpid()}"
        with open(temporary, "wb") as stream:
            pickle.dump(kept, stream)
        os.replace(temporary, self.out)
        os.killpg(os.getpgrp(), signal.SIGKILL)  # a process group of its own


def arguments(frame: FrameType) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Positional and keyword arguments of a call."""
    names, rest, keywords, values = inspect.getargvalues(frame)
    count = frame.f_code.co_argcount
    positional = [values[name] for name in names[:count]] + [*values.get(rest or "", ())]
    named = {name: values[name] for name in names[count:]} | values.get(keywords or "", {})
    return tuple(positional), named


def data(names: dict[str, Any]) -> dict[str, bytes]:
    """The module's variables that hold data."""
    found: dict[str, bytes] = {}
    for name, value in list(names.items()):
        if name.startswith("__") or isinstance(value, ModuleType) or callable(value):
            continue
        try:
            found[name] = pickled(value)
        except Exception:
            continue
    if sum(map(len, found.values())) > LARGEST:
        raise RefusedError(TOO_LARGE)
    return found


def pickled(value: Any) -> bytes:
    """A value as bytes; the largest that are kept have a limit."""
    text = pickle.dumps(value, protocol=5)
    if len(text) > LARGEST:
        raise RefusedError(TOO_LARGE)
    return text


def start(file: str, function: str, out: str) -> None:
    """Wait for the first call of a function of a file."""
    recorder = Recorder(file, function, out)
    threading.setprofile(recorder)
    sys.setprofile(recorder)
