"""A venue in this process: its state, its ports, its flow.

The state is one for all: orders by FIX and by REST meet in the same book.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hft_py import checks
from hft_py.backend import extension
from hft_py.venue.config import VenueConfig, is_plain
from hft_py.venue.matching import order_rows

__all__ = ["Venue"]

_UNIT = Decimal(10) ** 9
_MOST_TICKS = 2**39  # half of what the venue takes: a flow moves
_STEP = 0.01  # seconds between pieces of a random flow
_PIECE = 10_000  # the most orders of a piece, so that a venue that cannot keep up still stops


def decimal(billionths: int) -> Decimal:
    """An amount of billionths without needless zeros."""
    value = (Decimal(billionths) / _UNIT).normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral() else value


class Venue:
    """A venue that runs from ``start`` to ``stop``, or as a context manager.

    Needs the extension; REST needs the extra ``venue``. A client's orders stay in the book when its
    connection ends. There is no margin: every client has credit.

    Parameters
    ----------
    config
        What it trades and where; the default listens on free ports of this machine.
    clock
        Nanoseconds since 1970-01-01 UTC, called for orders by REST or by this object. Default: the
        system's. Orders by FIX carry the system's time.

    Attributes
    ----------
    exchange
        The state, for tests: orders, positions and events as the REST API shows them.

    Examples
    --------
    >>> with Venue(VenueConfig(rest_port=None)) as venue:
    ...     host, port = venue.fix_address
    ...     first = venue.submit("A", "AAPL", "buy", 100, price="175.25")
    ...     second = venue.submit("B", "AAPL", "sell", 40, price="175.25")
    ...     venue.order(first["id"])["filled"], venue.position("B", "AAPL")
    (40, -40)
    """

    def __init__(
        self, config: VenueConfig | None = None, *, clock: Callable[[], int] = time.time_ns
    ) -> None:
        self.config = VenueConfig() if config is None else config
        if not isinstance(self.config, VenueConfig):
            raise TypeError(f"config={checks.short(config)}, expected a VenueConfig")
        self.clock = clock
        symbols = list(self.config.symbols.items())
        self.exchange: Any = extension().venue.Exchange(symbols, self.config.kept, self.config.cash)
        self._names = itertools.count(1)
        self._stop = threading.Event()
        self._flow: threading.Thread | None = None
        self._fix: Any = None
        self._rest: Any = None

    def start(self) -> Self:
        """Listen, and start the flow.

        Raises
        ------
        OSError
            A port is taken; a folder or a file cannot be written.
        ValueError
            ``flow_price`` is no price of a symbol.
        ImportError
            REST is asked for and its packages are missing.
        """
        config = self.config
        if config.flow:
            for _, unit in self.exchange.symbols():
                self._flow_ticks(unit)
        self._stop.clear()
        try:
            if config.fix_port is not None and self._fix is None:
                self._fix = self._start_fix()
            if config.rest_port is not None and self._rest is None:
                from hft_py.venue.server import RestServer

                self._rest = RestServer(self)
        except BaseException:
            self.stop()
            raise
        if config.flow and self._flow is None:
            self._flow = threading.Thread(
                target=self._run_flow, name="hft_py venue flow", daemon=True
            )
            self._flow.start()
        return self

    def _start_fix(self) -> Any:
        from hft_py.fix.settings import Limits, SessionSettings

        if self.config.store is not None:
            Path(self.config.store).mkdir(parents=True, exist_ok=True)
        host = "127.0.0.1" if self.config.host == "localhost" else self.config.host
        pattern = SessionSettings(
            sender_comp_id=self.config.comp_id,
            target_comp_id="*",
            host=host,
            port=self.config.fix_port or 0,
            store=self.config.store,
        )
        listen = {
            "host": host,
            "port": pattern.port,
            "tls": None,
            "template": pattern.items(initiator=False),
        }
        limits = Limits().items(pattern.logon_timeout)
        log = self.config.log_file
        return extension().venue.FixServer(
            self.exchange, listen, limits, log, False, self.config.seed & (2**63 - 1)
        )

    def stop(self, seconds: float = 2.0) -> None:
        """End the flow, log FIX sessions out and close the ports; waits so many seconds at most."""
        self._stop.set()
        if self._flow is not None:
            self._flow.join()
        if self._rest is not None:
            self._rest.stop()
        if self._fix is not None:
            self._fix.stop(seconds)
        self._flow = self._rest = self._fix = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def fix_address(self) -> tuple[str, int]:
        """Where FIX sessions connect to: host and port."""
        if self._fix is None:
            raise RuntimeError("the venue does not listen for FIX: start it, with a fix_port")
        host, port = self._fix.address()
        return host, port

    @property
    def rest_url(self) -> str:
        """The base address of the REST API, without ``/v2``."""
        if self._rest is None:
            raise RuntimeError("the venue does not listen for REST: start it, with a rest_port")
        url: str = self._rest.url
        return url

    def metrics(self) -> str:
        """Counts of the FIX sessions in the text format of Prometheus."""
        return "" if self._fix is None else str(self._fix.metrics())

    def submit(
        self,
        client: str,
        symbol: str,
        side: str,
        quantity: int | str,
        *,
        price: str | Decimal | None = None,
        kind: str = "limit",
        client_order_id: str | None = None,
    ) -> dict[str, Any]:
        """Send an order without any connection; the order as it stands afterwards.

        Parameters
        ----------
        client, symbol
            Whose it is, and what it trades.
        side
            ``"buy"`` or ``"sell"``.
        quantity
            Lots.
        price
            The limit, as text or Decimal; not for a market order.
        kind
            ``"limit"``, ``"market"``, ``"ioc"``, ``"fok"`` or ``"post_only"``. Default: limit.
        client_order_id
            The client's name for it. Default: a new one.

        Raises
        ------
        ValueError
            Why the venue refused it; text that is not printable ASCII; a market order's price.
        """
        kinds = ("limit", "market", "ioc", "fok", "post_only")
        code = kinds.index(checks.choice("kind", kind, kinds))
        buy = checks.choice("side", side, ("buy", "sell")) == "buy"
        if code == 1 and price is not None:
            raise ValueError(f"price={checks.short(price)}, expected none for a market order")
        for name, text in (("client", client), ("client_order_id", client_order_id or "-")):
            if not is_plain(text):
                raise ValueError(f"{name}={checks.short(text)}, expected printable ASCII")
        in_force = {"ioc": "3", "fok": "4"}.get(kind, "0")
        found, why = self.exchange.submit(
            self.clock(), client, client_order_id or self.new_name(), symbol, buy, code,
            ord(in_force), None if price is None else str(price), str(quantity),
        )  # fmt: skip
        return self._taken(found, why)

    def cancel(self, client: str, client_order_id: str) -> dict[str, Any]:
        """Cancel an order by its client's name for it; raises a ValueError where it is refused."""
        return self._taken(*self.exchange.cancel(self.clock(), client, client_order_id, ""))

    def _taken(self, found: dict[str, Any] | None, why: str) -> dict[str, Any]:
        if found is None:
            raise ValueError(f"the venue refused: {why}")
        return found

    def new_name(self) -> str:
        """A client's name for an order not used before."""
        return f"venue-{next(self._names)}"

    def order(self, number: int) -> dict[str, Any]:
        """An order by the venue's number, prices in billionths; KeyError where there is none."""
        known = checks.whole_number("number", number) in range(2**63)
        found: dict[str, Any] | None = self.exchange.order(number) if known else None
        if found is None:
            raise KeyError(f"number={number}: the venue has no such order")
        return found

    def position(self, client: str, symbol: str) -> int:
        """The lots that a client holds; negative where sold short."""
        held = {name: lots for name, lots, _, _ in self.exchange.positions(client)}
        return int(held.get(symbol, 0))

    def depth(
        self, symbol: str, levels: int = 10
    ) -> tuple[list[tuple[Decimal, int]], list[tuple[Decimal, int]]]:
        """The best bids and offers: price, lots. KeyError for an unknown symbol."""
        checks.whole_number("levels", levels, least=1, most=2**16)
        bids, asks = (
            [(decimal(price), lots) for price, lots in side]
            for side in self.exchange.depth(symbol, levels)
        )
        return bids, asks

    def bust(self, trade: int) -> None:
        """Cancel a trade, as the operator; both sides are told. ValueError where it is unknown.

        What was traded does not come back to the book.
        """
        if why := self.exchange.bust(self.clock(), trade):
            raise ValueError(f"trade={trade}: {why}")

    def correct(self, trade: int, price: str | Decimal, lots: int) -> None:
        """Give a trade another price and the same or a smaller quantity, as the operator.

        Parameters
        ----------
        trade
            Its number, as trades and reports show it.
        price
            A multiple of the tick size.
        lots
            From 1 to what was traded.

        Raises
        ------
        ValueError
            For an unknown trade, or a price or quantity that cannot be.
        """
        found, why = self.exchange.trade_symbol(trade), "unknown trade"
        if found is not None:
            unit = dict(self.exchange.symbols())[found]
            ticks = Decimal(price) * _UNIT / unit
            if ticks != ticks.to_integral_value():
                raise ValueError(f"price={price}, expected a multiple of {decimal(unit)}")
            why = self.exchange.correct(self.clock(), trade, int(ticks), lots)
        if why:
            raise ValueError(f"trade={trade}: {why}")

    def run_flow(self, rows: int) -> None:
        """So many orders of the random flow in each symbol, at once.

        With a clock of your own and the same seed, the same orders.
        """
        checks.whole_number("rows", rows, least=0)
        config = self.config
        for symbol, unit in self.exchange.symbols():
            mid = self._flow_ticks(unit)
            self.exchange.flow(
                self.clock(), symbol, rows, config.seed, mid, config.flow_depth,
                config.flow_spread, config.flow_clients,
            )  # fmt: skip

    def _flow_ticks(self, unit: int) -> int:
        """The price where a flow starts, in ticks."""
        ticks = Decimal(self.config.flow_price) * _UNIT / unit
        if not 1 <= ticks <= _MOST_TICKS:
            raise ValueError(
                f"flow_price={self.config.flow_price!r} is {ticks:g} ticks of "
                f"{decimal(unit)}, expected from 1 to {_MOST_TICKS}"
            )
        return round(ticks)

    def replay(self, symbol: str, orders: Any) -> None:
        """Recorded orders in the book of a symbol, from clients of their own.

        Parameters
        ----------
        symbol
            Which book.
        orders
            Rows as of :func:`hft_py.venue.match_orders`; :func:`hft_py.venue.read_lobster_orders`
            makes them from a file.
        """
        self.exchange.replay(self.clock(), symbol, order_rows("orders", orders))

    def _run_flow(self) -> None:
        """Orders at an even rate, whatever a piece of them takes."""
        began, sent = time.monotonic(), 0
        while not self._stop.wait(_STEP):
            due = int((time.monotonic() - began) * self.config.flow)
            piece = min(due - sent, _PIECE)
            self.run_flow(piece)
            sent += piece
