"""What is audited: a script, a module, a function or a notebook, run as it runs alone.

A client's program sees its own ``sys.argv``, ``sys.path[0]``, ``__file__``, folder, environment
and standard input. Modules that it imports leave no ``__pycache__`` (``-B``).
"""

from __future__ import annotations

import importlib.machinery
import json
import sys
import sysconfig
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from qpp.audit import AuditError, launch, notebook
from qpp.audit.source import Source

Kind = Literal["script", "module", "function", "notebook"]
LIBRARY_FOLDERS = frozenset({"site-packages", "dist-packages"})
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

    kind: Kind
    target: str
    arguments: tuple[str, ...] = ()
    cwd: Path = Path()
    case: Path | None = None
    python: str = sys.executable

    def __post_init__(self) -> None:
        object.__setattr__(self, "cwd", Path(self.cwd).absolute())
        if self.case is not None:
            object.__setattr__(self, "case", (self.cwd / self.case).absolute())
        if self.kind in ("script", "notebook"):
            _check_file(self.path, self.target, "a Python file, a notebook, or a module with -m")
        elif self.kind == "function":
            if not all(self.target.partition(":")):
                raise AuditError(f"--function {self.target!r}: expected module:function")
            if self.case is not None:
                _check_file(self.case, str(self.case), "a Python file that defines case")
        if self.kind in ("module", "function") and self._top is None:
            name = self.target.partition(":")[0]
            raise AuditError(
                f"no module named {name.partition('.')[0]!r} in {self.cwd} or in this environment: "
                "run in the folder that holds it, or install it"
            )

    @property
    def path(self) -> Path:
        """The file of a script or notebook."""
        return self.cwd / self.target

    @property
    def folder(self) -> Path:
        """The folder that the program runs in."""
        return self.path.parent if self.kind == "notebook" else self.cwd

    def command(self) -> tuple[list[str], dict[str, str]]:
        """The command line that runs the program, and what it adds to the environment."""
        start = [self.python, "-B"]
        if self.kind == "script":
            return [*start, self.target, *self.arguments], {}
        if self.kind == "module":
            return [*start, "-m", self.target, *self.arguments], {}
        return self.launched()

    def launched(
        self, *profiler: str, seconds: float = 0.0, **more: str
    ) -> tuple[list[str], dict[str, str]]:
        """The same inside a profiler, a module with its options that takes a script.

        ``seconds``: a function is called again until they are over; ``more`` is handed to the
        launcher.
        """
        text = notebook.read(self.path)[0] if self.kind == "notebook" else ""
        here = str(self.path.parent if self.kind in ("script", "notebook") else self.cwd)
        what = {
            "kind": self.kind,
            "target": str(self.path) if self.kind in ("script", "notebook") else self.target,
            "argv0": self.target,
            "arguments": self.arguments,
            "path0": here,
            "case": None if self.case is None else str(self.case),
            "seconds": seconds,
            "text": text,
            **more,
        }
        modules = ["-m", *profiler] if profiler else []
        command = [self.python, "-B", *modules, str(Path(launch.__file__).resolve())]
        return command, {launch.VARIABLE: json.dumps(what)}

    @cached_property
    def _top(self) -> importlib.machinery.ModuleSpec | None:
        name = self.target.partition(":")[0].partition(".")[0]
        return importlib.machinery.PathFinder.find_spec(name, [str(self.cwd), *sys.path])

    @cached_property
    def folders(self) -> tuple[Path, ...]:
        """The folders whose modules are the client's own."""
        if self.kind in ("script", "notebook"):
            folder = self.path.resolve().parent
            while (folder / "__init__.py").exists():
                folder = folder.parent
            return (folder,)
        found = [] if self._top is None else list(self._top.submodule_search_locations or ())
        if not found and self._top is not None and self._top.origin:
            found = [str(Path(self._top.origin).parent)]
        if self.case is not None:
            found.append(str(self.case))  # the file alone
        return tuple(Path(folder).resolve() for folder in found)

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

    def source(self, file: str) -> Source:
        """The source of one of the client's files."""
        if file.endswith(".ipynb"):
            return Source(Path(file), *notebook.read(Path(file)))
        with tokenize.open(file) as stream:
            return Source(Path(file), stream.read())

    def sources(self, files: Iterable[str]) -> dict[str, Source]:
        """The sources of files, empty where one cannot be read any more."""
        found: dict[str, Source] = {}
        for file in files:
            try:
                found[file] = self.source(file)
            except (AuditError, OSError, SyntaxError, ValueError):
                found[file] = Source(Path(file), "")
        return found


def _check_file(path: Path, named: str, wanted: str) -> None:
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise AuditError(f"{named} {what}: name {wanted}")
