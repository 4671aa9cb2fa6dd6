"""The replay after the roadmap of its audit: the same report, the hot places rewritten.

    python optimised.py messages.csv

What is not here is the client's own code, unchanged. Results are equal.
"""

from datetime import datetime

import book
import feed
import replay


def parse(line, number):
    """The message of a line; Python has a compiled parser for times in this form (ISO 8601)."""
    fields = line.strip().split(",")
    if len(fields) != 6:
        raise feed.FeedError(f"line {number}: {len(fields)} fields, expected 6")
    time, kind, order, side, price, quantity = fields
    if kind not in feed.KINDS:
        raise feed.FeedError(f"line {number}: unknown kind {kind!r}")
    return feed.Message(
        datetime.fromisoformat(time), kind, int(order), side, int(price), int(quantity)
    )


class CachedBook(book.Book):
    """A book that knows its best prices and looks for a new one only where the best is gone."""

    def __init__(self):
        super().__init__()
        self._best = {"B": None, "S": None}

    def best(self, side):
        """The highest price at which someone buys, or the lowest at which someone sells."""
        return self._best[side]

    def add(self, message):
        """A new order rests in the book; the dictionary of orders tells which are active."""
        side, price = message.side, message.price
        levels = self.side(side)
        levels[price] = levels.get(price, 0) + message.quantity
        self.orders[message.order] = book.Order(message.order, side, price, message.quantity)
        best = self._best[side]
        if best is None or (price > best if side == "B" else price < best):
            self._best[side] = price

    def reduce(self, message):
        """An order is deleted or executed, whole or in part; unknown orders are counted."""
        order = self.orders.get(message.order)
        if order is None:
            self.ignored += 1
            return
        quantity = order.quantity if message.kind == "D" else min(order.quantity, message.quantity)
        levels = self.side(order.side)
        levels[order.price] -= quantity
        if levels[order.price] == 0:
            del levels[order.price]
            if order.price == self._best[order.side]:
                self._best[order.side] = super().best(order.side)
        order.quantity -= quantity
        if order.quantity == 0:
            del self.orders[message.order]


if __name__ == "__main__":
    feed.parse = parse
    replay.Book = CachedBook
    replay.main()
