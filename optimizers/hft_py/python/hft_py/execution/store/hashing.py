"""A fingerprint of what a decision was made from."""

from __future__ import annotations

import dataclasses
import hashlib
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hft_py.labels import kind_of

__all__ = ["hash_inputs"]

_PLAIN = {str, int, float, bool, type(None)}


def hash_inputs(*values: Any) -> str:
    """SHA-256 of values by their content, as 64 hexadecimal digits.

    Equal frames of one package and of equal types have equal hashes; mappings do not depend on the
    order of their keys.

    Parameters
    ----------
    values
        Anything made of frames, series, arrays, mappings, sequences, dataclasses, strings, numbers,
        times, bytes and None.

    Raises
    ------
    TypeError
        A value whose ``repr`` may be an address in memory.

    Examples
    --------
    >>> hash_inputs({"lots": 100, "style": "twap"}) == hash_inputs({"style": "twap", "lots": 100})
    True
    >>> hash_inputs(1)[:8], hash_inputs("1")[:8]
    ('cec390c8', 'ce8e9461')
    """
    digest = hashlib.sha256()
    for value in values:
        _add(digest, value)
    return digest.hexdigest()


def _add(digest: Any, value: Any) -> None:
    kind = kind_of(value)
    if kind != "numpy" and (hasattr(value, "columns") or hasattr(value, "dtype")):
        columns = [value[c] for c in value.columns] if hasattr(value, "columns") else [value]
        _mark(digest, "frame", len(columns))
        for column in columns:
            _mark(digest, str(column.name), str(column.dtype))
            _add(digest, _array(column))
    elif isinstance(value, np.ndarray | np.generic):
        numbers = np.ascontiguousarray(value)
        if numbers.dtype.kind == "O":
            _add(digest, numbers.tolist())
        else:
            _mark(digest, numbers.dtype.str, numbers.shape)
            digest.update(numbers.tobytes())
    elif isinstance(value, Mapping):
        _mark(digest, "mapping", len(value))
        for key in sorted(value, key=repr):
            _add(digest, key)
            _add(digest, value[key])
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        _mark(digest, type(value).__name__)
        _add(digest, {f.name: getattr(value, f.name) for f in dataclasses.fields(value)})
    elif isinstance(value, list | tuple):
        _mark(
            digest, "sequence", len(value), *sorted(kind.__name__ for kind in set(map(type, value)))
        )
        _add_items(digest, value)
    elif isinstance(value, set | frozenset):
        _add(digest, sorted(value, key=repr))
    elif getattr(type(value), "__repr__", None) is object.__repr__ or callable(value):
        raise TypeError(f"inputs hold {value!r}, expected frames, arrays, mappings, plain values")
    else:
        _mark(digest, type(value).__name__, value)


def _add_items(digest: Any, items: Sequence[Any]) -> None:
    """The items of a sequence; of plain ones of one type at once."""
    kinds = set(map(type, items))
    if kinds == {float}:
        digest.update(array("d", items))
    elif kinds == {int} and -(2**63) <= min(items) <= max(items) < 2**63:
        digest.update(array("q", items))
    elif kinds == {str} and (text := "\0".join(items)).count("\0") == len(items) - 1:
        digest.update(text.encode())
    elif kinds <= _PLAIN:
        digest.update(repr(list(items)).encode())
    else:
        for item in items:
            _add(digest, item)


def _array(column: Any) -> Any:
    """The values of a column of a frame: numbers as an array, texts and times as plain values."""
    dtype = column.dtype
    numeric = dtype.kind in "iufb" if hasattr(dtype, "kind") else dtype.is_numeric()
    return column.to_numpy() if numeric else column.to_list()


def _mark(digest: Any, *parts: Any) -> None:
    digest.update(repr(parts).encode())
    digest.update(b"\1")
