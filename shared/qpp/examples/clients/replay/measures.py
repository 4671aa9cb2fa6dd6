"""What the desk wants to know of a day: spread, imbalance, volatility of the mid price, volume."""

import statistics
from collections import defaultdict

TICK = 0.01
DEPTH = 5
SAMPLE_EVERY = 400  # messages between two looks at the depth
HOUR = "%H:00"


class Measures:
    """Collects figures while messages are applied."""

    def __init__(self):
        self.spread_seconds = 0.0
        self.seconds = 0.0
        self.last_time = None
        self.last_spread = None
        self.crossed = 0
        self.mids = []
        self.imbalances = []
        self.volume = defaultdict(int)
        self.notional = defaultdict(float)
        self.messages = 0

    def trade(self, message):
        """Volume and average price, by hour."""
        hour = message.time.strftime(HOUR)
        self.volume[hour] += message.quantity
        self.notional[hour] += message.quantity * message.price * TICK

    def update(self, message, book):
        """After each message: the spread, weighted with the time that it lasts."""
        self.messages += 1
        if message.kind == "E":
            self.trade(message)
        if self.last_time is not None and self.last_spread is not None:
            lasted = (message.time - self.last_time).total_seconds()
            self.spread_seconds += lasted * self.last_spread
            self.seconds += lasted
        bid, ask = book.best("B"), book.best("S")
        self.last_time = message.time
        if bid is None or ask is None:
            self.last_spread = None
            return
        if bid >= ask:
            self.crossed += 1
        self.last_spread = (ask - bid) * TICK
        mid = 0.5 * (bid + ask) * TICK
        if not self.mids or self.mids[-1] != mid:
            self.mids.append(mid)
        if self.messages % SAMPLE_EVERY == 0:
            self.imbalances.append(imbalance(book))

    def spread(self):
        """The mean spread over the time, in currency."""
        return self.spread_seconds / self.seconds if self.seconds else 0.0

    def mid_volatility(self):
        """Standard deviation of the changes of the mid price, in ticks."""
        moves = [(b - a) / TICK for a, b in zip(self.mids, self.mids[1:], strict=False)]
        return statistics.pstdev(moves) if moves else 0.0


def imbalance(book):
    """Bid quantity over all quantity in the best levels."""
    bids = sum(quantity for _, quantity in book.depth("B", DEPTH))
    asks = sum(quantity for _, quantity in book.depth("S", DEPTH))
    total = bids + asks
    return bids / total if total else 0.5


def volume_table(measures):
    """Volume and average price of each hour, as text."""
    lines = ["  hour   volume   average"]
    for hour in sorted(measures.volume):
        volume = measures.volume[hour]
        lines.append(f"{hour:>6}{volume:>9}{measures.notional[hour] / volume:>10.4f}")
    return "\n".join(lines)
