"""WebSocket streams in Alpaca's shapes: ``/stream`` for orders, ``/v2/iex`` for the market.

One thread takes the exchange's events and hands them to the event loop, which gives each socket
what it asked for. A socket that does not read is closed once :data:`MAX_WAITING` messages wait for
it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from typing import Any

from hft_py.results import optional
from hft_py.venue import alpaca
from hft_py.venue.rest import RefusalError, client_of
from hft_py.venue.served import Served

websockets = optional("fastapi.websockets", "venue", "the streams of a venue")

__all__ = ["MAX_WAITING", "Streams"]

MAX_WAITING = 10_000
_BATCH = 4_096
_WAIT = 0.1  # seconds


class _Socket:
    """Who listens, to what, and what waits for it."""

    def __init__(self, client: str) -> None:
        self.client = client
        self.updates = False
        self.trades: set[str] = set()
        self.quotes: set[str] = set()
        self.waiting: asyncio.Queue[Any] = asyncio.Queue(MAX_WAITING)
        self.full = False

    def put(self, message: Any) -> None:
        try:
            self.waiting.put_nowait(message)
        except asyncio.QueueFull:
            self.full = True


class Streams:
    """The sockets of a venue, and the thread that feeds them."""

    def __init__(self, venue: Served) -> None:
        self._venue = venue
        self._sockets: set[_Socket] = set()
        self._touch: dict[str, Any] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hft_py venue streams", daemon=True)

    def add_to(self, app: Any) -> None:
        """Serve the streams by an application."""
        app.router.add_websocket_route("/stream", self._updates)
        app.router.add_websocket_route("/v2/iex", self._market)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin, for sockets of this loop."""
        self._loop = loop
        self._venue.exchange.listen()
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        loop = self._loop
        while loop is not None and not self._stop.is_set():
            events, _dropped = self._venue.exchange.events(_WAIT, _BATCH)
            if events and self._sockets:
                told = threading.Event()
                with contextlib.suppress(RuntimeError):  # the loop ends first when the venue stops
                    loop.call_soon_threadsafe(self._tell, events, told)
                told.wait(_WAIT)  # so that the loop is not given more than it can tell

    def _tell(self, events: list[dict[str, Any]], told: threading.Event) -> None:
        for event in events:
            kind = event["type"]
            if kind == "report":
                self._tell_client(event)
            elif kind == "trade":
                self._tell_trade(event)
            else:
                self._tell_quote(event["symbol"])
        told.set()

    def _tell_client(self, event: dict[str, Any]) -> None:
        found = event["order"]
        listeners = [s for s in self._sockets if s.updates and s.client == found["client"]]
        if not listeners or event["event"] == "state":
            return
        name = event["event"]
        if name == "fill" and found["status"] != "filled":
            name = "partial_fill"
        data = {
            "event": name,
            "execution_id": str(event["execution_id"]),
            "timestamp": alpaca.timestamp(event["time"]),
            "order": alpaca.order(found),
        }
        if event["price"] is not None:
            data["price"], data["qty"] = alpaca.money(event["price"]), str(event["lots"])
            data["position_qty"] = str(self._venue.position(found["client"], found["symbol"]))
        if event["reference"] is not None:
            data["reference_id"] = str(event["reference"])
        for socket in listeners:
            socket.put({"stream": "trade_updates", "data": data})

    def _tell_trade(self, event: dict[str, Any]) -> None:
        symbol = event["symbol"]
        message = {
            "T": "t",
            "S": symbol,
            "i": event["trade_id"],
            "x": "V",
            "p": event["price"] / 1e9,
            "s": event["lots"],
            "t": alpaca.timestamp(event["time"]),
            "c": [],
            "z": "C",
        }
        for socket in self._sockets:
            if symbol in socket.trades or "*" in socket.trades:
                socket.put([message])

    def _tell_quote(self, symbol: str) -> None:
        listeners = [s for s in self._sockets if symbol in s.quotes or "*" in s.quotes]
        if not listeners:
            return
        touch = self._venue.exchange.depth(symbol, 1)
        if touch == self._touch.get(symbol):
            return
        self._touch[symbol] = touch
        for socket in listeners:
            socket.put([_quote(symbol, touch, self._venue.clock())])

    async def _updates(self, socket: Any) -> None:
        await socket.accept()
        listener: _Socket | None = None

        async def answer(message: dict[str, Any]) -> Any:
            nonlocal listener
            action = message.get("action")
            data = message.get("data") if isinstance(message.get("data"), dict) else {}
            if action in ("auth", "authenticate"):
                given = {**message, **(data or {})}
                listener, status = self._admit(given, "key_id"), "authorized"
                status = "authorized" if listener else "unauthorized"
                return {"stream": "authorization", "data": {"status": status, "action": action}}
            if action == "listen" and listener is not None:
                streams = (data or {}).get("streams") or []
                listener.updates = "trade_updates" in streams
                known = ["trade_updates"] if listener.updates else []
                return {"stream": "listening", "data": {"streams": known}}
            return {"stream": "error", "data": {"error": "authenticate, then listen"}}

        await self._serve(socket, answer, lambda: listener)

    async def _market(self, socket: Any) -> None:
        await socket.accept()
        listener: _Socket | None = None
        await socket.send_text(json.dumps([{"T": "success", "msg": "connected"}]))

        async def answer(message: dict[str, Any]) -> Any:
            nonlocal listener
            action = message.get("action")
            if action == "auth":
                listener = self._admit(message, "key")
                if listener is None:
                    return [{"T": "error", "code": 402, "msg": "auth failed"}]
                return [{"T": "success", "msg": "authenticated"}]
            if listener is None:
                return [{"T": "error", "code": 401, "msg": "not authenticated"}]
            if action not in ("subscribe", "unsubscribe"):
                return [{"T": "error", "code": 400, "msg": "invalid syntax"}]
            for name, wanted in (("trades", listener.trades), ("quotes", listener.quotes)):
                asked = message.get(name) or []
                symbols = {one for one in asked if isinstance(one, str)}
                if action == "subscribe":
                    wanted |= symbols
                else:
                    wanted -= symbols
            for symbol in listener.quotes & set(self._venue.config.symbols):
                listener.put(
                    [_quote(symbol, self._venue.exchange.depth(symbol, 1), self._venue.clock())]
                )
            return [{"T": "subscription", "trades": sorted(listener.trades),
                     "quotes": sorted(listener.quotes), "bars": []}]  # fmt: skip

        await self._serve(socket, answer, lambda: listener)

    def _admit(self, given: dict[str, Any], name: str) -> _Socket | None:
        key = given.get(name) or given.get("key")
        secret = given.get("secret_key") or given.get("secret")
        try:
            return _Socket(client_of(self._venue, str(key), str(secret)))
        except RefusalError:
            return None

    async def _serve(self, socket: Any, answer: Any, listener: Any) -> None:
        """Read what a socket asks, and write what it gets, until it goes."""
        writer: asyncio.Task[None] | None = None
        current: _Socket | None = None
        try:
            while True:
                text = await socket.receive()
                if text["type"] == "websocket.disconnect":
                    return
                reply = await answer(_parsed(text.get("text") or text.get("bytes") or b""))
                await socket.send_text(json.dumps(reply))
                if listener() is not None and listener() is not current:
                    self._sockets.discard(current)
                    if writer is not None:
                        writer.cancel()
                    current = listener()
                    self._sockets.add(current)
                    writer = asyncio.ensure_future(_write(socket, current))
        except websockets.WebSocketDisconnect:
            return
        finally:
            self._sockets.discard(current)
            if writer is not None:
                writer.cancel()


async def _write(socket: Any, listener: _Socket) -> None:
    while True:
        message = await listener.waiting.get()
        if listener.full:
            await socket.close(code=1013, reason="too slow")
            return
        await socket.send_text(json.dumps(message))


def _quote(symbol: str, touch: Any, now: int) -> dict[str, Any]:
    """The best bid and offer; zeros where a side is empty."""
    (bid, bid_lots), (ask, ask_lots) = (side[0] if side else (0, 0) for side in touch)
    return {
        "T": "q",
        "S": symbol,
        "bx": "V",
        "bp": bid / 1e9,
        "bs": bid_lots,
        "ax": "V",
        "ap": ask / 1e9,
        "as": ask_lots,
        "t": alpaca.timestamp(now),
        "c": [],
        "z": "C",
    }


def _parsed(text: str | bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
