"""Seeded order flow: the same seed gives the same events on every machine."""

from __future__ import annotations

from hft_orderbook import _rust
from hft_orderbook.events import Events, from_words


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

    Parameters
    ----------
    count
        Number of events, the opening snapshot (``2 * levels``) included.
    seed
        Same seed, same events.
    mid
        Mid price at the start, in ticks.
    levels
        Levels that each side has near the touch, one a tick; distances of updates are
        exponential with a quarter of it.
    far
        Share of updates 2,048 ticks or more from the touch; in the recording 0.14.
    drift, jump
        Chances before a message that the mid moves by one tick, or by hundreds.

    Returns
    -------
    numpy.ndarray
        Events of dtype :data:`hft_orderbook.EVENT`, in messages of a few events; at the end
        of each the book is neither crossed nor locked.

    Examples
    --------
    >>> len(synthetic_flow(5_000, seed=7))
    5000
    """
    for name, value in (("count", count), ("seed", seed), ("levels", levels)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ValueError(f"{name}={value!r}: expected a whole number, 0 or more")
    if not 1 <= levels <= 1_000_000:
        raise ValueError(f"levels={levels!r}: expected 1 to 1,000,000")
    if abs(mid) > 2**60:
        raise ValueError(f"mid={mid!r}: expected a tick within ±2^60")
    for name, share in (("far", far), ("drift", drift), ("jump", jump)):
        if not 0 <= share <= 1:
            raise ValueError(f"{name}={share!r}: expected a share in [0, 1]")
    return from_words(_rust.flow_events(count, seed, mid, levels, far, drift, jump))


def published_flow(messages: int, *, seed: int = 0, levels: int = 20) -> Events:
    """The published simulation: ``levels`` a side, all redrawn by every message.

    Examples
    --------
    >>> 40 <= len(published_flow(100, levels=20)) / 101 <= 45
    True
    """
    return from_words(_rust.published_events(seed, messages, levels))
