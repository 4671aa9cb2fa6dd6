"""What a venue trades, and where it is reached.

>>> VenueConfig(symbols={"ABC": "0.05"}).symbols
{'ABC': '0.05'}
"""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from hft_py import checks

# The key that a venue on this machine alone accepts unless told otherwise: it guards nothing.
DEMO_KEYS = {"demo": ("demo-secret", "CLIENT")}
SYMBOLS = {"AAPL": "0.01", "MSFT": "0.01", "SPY": "0.01"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class VenueConfig:
    """What a venue trades, and where it is reached.

    Parameters
    ----------
    symbols
        The tick size of each symbol, as text. Quantities are whole lots of one unit.
    host
        Where it listens. Default: this machine alone. Another address needs ``keys`` of its own;
        FIX has none: whoever reaches its port trades under any CompID.
    fix_port, rest_port
        Ports; 0, the default, takes a free one, None does not listen.
    comp_id
        The venue's CompID; a FIX client's CompID is its client's name.
    keys
        REST clients: the secret and the client's name for each key. Default: the key ``demo`` with
        the secret ``demo-secret`` for the client ``CLIENT``.
    cash
        Money of each client at the start, in whole units. Nothing is refused for a lack of it.
    kept
        Orders of each client that are over, and trades, that are remembered. Default: 100,000.
    seed
        Of the random flow.
    flow
        Orders a second of a random flow in each symbol. Default: none.
    flow_price
        The price around which a flow starts, as text; from one tick to 2³⁹ ticks.
    flow_depth, flow_spread, flow_clients
        Orders that a flow keeps in a book, ticks behind its value within which half of them come,
        and how many clients it is.
    store
        The folder of the FIX sessions' messages. Default: in memory, gone with the process.
    log_file
        The file of the FIX sessions' log. Default: none.

    Raises
    ------
    ValueError, TypeError
        A setting that makes no sense, by name and with what was expected.

    Examples
    --------
    >>> VenueConfig(host="0.0.0.0")
    Traceback (most recent call last):
    ...
    ValueError: host='0.0.0.0' is reached by others, expected keys of your own with it
    """

    symbols: Mapping[str, str] = dataclasses.field(default_factory=lambda: dict(SYMBOLS))
    host: str = "127.0.0.1"
    fix_port: int | None = 0
    rest_port: int | None = 0
    comp_id: str = "VENUE"
    keys: Mapping[str, tuple[str, str]] = dataclasses.field(
        default_factory=lambda: dict(DEMO_KEYS), repr=False
    )
    cash: int = 100_000
    kept: int = 100_000
    seed: int = 1
    flow: float = 0.0
    flow_price: str = "100"
    flow_depth: int = 1_000
    flow_spread: int = 8
    flow_clients: int = 16
    store: str | None = None
    log_file: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.symbols, Mapping) or not self.symbols:
            raise ValueError(f"symbols={self.symbols!r}, expected a tick size for each symbol")
        for name, tick in self.symbols.items():
            if not is_plain(name):
                raise ValueError(
                    f"symbols has {name!r}, expected printable ASCII, at least one character"
                )
            _positive(f"symbols[{name!r}]", tick, decimals=9)
        _positive("flow_price", self.flow_price)
        if not isinstance(self.keys, Mapping):
            raise TypeError("keys, expected a secret and a client's name for each key")
        for key, value in self.keys.items():
            pair = isinstance(value, tuple | list) and len(value) == 2
            if not pair or not all(map(is_plain, (key, *value))):
                raise ValueError(
                    f"keys[{key!r}], expected a secret and a client's name, all in printable ASCII"
                )
        for name in ("store", "log_file"):
            if (path := getattr(self, name)) is not None and (
                not isinstance(path, str) or not path or "\0" in path
            ):
                raise ValueError(f"{name}={path!r}, expected the path as text, or None")
        for name in ("fix_port", "rest_port"):
            if (port := getattr(self, name)) is not None:
                checks.whole_number(name, port, least=0, most=65_535)
        if self.host != "localhost":
            try:
                if not isinstance(self.host, str):
                    raise ValueError
                address = ipaddress.ip_address(self.host)
            except ValueError:
                raise ValueError(
                    f"host={self.host!r}, expected an address such as 127.0.0.1"
                ) from None
            if not address.is_loopback and not DEMO_KEYS.keys().isdisjoint(self.keys):
                raise ValueError(
                    f"host={self.host!r} is reached by others, expected keys of your own with it"
                )
        checks.whole_number("cash", self.cash, least=0, most=10**12)
        checks.whole_number("kept", self.kept, least=1, most=10**9)
        checks.whole_number("flow_depth", self.flow_depth, least=1, most=10**6)
        checks.whole_number("flow_spread", self.flow_spread, least=1, most=10**4)
        checks.whole_number("flow_clients", self.flow_clients, least=1, most=1_000)
        checks.real_number("flow", self.flow, least=0)
        checks.seed_number(self.seed)


def is_plain(text: Any) -> bool:
    """Whether this is text that FIX and HTTP carry as it is."""
    return isinstance(text, str) and text != "" and text.isascii() and text.isprintable()


def _positive(name: str, text: Any, decimals: int | None = None) -> Decimal:
    """A positive decimal number from its text."""
    try:
        value = Decimal(text) if isinstance(text, str) else None
    except InvalidOperation:
        value = None
    exponent = value.as_tuple().exponent if value is not None else 0
    fine = decimals is None or (isinstance(exponent, int) and -exponent <= decimals)
    if value is None or not value.is_finite() or value <= 0 or not fine:
        most = "" if decimals is None else f" with at most {decimals} decimals"
        raise ValueError(f"{name}={text!r}, expected a positive decimal number as text{most}")
    return value
