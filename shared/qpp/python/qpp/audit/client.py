"""What is audited: a script, a module, a function or a notebook, run as it runs alone.

A client's program sees its own ``sys.argv``, ``sys.path[0]``, ``__file__``, folder, environment
and standard input. Modules that it imports leave no ``__pycache__`` (``-B``).
"""

import importlib.machinery
import json
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from qpp.audit import AuditError, launch
from qpp.audit.execution import Command
from qpp.audit.source import Source, read, read_notebook

LIBRARY_FOLDERS = frozenset({"site-packages", "dist-packages"})
PROJECT = ("pyproject.toml", "setup.py", "setup.cfg", ".git")  # in the folder of a whole project
SHORTEST = 1.0  # seconds of work that a function is called again for


@dataclass(frozen=True)
class Client:
    """A program and how it is run.

    Parameters
    ----------
    kind
        ``script`` and ``notebook``: ``target`` is a path; ``module``: a dotted name, as after
        ``python -m``; ``function``: ``module:function``.
    arguments
        What the program finds in ``sys.argv[1:]``.
    cwd
        The folder that ``target`` is named from and that the program runs in; a notebook runs in
        its own folder, as it does in Jupyter.
    case
        For a function: a file that defines ``case``, a dict or tuple of its arguments or a
        function that makes them. Without one it is called without arguments.
    """

    kind: Literal["script", "module", "function", "notebook"]
    target: str
    arguments: tuple[str, ...] = ()
    cwd: Path = Path()
    case: Path | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "cwd", Path(self.cwd).absolute())
        if self.case is not None:
            object.__setattr__(self, "case", (self.cwd / self.case).absolute())
            _check_file(self.cwd / self.case, str(self.case), "a Python file that defines case")
        if self.is_file:
            _check_file(self.path, self.target, "a Python file, a notebook, or a module with -m")
        elif self.kind == "function" and not all(self.target.partition(":")):
            raise AuditError(f"--function {self.target!r}: expected module:function")
        elif self._top is None:
            name = self.target.partition(":")[0].partition(".")[0]
            raise AuditError(
                f"no module named {name!r} in {self.cwd} or in this environment: run in the folder "
                "that holds it, or install it"
            )

    @property
    def is_file(self) -> bool:
        """Whether the target is a path."""
        return self.kind in ("script", "notebook")

    @property
    def path(self) -> Path:
        """The file of a script or notebook."""
        return self.cwd / self.target

    @property
    def folder(self) -> Path:
        """The folder that the program runs in."""
        return self.path.parent if self.kind == "notebook" else self.cwd

    def command(self) -> Command:
        """What runs the program; a function is called again until it has run for a second."""
        if self.kind in ("function", "notebook"):
            return self.launched(seconds=SHORTEST)
        module = ["-m"] if self.kind == "module" else []
        return Command([sys.executable, "-B", *module, self.target, *self.arguments], self.folder)

    def launched(self, *profiler: str, **more: Any) -> Command:
        """The same inside a profiler, a module with its options that takes a script.

        ``more`` is handed to the launcher.
        """
        what = {
            "kind": self.kind,
            "target": str(self.path) if self.is_file else self.target,
            "argv0": self.target,
            "arguments": self.arguments,
            "path0": str(self.path.parent if self.is_file else self.cwd),
            "case": None if self.case is None else str(self.case),
            "text": read_notebook(self.path)[0] if self.kind == "notebook" else "",
            **more,
        }
        modules = ["-m", *profiler] if profiler else []
        words = [sys.executable, "-B", *modules, str(Path(launch.__file__).resolve())]
        return Command(words, self.folder, {launch.VARIABLE: json.dumps(what)})

    @cached_property
    def _top(self) -> importlib.machinery.ModuleSpec | None:
        name = self.target.partition(":")[0].partition(".")[0]
        return importlib.machinery.PathFinder.find_spec(name, [str(self.cwd), *sys.path])

    @cached_property
    def folders(self) -> tuple[Path, ...]:
        """The folders whose modules are the client's own: those of its project."""
        if self.is_file:
            path = self.path.resolve()
            alone = next(f for f in path.parents if not (f / "__init__.py").exists())
            return (_project(path) or alone,)
        found = [] if self._top is None else list(self._top.submodule_search_locations or ())
        if not found and self._top is not None and self._top.origin:
            found = [str(Path(self._top.origin).parent)]
        if self.case is not None:
            found.append(str(self.case))  # the file alone
        paths = [Path(folder).resolve() for folder in found]
        return tuple(_project(path) or path for path in paths)

    def owns(self, file: str) -> bool:
        """Whether a file is the client's own: in its folders, and in no library below them."""
        path = Path(file)
        if not path.is_absolute():
            return False
        path = path.resolve()
        inside = any(
            path.is_relative_to(folder)
            and LIBRARY_FOLDERS.isdisjoint(path.relative_to(folder).parts)
            for folder in self.folders
        )
        return inside and not path.is_relative_to(sysconfig.get_path("stdlib"))

    def sources(self, files: Iterable[str]) -> dict[str, Source]:
        """The sources of files, empty where one cannot be read any more."""
        found: dict[str, Source] = {}
        for file in files:
            try:
                found[file] = read(Path(file))
            except (AuditError, OSError, SyntaxError, ValueError):
                found[file] = Source(Path(file), "")
        return found


def _project(inside: Path) -> Path | None:
    """The folder of the project that a path is in; none for what is installed, and none at home."""
    if not LIBRARY_FOLDERS.isdisjoint(inside.parts):
        return None
    around = (f for f in inside.parents if any((f / mark).exists() for mark in PROJECT))
    folder = next(around, None)
    return None if folder == Path.home() else folder


def _check_file(path: Path, named: str, wanted: str) -> None:
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise AuditError(f"{named} {what}: name {wanted}")
