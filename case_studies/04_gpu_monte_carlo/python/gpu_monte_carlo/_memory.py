"""Blocks computed in pieces that fit into the memory of a device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class DeviceMemoryError(MemoryError):
    """The device has no memory for the smallest piece of the work.

    Examples
    --------
    >>> issubclass(DeviceMemoryError, MemoryError)
    True
    """


def in_pieces(
    call: Callable[[int, int], Any],
    first: int,
    blocks: int,
    largest: int,
    out_of_memory: tuple[type[BaseException], ...],
    free: Callable[[], object] = lambda: None,
    need: str = "one block",
) -> list[Any]:
    """``call(first, count)`` over a range of blocks, in pieces of at most ``largest``.

    Where ``call`` raises an error of ``out_of_memory``, cached device memory is freed and smaller
    pieces are tried; ``DeviceMemoryError``, which names ``need``, where one block does not fit.
    """
    results: list[Any] = []
    end = first + blocks
    while first < end:
        count = min(largest, end - first)
        try:
            results.append(call(first, count))
        except out_of_memory as error:
            free()
            if count == 1:
                raise DeviceMemoryError(
                    f"the device has no memory left for {need}: free some, ask for fewer "
                    "observations or options at once, or pass backend='rust'"
                ) from error
            largest = count // 2
        else:
            first += count
    return results
