"""Messages of a market-data file: one line each, fields separated by commas.

time,kind,order,side,price,quantity with kind A (add), D (delete), E (executed), for example
``2024-03-01 09:30:00.001250,A,1207,B,10015,300``. Prices are in ticks.
"""

from dataclasses import dataclass
from datetime import datetime

FORMAT = "%Y-%m-%d %H:%M:%S.%f"
KINDS = ("A", "D", "E")


class FeedError(ValueError):
    """A line that is no message."""


@dataclass
class Message:
    """One message of the feed."""

    time: datetime
    kind: str
    order: int
    side: str
    price: int
    quantity: int


def parse(line, number):
    """The message of a line."""
    fields = line.strip().split(",")
    if len(fields) != 6:
        raise FeedError(f"line {number}: {len(fields)} fields, expected 6")
    if fields[1] not in KINDS:
        raise FeedError(f"line {number}: unknown kind {fields[1]!r}")
    time = datetime.strptime(fields[0], FORMAT)
    return Message(
        time=time,
        kind=fields[1],
        order=int(fields[2]),
        side=fields[3],
        price=int(fields[4]),
        quantity=int(fields[5]),
    )


def read(path):
    """All messages of a file."""
    messages = []
    with open(path, encoding="ascii") as stream:
        for number, line in enumerate(stream, 1):
            if line.startswith("#") or not line.strip():
                continue
            messages.append(parse(line, number))
    return messages
