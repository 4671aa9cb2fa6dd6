"""Replay a day of orders through the book and report what the market looked like.

python replay.py messages.csv
"""

import argparse
import statistics
import sys

from book import Book
from feed import FeedError, read
from measures import TICK, Measures, volume_table
from snapshots import Snapshots


def replay(messages, book, measures, snapshots):
    """Apply every message and measure after each."""
    for message in messages:
        book.apply(message)
        measures.update(message, book)
        snapshots.update(message.time, book)


def ladder(book, levels):
    """The best levels of both sides, as text."""
    asks = [(price, "", quantity) for price, quantity in reversed(book.depth("S", levels))]
    bids = [(price, quantity, "") for price, quantity in book.depth("B", levels)]
    lines = [f"{'bid':>8}{'price':>10}{'ask':>8}"]
    for price, bid, ask in asks + bids:
        lines.append(f"{bid:>8}{price * TICK:>10.2f}{ask:>8}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("messages")
    parser.add_argument("--levels", type=int, default=5)
    parser.add_argument("--every", type=float, default=60.0, help="seconds between snapshots")
    parser.add_argument("--snapshots", help="write the snapshots to this file")
    arguments = parser.parse_args()
    try:
        messages = read(arguments.messages)
    except FeedError as error:
        sys.exit(f"{arguments.messages}: {error}")
    book, measures = Book(), Measures()
    snapshots = Snapshots(arguments.every, arguments.levels)
    replay(messages, book, measures, snapshots)
    print(f"{len(messages)} messages, {book.ignored} for unknown orders")
    print(f"{len(book.orders)} orders rest, crossed after {measures.crossed} messages")
    print(f"mean spread {measures.spread():.6f}")
    print(f"volatility of the mid price {measures.mid_volatility():.6f} ticks")
    print(f"mean imbalance {statistics.fmean(measures.imbalances or [0.5]):.6f}")
    print(volume_table(measures))
    print(ladder(book, arguments.levels))
    print(f"{len(snapshots.kept)} snapshots, {snapshots.size()} characters")
    if arguments.snapshots:
        with open(arguments.snapshots, "w", encoding="ascii") as stream:
            stream.write(snapshots.text())


if __name__ == "__main__":
    main()
