"""The products of the book: options on the average, with a barrier, and on the extremes."""

from dataclasses import dataclass

KINDS = ("asian call", "up-and-out call", "down-and-in put", "lookback put")


@dataclass
class Product:
    """Something that pays once, at its expiry, by the path of the underlying."""

    name: str
    kind: str
    strike: float
    expiry: float
    quantity: float
    barrier: float = 0.0

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"{self.name}: unknown kind {self.kind!r}, expected one of {KINDS}")


def book(spot):
    """The positions of the desk."""
    return [
        Product("asian 6m", "asian call", 1.00 * spot, 0.50, 120.0),
        Product("asian 1y", "asian call", 1.05 * spot, 1.00, 80.0),
        Product("up-and-out 6m", "up-and-out call", 1.00 * spot, 0.50, -150.0, 1.30 * spot),
        Product("up-and-out 1y", "up-and-out call", 0.95 * spot, 1.00, -60.0, 1.45 * spot),
        Product("down-and-in 1y", "down-and-in put", 1.00 * spot, 1.00, 100.0, 0.80 * spot),
        Product("lookback 6m", "lookback put", 1.00 * spot, 0.50, 40.0),
    ]
