"""Fills read from a frame, and checked."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.backend import kernels
from hft_py.execution import _columns
from hft_py.execution._cost_inputs import Fills


def read_fills(fills: Any, parents: Any, backend: str | None, threads: int) -> tuple[Fills, Any]:
    """The columns of a frame of fills, and the ids of the orders."""
    kind = _columns.frame_kind("fills", fills)
    if parents is not None and _columns.frame_kind("parents", parents) != kind:
        raise TypeError(f"parents is no {kind} frame, expected one as fills is")
    _columns.require("fills", fills, ["quantity", "price"])
    has = set(fills.columns)
    if len({"bid", "ask"} & has) == 1:
        raise ValueError("fills has one of the columns 'bid' and 'ask', expected both or neither")
    if "execution_id" in has:
        _once("fills", fills, "execution_id", backend, threads)
    code, keys = _owners(fills, parents, backend, threads)
    code = code.astype(np.int32, copy=False)
    if code.min(initial=0) < 0:
        row = int(np.flatnonzero(code < 0)[0])
        raise ValueError(f"fills['parent_id'][{row}] is not among the parents")
    number = {c: _columns.numbers("fills", fills, c) for c in ("quantity", "price")}
    number |= {c: _columns.numbers("fills", fills, c) for c in ("bid", "ask", "fee") if c in has}
    time = _columns.times("fills", fills, "time") if "time" in has else None
    return Fills(
        kind, fills, code, number["quantity"], number["price"], number.get("bid"),
        number.get("ask"), number.get("fee"), time, _currency(fills, parents), threads,
    ), keys  # fmt: skip


def bought(name: str, frame: Any) -> npt.NDArray[np.bool_]:
    """Where the column ``side`` is ``"buy"``; an error where it is not ``"sell"`` either."""
    column = frame["side"]
    found: npt.NDArray[np.bool_]
    if _columns.frame_kind(name, frame) == "polars":
        buys, sells = (column == side for side in ("buy", "sell"))
        if column.null_count():
            buys, sells = buys.fill_null(False), sells.fill_null(False)
        found = buys.to_numpy()
        wrong = ~(found | sells.to_numpy())
    else:
        code, texts = _columns.codes(column)
        found = code == (texts.index("buy") if "buy" in texts else -2)
        known = [place for place, text in enumerate(texts) if text in ("buy", "sell")]
        wrong = ~np.isin(code, known) if len(known) < len(texts) or (code < 0).any() else code < 0
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ValueError(f'{name}[\'side\'][{row}] is neither "buy" nor "sell"')
    return found


def _owners(fills: Any, parents: Any, backend: str | None, threads: int) -> tuple[Any, Any]:
    """The place of the order of each fill, and the ids of the orders."""
    ids = fills["parent_id"] if "parent_id" in fills.columns else None
    if parents is None:
        return (np.zeros(len(fills), np.int64), [0]) if ids is None else _columns.codes(ids)
    _columns.require("parents", parents, ["parent_id", "side", "quantity"])
    keys = parents["parent_id"]
    _once("parents", parents, "parent_id", backend, threads)
    if ids is None:
        if len(parents) != 1:
            raise ValueError("fills has no column 'parent_id', expected one with several parents")
        return np.zeros(len(fills), np.int64), _columns.positional(keys)
    if whole_texts(ids) and whole_texts(keys):
        found = kernels("execution", backend).match_texts(keys.rechunk(), ids.rechunk(), threads)
        return found, keys
    return _columns.look_up(ids, keys), _columns.positional(keys)


def _once(name: str, frame: Any, column: str, backend: str | None, threads: int) -> None:
    """An error where a value is there twice."""
    values = frame[column]
    if whole_texts(values):
        row = kernels("execution", backend).repeated_text(values.rechunk(), threads)
        row = None if row < 0 else row
    else:
        row = _columns.first_repeated(values)
    if row is not None:
        raise ValueError(f"{name}[{column!r}][{row}] was there before, expected each {column} once")


def whole_texts(values: Any) -> bool:
    """Whether a column is one of Polars' texts, none missing: kernels read it where it lies."""
    polars = sys.modules.get("polars")
    return (
        polars is not None
        and isinstance(values, polars.Series)
        and values.dtype == polars.String
        and not values.null_count()
    )


def _currency(*frames: Any) -> str | None:
    """The one currency of all frames; None where no frame has any."""
    found: list[Any] = []
    for name, frame in zip(("fills", "parents"), frames, strict=True):
        if frame is None or "currency" not in frame.columns:
            continue
        code, texts = _columns.codes(frame["currency"])
        if texts and (code < 0).any():
            row = int(np.flatnonzero(code < 0)[0])
            raise ValueError(f"{name}['currency'][{row}] is missing, expected one each, or none")
        found += [text for text in texts if text not in found]
    if len(found) > 1:
        raise ValueError(
            f"fills and parents have the currencies {', '.join(map(str, found))}, expected one: "
            "analyse each currency alone, amounts of two cannot be added"
        )
    return None if not found else str(found[0])
