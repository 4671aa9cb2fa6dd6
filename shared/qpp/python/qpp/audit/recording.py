"""A recorded call of a client's function, and the outputs of a program: what a scaffold runs.

A study that :mod:`qpp.audit.scaffold` writes reads the call that :mod:`qpp.audit.recorder` kept.
The file is a pickle: open only one that was written on this machine.
"""

from __future__ import annotations

import ast
import copy
import dataclasses
import importlib
import io
import os
import pickle
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from qpp.audit import AuditError, notebook

NUMBER = re.compile(r"-?\d[\d,]*\.?\d*(?:[eE][+-]?\d+)?")


@dataclass(frozen=True)
class Recording:
    """The first call of a function in its program."""

    kept: Mapping[str, Any]
    module: ModuleType

    @classmethod
    def load(cls, path: Path) -> Recording:
        """Read a recording and load the module that holds the function."""
        kept = pickle.loads(path.read_bytes())
        if reason := kept.get("error"):
            raise AuditError(f"{kept.get('function', 'the function')}: {reason}")
        sys.path.extend(p for p in kept["path"] if p not in sys.path)
        if kept["module"] == "__main__":
            module = definitions(Path(kept["file"]), kept["package"])
        else:
            module = importlib.import_module(kept["module"])
        found = cls(kept, module)
        for name, value in kept["globals"].items():
            setattr(module, name, found._read(value))
        return found

    @property
    def function(self) -> Callable[..., Any]:
        """The client's function without its decorators."""
        found: Any = self.module
        for name in self.kept["function"].split("."):
            found = vars(found)[name]
        found = getattr(found, "fget", None) or getattr(found, "__func__", found)
        while hasattr(found, "__wrapped__"):
            found = found.__wrapped__
        function: Callable[..., Any] = found
        return function

    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Positional and keyword arguments of the call."""
        arguments: tuple[tuple[Any, ...], dict[str, Any]] = self._read(self.kept["arguments"])
        return arguments

    def run(self, function: Callable[..., Any], call: Any) -> Any:
        """Call ``function`` as the program did, with the state of its random numbers.

        Where the client's function changes its arguments, it gets a copy of them, and the changed
        ones are part of the output.
        """
        random.setstate(self.kept["random"])
        if "numpy" in self.kept:
            np.random.set_state(self._read(self.kept["numpy"]))  # noqa: NPY002
        if not self.kept["changes"]:
            positional, keywords = call
            return function(*positional, **keywords)
        positional, keywords = copy.deepcopy(call)
        result = function(*positional, **keywords)
        return {"result": result, "arguments": [*positional, *keywords.values()]}

    def _read(self, pickled: bytes) -> Any:
        return _Unpickler(pickled, self.module).load()


class _Unpickler(pickle.Unpickler):
    """Finds the classes of the client's script in the module that it was loaded as."""

    def __init__(self, pickled: bytes, module: ModuleType) -> None:
        super().__init__(io.BytesIO(pickled))
        self._module = module

    def find_class(self, module: str, name: str) -> Any:
        """The class or function of that name."""
        if module != "__main__":
            return super().find_class(module, name)
        found: Any = self._module
        for part in name.split("."):
            found = getattr(found, part)
        return found


def definitions(path: Path, package: str = "") -> ModuleType:
    """A script or notebook as a module: imports, functions, classes, constants; nothing is run."""
    is_notebook = path.suffix == ".ipynb"
    text = notebook.read(path)[0] if is_notebook else path.read_text(encoding="utf-8")
    tree = ast.parse(text, str(path))
    tree.body = [node for node in tree.body if _defines(node)]
    module = ModuleType("client_program")
    module.__file__ = str(path)
    module.__package__ = package
    sys.modules[module.__name__] = module  # dataclasses look their module up
    exec(compile(tree, str(path), "exec"), vars(module))
    return module


def _defines(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        calls = (ast.Call, ast.Await, ast.Yield)
        return not any(isinstance(inner, calls) for inner in ast.walk(node.value))
    if isinstance(node, ast.Try):
        return all(isinstance(inner, ast.Import | ast.ImportFrom) for inner in node.body)
    return isinstance(
        node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    )


def arrays(output: Any) -> dict[str, npt.NDArray[Any]]:
    """Any output as named arrays, which the harness compares: frames, containers, objects.

    >>> {name: array.tolist() for name, array in arrays({"a": [1.5, 2.5], "b": "no"}).items()}
    {'a': [1.5, 2.5], 'b': [110, 111]}
    """
    found = {name or "output": array for name, array in _parts(output, "", 0)}
    return found or {"output": np.zeros(0)}


def _parts(value: Any, name: str, depth: int) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    if value is None or depth > 8:
        return
    if isinstance(value, str):
        yield name, np.array([ord(letter) for letter in value], dtype=np.int64)
    elif hasattr(value, "columns") and hasattr(value, "index"):  # a pandas frame
        yield from _parts(value.index.to_numpy(), f"{name}.index".lstrip("."), depth + 1)
        for column in value.columns:
            inner = f"{name}.{column}".lstrip(".")
            yield from _parts(value[column].to_numpy(), inner, depth + 1)
    elif hasattr(value, "to_dict") and hasattr(value, "schema"):  # a Polars frame
        yield from _parts(value.to_dict(as_series=False), name, depth)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _parts(item, f"{name}.{key}".lstrip("."), depth + 1)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        yield from _parts(fields, name, depth)
    else:
        yield from _sequence(value, name, depth)


def _sequence(value: Any, name: str, depth: int) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    several = isinstance(value, list | tuple | set | frozenset)
    items: list[Any] = sorted(value) if isinstance(value, set | frozenset) else value
    if several and any(isinstance(item, str) for item in items):
        items = list(items)  # NumPy would turn the numbers beside them into text
        if not all(isinstance(item, str) for item in items):
            for position, item in enumerate(items):
                yield from _parts(item, f"{name}[{position}]", depth + 1)
            return
    try:
        array = np.asarray(items)
    except ValueError:  # rows of different lengths
        array = np.empty(0, dtype=object)
    if array.dtype.kind in "biufcmM":
        yield name, array
    elif array.dtype.kind in "SU" and (array.ndim < 2 or not several):
        yield name, np.frombuffer(np.ascontiguousarray(array).tobytes(), dtype=np.uint8)
    elif several or isinstance(value, np.ndarray):
        plain = np.array([np.nan if item is None else item for item in items], dtype=object)
        try:
            yield name, plain.astype(np.float64)
        except (TypeError, ValueError):
            for position, item in enumerate(items):
                yield from _parts(item, f"{name}[{position}]", depth + 1)
    elif hasattr(value, "__dict__"):
        yield from _parts(vars(value), name, depth + 1)


def printed(command: Sequence[str], folder: str, path: Sequence[str] = ()) -> dict[str, Any]:
    """What a program prints: its numbers, and its text without them; raises where it fails."""
    search = os.pathsep.join(p for p in (*path, os.environ.get("PYTHONPATH", "")) if p)
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": search},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise AuditError(f"the program ended with status {done.returncode}: {last[0]}")
    numbers = [float(found.replace(",", "")) for found in NUMBER.findall(done.stdout)]
    return {"numbers": np.array(numbers), "text": NUMBER.sub("#", done.stdout)}
