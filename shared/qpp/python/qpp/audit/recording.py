"""A recorded call of a client's function, and the outputs of a program: what a scaffold runs.

A study that :mod:`qpp.audit.scaffold` writes reads the call that :mod:`qpp.audit.recorder` kept.
The file is a pickle: open only one that was written on this machine.
"""

import ast
import contextlib
import copy
import importlib
import io
import os
import pickle
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from qpp.audit import AuditError
from qpp.audit.source import read

NUMBER = re.compile(r"-?\d[\d,]*\.?\d*(?:[eE][+-]?\d+)?")
NUMBERS = "biufcmM"  # kinds of NumPy's types, dates among them
DEPTH = 8  # of containers and objects within each other that are compared


class Recording:
    """The first call of a function in its program.

    Parameters
    ----------
    path
        What was recorded.
    rewritten
        A changed copy of the file with the function, to be run in its place.
    """

    def __init__(self, path: Path, rewritten: Path | None = None) -> None:
        self._kept: dict[str, Any] = pickle.loads(path.read_bytes())
        if reason := self._kept.get("error"):
            raise AuditError(reason)
        sys.path.extend(p for p in self._kept["path"] if p not in sys.path)
        name, package = self._kept["module"], self._kept["package"]
        if name == "__main__":
            self._module = definitions(Path(self._kept["file"]), package)
        else:
            self._module = importlib.import_module(name)
        if rewritten is not None:
            before = vars(self._module)
            self._module = definitions(rewritten, package)
            vars(self._module).update(
                {k: v for k, v in before.items() if k not in vars(self._module)}
            )
        for name, value in self._kept["globals"].items():
            setattr(self._module, name, self._read(value))

    @property
    def function(self) -> Callable[..., Any]:
        """The function without its decorators."""
        found: Any = self._module
        for name in self._kept["function"].split("."):
            found = vars(found)[name]
        found = getattr(found, "fget", None) or getattr(found, "__func__", found)
        while hasattr(found, "__wrapped__"):
            found = found.__wrapped__
        function: Callable[..., Any] = found
        return function

    def arguments(self, _: object = None) -> dict[str, Any]:
        """The call, a new one each time: positional and keyword arguments."""
        return {"call": self._read(self._kept["arguments"])}

    def run(self, call: Any) -> Any:
        """Call the function as the program did, with the state of its random numbers.

        Where the client's function changes its arguments, it gets a copy of them, and the changed
        ones are part of the output.
        """
        random.setstate(self._kept["random"])
        if "numpy" in self._kept:
            np.random.set_state(self._read(self._kept["numpy"]))  # noqa: NPY002
        changes = self._kept["changes"]
        positional, keywords = copy.deepcopy(call) if changes else call
        result = self.function(*positional, **keywords)
        return {"result": result, "arguments": [*positional, *keywords.values()] if changes else []}

    def _read(self, pickled: bytes) -> Any:
        return _Unpickler(pickled, self._kept["module"], self._module).load()


class _Unpickler(pickle.Unpickler):
    """Finds the classes of the client's file in the module that it was loaded as."""

    def __init__(self, pickled: bytes, name: str, module: ModuleType) -> None:
        super().__init__(io.BytesIO(pickled))
        self._name, self._module = name, module

    def find_class(self, module: str, name: str) -> Any:
        """The class or function of that name."""
        if module != self._name:
            return super().find_class(module, name)
        found: Any = self._module
        for part in name.split("."):
            found = getattr(found, part)
        return found


def definitions(path: Path, package: str = "") -> ModuleType:
    """A script or notebook as a module: imports, functions, classes, constants; nothing is run."""
    tree = read(path).tree
    tree.body = [node for node in tree.body if _defines(node)]
    module = ModuleType(f"client_{path.stem}")
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
    if value is None or isinstance(value, FunctionType | type) or depth > DEPTH:
        return
    if hasattr(value, "columns"):  # a frame of pandas or Polars
        index = {"index": value.index} if hasattr(value, "index") else {}
        value = index | {str(column): value[column] for column in value.columns}
    elif isinstance(value, set | frozenset):
        value = sorted(value)
    elif hasattr(value, "__array__"):
        value = np.asarray(value)
        value = value if value.dtype.kind in NUMBERS else value.ravel().tolist()
    else:
        value = getattr(value, "__dict__", None) or value
    array = _array(value)
    if array is not None:
        yield name, array
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _parts(item, f"{name}.{key}".lstrip("."), depth + 1)
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            yield from _parts(item, f"{name}[{position}]", depth + 1)
    elif not repr(value).endswith(f" at {id(value):#x}>"):  # an address is no value
        yield from _parts(str(value), name, depth)


def _array(value: Any) -> npt.NDArray[Any] | None:
    """Numbers, dates, a text or texts as one array; nothing where parts have to be taken apart."""
    texts = value if isinstance(value, list | tuple) else [value]
    if any(isinstance(item, str) for item in texts):
        if not all(isinstance(item, str) for item in texts):
            return None  # NumPy would turn the numbers beside them into text
        return np.array([ord(letter) for letter in "\n".join(texts)], dtype=np.int64)
    with contextlib.suppress(TypeError, ValueError):
        found = np.asarray(value)
        return found if found.dtype.kind in NUMBERS else found.astype(np.float64)
    return None


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
