"""Snapshots of the book, for those who look at a few moments of the day only."""

import json

TICK = 0.01


def snapshot(time, book, levels):
    """One moment as JSON: the time and the best levels of both sides."""
    return json.dumps(
        {
            "time": time.isoformat(),
            "bids": [[round(price * TICK, 2), size] for price, size in book.depth("B", levels)],
            "asks": [[round(price * TICK, 2), size] for price, size in book.depth("S", levels)],
            "orders": len(book.orders),
        }
    )


class Snapshots:
    """Keeps a snapshot of every ``every`` seconds of the day."""

    def __init__(self, every, levels):
        self.every = every
        self.levels = levels
        self.next = None
        self.kept = []

    def update(self, time, book):
        """Take one where it is due."""
        if self.next is None:
            self.next = time.timestamp() + self.every
        if time.timestamp() >= self.next:
            self.kept.append(snapshot(time, book, self.levels))
            self.next += self.every

    def text(self):
        """All of them, one a line."""
        text = ""
        for line in self.kept:
            text += line + "\n"
        return text

    def size(self):
        """Characters of all snapshots."""
        return len(self.text())
