"""Seeded order flow: the same seed gives the same events on every machine."""

from __future__ import annotations

from hft_orderbook import _rust
from hft_orderbook._validation import real, whole
from hft_orderbook.events import Events, from_words

_EVENTS = 2**28


def synthetic_flow(
    count: int,
    *,
    seed: int = 0,
    mid: int = 618_000,
    levels: int = 1_000,
    far: float = 0.14,
    drift: float = 0.05,
    jump: float = 0.0005,
) -> Events:
    """Flow with the traits of a recorded BTC-USDT future that matter to a book.

    The defaults are the recording's own traits, in its ticks of 0.1 USDT.

    Parameters
    ----------
    count
        Number of events, the opening snapshot (``2 * levels``) included; at most 2^28.
    seed
        Same seed, same events; below 2^64.
    mid
        Mid price at the start, in ticks, within ±2^60.
    levels
        Levels that each side has near the best price, one a tick, at most 1,000,000; distances
        of updates are exponential with a quarter of it.
    far
        Share of updates 2,048 ticks or more from the best price, in [0, 1].
    drift, jump
        Chances before a message that the mid moves by one tick, or by hundreds, in [0, 1].

    Returns
    -------
    numpy.ndarray
        Events of dtype :data:`hft_orderbook.EVENT`, in messages of a few events; at the end
        of each the book is neither crossed nor locked. ``ts`` is in nanoseconds from 0.

    Raises
    ------
    ValueError
        An option out of range.
    MemoryError
        The events do not fit.

    Examples
    --------
    >>> len(synthetic_flow(5_000, seed=7))
    5000
    """
    count, seed = whole("count", count, 0, _EVENTS), whole("seed", seed, 0, 2**64 - 1)
    mid, levels = whole("mid", mid, -(2**60), 2**60), whole("levels", levels, 1, 1_000_000)
    for name, share in (("far", far), ("drift", drift), ("jump", jump)):
        if not 0 <= real(name, share) <= 1:
            raise ValueError(f"{name}={share!r}: expected a share in [0, 1]")
    return from_words(_rust.flow_events(count, seed, mid, levels, far, drift, jump))


def published_flow(messages: int, *, seed: int = 0, levels: int = 20) -> Events:
    """The published simulation: ``levels`` a side, all redrawn by every message.

    Parameters
    ----------
    messages
        Messages after the opening one, ten a second; about ``2 * levels`` events each, 2^28 in
        all at most.
    seed
        Same seed, same events; below 2^64.
    levels
        Levels of each side; default 20, as published.

    Returns
    -------
    numpy.ndarray
        Events of dtype :data:`hft_orderbook.EVENT`; ``ts`` is in nanoseconds from 0.

    Raises
    ------
    ValueError
        An option out of range.
    MemoryError
        The events do not fit.

    Examples
    --------
    >>> 40 <= len(published_flow(100, levels=20)) / 101 <= 45
    True
    """
    messages, seed = whole("messages", messages), whole("seed", seed, 0, 2**64 - 1)
    levels = whole("levels", levels, 1, 1_000_000)
    if (messages + 1) * 2 * levels > _EVENTS:
        raise ValueError(f"messages={messages}, levels={levels}: more than 2^28 events")
    return from_words(_rust.published_events(seed, messages, levels))
