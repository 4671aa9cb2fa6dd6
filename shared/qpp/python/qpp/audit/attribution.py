"""From stacks to the client's own lines.

A stack is charged to one line: from the root, the first of the client's lines that calls a
library, or else the innermost line of the client. So the time of a library is the caller's, and the
time of a callback belongs to the line that handed it to the library. Modules that only run what
they are given (runpy, threads, executors, decorators) are looked through.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from qpp.audit.stacks import Frame, Stack

RUNNERS = frozenset(
    {
        *("asyncio", "click", "concurrent", "contextlib", "functools"),
        *("joblib", "multiprocessing", "runpy", "threading", "typer"),
    }
)
IMPORTING = "<frozen importlib"


@dataclass(frozen=True)
class Charge:
    """Whose a stack is: the client's lines from the root to the charged one.

    ``chain`` is empty while the program starts or ends. ``call`` is the library function that the
    charged line called (``module.function``), empty where it called none; ``callback`` the
    client's line that the library called back.
    """

    chain: tuple[Frame, ...] = ()
    call: str = ""
    callback: tuple[str, int] | None = None
    importing: bool = False

    @property
    def works(self) -> bool:
        """Whether this is work: not start-up, not an import."""
        return bool(self.chain) and not self.importing

    @property
    def where(self) -> tuple[str, int]:
        """The file and line that is charged."""
        return self.chain[-1].file, self.chain[-1].line


class Charging:
    """Charges stacks, each distinct one once.

    Parameters
    ----------
    owns
        Whether a file is the client's own.
    below
        Only what is called below a function of this name is work; empty: everything is.
    """

    def __init__(self, owns: Callable[[str], bool], below: str = "") -> None:
        self._owns = functools.cache(owns)
        self._below = below
        self._known: dict[Stack, Charge] = {}

    def __call__(self, stack: Stack) -> Charge:
        """The charge of a stack."""
        known = self._known.get(stack)
        if known is None:
            known = self._known[stack] = self._charge(stack)
        return known

    def _charge(self, stack: Stack) -> Charge:
        if self._below:
            names = [frame.name for frame in stack]
            if self._below not in names:
                return Charge()
            stack = stack[names.index(self._below) + 1 :]
        own = [self._owns(frame.file) for frame in stack]
        last = max((depth for depth, mine in enumerate(own) if mine), default=-1)
        importing = any(frame.file.startswith(IMPORTING) for frame in stack[last + 1 :])
        chain: list[Frame] = []
        call = ""
        for depth, (frame, mine) in enumerate(zip(stack, own, strict=True)):
            if mine:
                chain.append(frame)
                call = ""
            elif chain and is_python(frame.file) and not frame.file.startswith(IMPORTING):
                call = call or library_name(frame)
                if library_name(frame).partition(".")[0] not in RUNNERS:
                    back = (stack[last].file, stack[last].line) if last > depth else None
                    return Charge(tuple(chain), call, back, importing)
        return Charge(tuple(chain), call, importing=importing)


def is_python(file: str) -> bool:
    """Whether a frame is Python's: not of compiled code, which only a native run shows."""
    return file.endswith((".py", ".ipynb")) or file.startswith("<")


def library_name(frame: Frame) -> str:
    """The library's function as ``module.function``, the module by its import name."""
    return f"{module(frame.file)}.{frame.name.rpartition('.')[2]}"


@functools.cache
def module(file: str) -> str:
    """The import name of a library's file, as far as its path tells."""
    name = file.replace("\\", "/")
    for folder in ("/site-packages/", "/dist-packages/"):
        if folder in name:
            name = name.rpartition(folder)[2]
            break
    else:
        found, _, below = name.rpartition("/lib/python")
        name = below.partition("/")[2] if found else name.rpartition("/")[2]
    if name.startswith("<"):  # <frozen runpy>, <string>, <__array_function__ internals>
        name = name.strip("<>").removeprefix("frozen ")
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
