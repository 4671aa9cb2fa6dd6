"""The order book: quantities at prices, and the orders that make them up."""

from dataclasses import dataclass


@dataclass
class Order:
    """An order that rests in the book."""

    number: int
    side: str
    price: int
    quantity: int


class Book:
    """Both sides of one instrument, prices in ticks."""

    def __init__(self):
        self.bids = {}
        self.asks = {}
        self.orders = {}
        self.active = []
        self.ignored = 0

    def side(self, side):
        """The quantities of one side, by price."""
        return self.bids if side == "B" else self.asks

    def best(self, side):
        """The highest price at which someone buys, or the lowest at which someone sells."""
        levels = self.side(side)
        if not levels:
            return None
        return max(levels) if side == "B" else min(levels)

    def add(self, message):
        """A new order rests in the book."""
        levels = self.side(message.side)
        levels[message.price] = levels.get(message.price, 0) + message.quantity
        self.orders[message.order] = Order(
            message.order, message.side, message.price, message.quantity
        )
        self.active.append(message.order)

    def reduce(self, message):
        """An order is deleted or executed, whole or in part; unknown orders are counted."""
        if message.order not in self.active:
            self.ignored += 1
            return
        order = self.orders[message.order]
        quantity = order.quantity if message.kind == "D" else min(order.quantity, message.quantity)
        levels = self.side(order.side)
        levels[order.price] -= quantity
        if levels[order.price] == 0:
            del levels[order.price]
        order.quantity -= quantity
        if order.quantity == 0:
            del self.orders[message.order]
            self.active.remove(message.order)

    def apply(self, message):
        """One message."""
        if message.kind == "A":
            self.add(message)
        else:
            self.reduce(message)

    def depth(self, side, levels):
        """Prices and quantities of the best levels, best first."""
        found = sorted(self.side(side).items(), reverse=side == "B")
        return found[:levels]
