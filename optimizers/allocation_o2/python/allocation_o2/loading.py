"""From a strategy in Rust to a class of allocators."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from allocation_o2 import _cache, _rust, compiler
from allocation_o2.allocator import Allocator
from allocation_o2.creation import create_allocator_class

__all__ = ["load"]


def load(path: str | Path) -> type[Allocator]:
    """A class of allocators from a strategy in Rust.

    This runs the code of the strategy, in this process: a file from a stranger is a program.

    Parameters
    ----------
    path
        A strategy's file, which is compiled where it has changed; a library that
        :func:`compile_strategy` made; or a name: the file ``NAME.rs`` in this folder, else the
        library beside it, else what was compiled last under this name.

    Returns
    -------
    type
        A subclass of :class:`Allocator`, with parameters, defaults and descriptions as the strategy
        declares them. Classes loaded earlier stay as they are when the file changes.

    Raises
    ------
    ValueError
        A path that names no file; a parameter with a name that Python or an allocator has.
    FileNotFoundError
        Neither a file nor a compiled strategy.
    CompileError
        The strategy does not compile; the message is the compiler's.
    LibraryError
        The file is no compiled strategy, or one for another version.

    Examples
    --------
    >>> import allocation_o2
    >>> Mine = allocation_o2.load("my_strategy.rs")  # doctest: +SKIP
    >>> Mine(lookback_period=20).predict(prices)  # doctest: +SKIP
    """
    path = Path(path)
    if not path.name:
        raise ValueError(f"path={str(path)!r}, expected a strategy's file, a library or a name")
    if path.suffix == ".rs":
        library, origin = compiler.compiled(path).library, path
    elif path.suffix in _cache.SUFFIXES:
        library, origin = _own_copy(path), path
    else:
        library, origin = _by_name(path)
    return create_allocator_class(_strategy(library), source=(load, (str(origin.absolute()),)))


def _by_name(path: Path) -> tuple[Path, Path]:
    source = path.with_name(path.name + ".rs")
    if source.exists():
        return compiler.compiled(source).library, source
    beside = path.with_name(f"{_cache.PREFIX}{path.name}{_cache.SUFFIX}")
    if beside.exists():
        return _own_copy(beside), beside
    if path.name == str(path) and (known := _cache.latest(path.name)):
        return known, known
    raise FileNotFoundError(
        f"there is no {source}, no {beside}, and nothing was compiled under the name {path.name}: "
        f"python -m allocation_o2 new {source} writes a strategy"
    )


def _own_copy(path: Path) -> Path:
    """A library under a name of its content, so that its file can be replaced while it is used.

    The system opens the former library again where another one has taken its name.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist")
    if path.parent == _cache.folder() / "libraries":
        return path
    stem = path.stem.removeprefix(_cache.PREFIX)
    own = _cache.library(stem, _cache.digest(path.read_bytes()))
    if not own.exists():
        _cache.replace(path, own)
    return own


@lru_cache(maxsize=256)
def _strategy(library: Path) -> _rust.Strategy:
    return _rust.open(library)
