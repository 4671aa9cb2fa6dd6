"""More than fits: a range of blocks in pieces, smaller ones where the device has no room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class DeviceMemoryError(MemoryError):
    """The device has no room for the smallest piece of the work."""


def in_pieces(
    call: Callable[[int, int], Any],
    first: int,
    blocks: int,
    largest: int,
    out_of_memory: tuple[type[BaseException], ...],
    free: Callable[[], object] = lambda: None,
    need: str = "one block",
) -> list[Any]:
    """``call(first, count)`` over a range, halving the pieces whenever memory runs out.

    Parameters
    ----------
    call
        Computes a range of blocks.
    largest
        Blocks of a piece, to begin with.
    out_of_memory
        What ``call`` raises where the device is full.
    free
        Gives cached device memory back; called before trying again.
    need
        What the smallest piece holds, for the error's text.

    Raises
    ------
    DeviceMemoryError
        Where even a single block does not fit.

    Examples
    --------
    >>> def device(first, count):
    ...     if count > 2:
    ...         raise MemoryError
    ...     return list(range(first, first + count))
    >>> in_pieces(device, 0, 5, 4, (MemoryError,))
    [[0, 1], [2, 3], [4]]
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
