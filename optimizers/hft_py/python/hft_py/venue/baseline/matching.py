"""The matching engine of one symbol, as one would write it first in Python.

Price-time priority. Each side is a sorted list of prices and a dict from price to queue; a queue is
a dict from order id to order, which keeps the order of insertion and gives up any of its entries in
``O(1)``. A price that comes or goes costs a bisection and a move of the list's end.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field

LIMIT, MARKET, IMMEDIATE_OR_CANCEL, FILL_OR_KILL, POST_ONLY, CANCEL, REPLACE = range(7)
FILLED, RESTS, NOTHING_TO_TRADE_WITH, NOT_FILLABLE, SELF_TRADE, DONE = range(6)
BAD_QUANTITY, BAD_PRICE, DUPLICATE, WOULD_TRADE, UNKNOWN = range(6, 11)
BID, ASK = 0, 1

MAX_ORDER_LOTS = 1_000_000_000
MAX_TICK = 1 << 61


@dataclass(slots=True)
class Order:
    """An order; ``lots`` is what is left of it."""

    id: int
    client: int
    side: int
    kind: int
    tick: int
    lots: int

    @property
    def key(self) -> int:
        """The price as a number of which the larger is the better."""
        return self.tick if self.side == BID else -self.tick


@dataclass(frozen=True, slots=True)
class Fill:
    """A trade of the order in a row of the input with a resting one, at the latter's price."""

    row: int
    maker: int
    tick: int
    lots: int


@dataclass(slots=True)
class BookSide:
    """The queues of one side by key, and the keys in ascending order: the best is the last."""

    keys: list[int] = field(default_factory=list)
    queues: dict[int, dict[int, Order]] = field(default_factory=dict)

    def add(self, order: Order) -> None:
        """Put an order at the end of its price's queue."""
        queue = self.queues.get(order.key)
        if queue is None:
            self.queues[order.key] = {order.id: order}
            insort(self.keys, order.key)
        else:
            queue[order.id] = order

    def remove(self, order: Order) -> None:
        """Take an order out, and its price with it where it was the last."""
        queue = self.queues[order.key]
        del queue[order.id]
        if not queue:
            del self.queues[order.key]
            del self.keys[bisect_left(self.keys, order.key)]

    def best(self, worst: int) -> dict[int, Order] | None:
        """The queue of the best price, where that is as good as ``worst``."""
        if self.keys and self.keys[-1] >= worst:
            return self.queues[self.keys[-1]]
        return None


class MatchingBook:
    """The book of one symbol; ``fills`` collects its trades."""

    def __init__(self) -> None:
        self.sides = (BookSide(), BookSide())
        self.orders: dict[int, Order] = {}
        self.fills: list[Fill] = []

    def submit(self, row: int, order: Order) -> tuple[int, int]:
        """An order comes in: what became of it, and how many lots traded."""
        if not 0 < order.lots <= MAX_ORDER_LOTS:
            return BAD_QUANTITY, 0
        if abs(order.tick) > MAX_TICK:
            return BAD_PRICE, 0
        if order.id in self.orders:
            return DUPLICATE, 0
        return self._take(row, order)

    def _take(self, row: int, order: Order) -> tuple[int, int]:
        theirs = self.sides[1 - order.side]
        worst = -MAX_TICK if order.kind == MARKET else -order.key
        if order.kind == POST_ONLY and theirs.best(worst):
            return WOULD_TRADE, 0
        if order.kind == FILL_OR_KILL and not self._can_fill(order, worst):
            return NOT_FILLABLE, 0
        wanted = order.lots
        while order.lots and (queue := theirs.best(worst)):
            maker = next(iter(queue.values()))
            if maker.client == order.client:
                return SELF_TRADE, wanted - order.lots
            lots = min(order.lots, maker.lots)
            self.fills.append(Fill(row, maker.id, maker.tick, lots))
            order.lots -= lots
            maker.lots -= lots
            if not maker.lots:
                theirs.remove(maker)
                del self.orders[maker.id]
        traded = wanted - order.lots
        if not order.lots:
            return FILLED, traded
        if order.kind not in (LIMIT, POST_ONLY):
            return NOTHING_TO_TRADE_WITH, traded
        self.orders[order.id] = order
        self.sides[order.side].add(order)
        return RESTS, traded

    def _can_fill(self, order: Order, worst: int) -> bool:
        """Whether there is enough to trade with before the first order of the same client."""
        theirs, wanted = self.sides[1 - order.side], order.lots
        for key in reversed(theirs.keys):
            if key < worst:
                return False
            for maker in theirs.queues[key].values():
                if maker.client == order.client:
                    return False
                wanted -= maker.lots
                if wanted <= 0:
                    return True
        return False

    def cancel(self, order_id: int) -> tuple[int, int]:
        """Take an order out of the book."""
        order = self.orders.pop(order_id, None)
        if order is None:
            return UNKNOWN, 0
        self.sides[order.side].remove(order)
        return DONE, 0

    def replace(self, row: int, order_id: int, tick: int, lots: int) -> tuple[int, int]:
        """Give an order another price and quantity; only a lower quantity keeps its place."""
        order = self.orders.get(order_id)
        if order is None:
            return UNKNOWN, 0
        if not 0 < lots <= MAX_ORDER_LOTS:
            return BAD_QUANTITY, 0
        if abs(tick) > MAX_TICK:
            return BAD_PRICE, 0
        if tick == order.tick and lots <= order.lots:
            order.lots = lots
            return RESTS, 0
        self.cancel(order_id)
        return self._take(row, Order(order_id, order.client, order.side, LIMIT, tick, lots))

    def depth(self, side: int) -> list[tuple[int, int]]:
        """Prices and quantities of a side, best first."""
        one = self.sides[side]
        return [
            (key if side == BID else -key, sum(order.lots for order in one.queues[key].values()))
            for key in reversed(one.keys)
        ]
