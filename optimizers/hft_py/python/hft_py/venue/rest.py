"""The REST API in Alpaca's shapes: orders, positions, account, clock, assets.

Not offered, and refused by name: notional and fractional quantities, stop and trailing orders,
bracket orders, orders for the opening and the closing auction. Keys are checked, and compared in
constant time.
"""

from __future__ import annotations

import datetime as dt
import hmac
import json
import uuid
from typing import Any

from hft_py.results import optional
from hft_py.venue import alpaca
from hft_py.venue.served import Served

fastapi = optional("fastapi", "venue", "the REST API of a venue")
responses = optional("fastapi.responses", "venue", "the REST API of a venue")

__all__ = ["RefusalError", "application", "client_of"]

_KINDS = {"day": 0, "gtc": 0, "ioc": 2, "fok": 3}
_IN_FORCE = {"day": "0", "gtc": "1", "ioc": "3", "fok": "4"}
_MAX_BODY = 64 * 1024
_DAY = 86_400 * 10**9


class RefusalError(Exception):
    """An answer with Alpaca's error shape: an HTTP status, a code, a message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def invalid(message: str) -> RefusalError:
    """A request that cannot be carried out as it is."""
    return RefusalError(422, 42210000, message)


def not_found(what: str) -> RefusalError:
    """Something that does not exist, or belongs to another client."""
    return RefusalError(404, 40410000, f"{what} not found")


def client_of(venue: Served, key: str, secret: str) -> str:
    """The client of a key, or a refusal."""
    expected, client = venue.config.keys.get(key, ("", ""))
    if not expected or not hmac.compare_digest(secret.encode(), expected.encode()):
        raise RefusalError(401, 40110000, "access key verification failed")
    return client


async def _body(request: Any) -> dict[str, Any]:
    raw = b""
    async for piece in request.stream():
        raw += piece
        if len(raw) > _MAX_BODY:
            raise RefusalError(413, 41310000, f"the body has more than {_MAX_BODY} bytes")
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise RefusalError(400, 40010000, "request body format is invalid") from None
    if not isinstance(found, dict):
        raise RefusalError(400, 40010000, "request body format is invalid")
    return found


def _number(body: dict[str, Any], name: str) -> str | None:
    """A decimal number that may come as text or as a number."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise invalid(f"{name} must be a number")
    text = repr(value) if isinstance(value, float) else str(value)
    digits = text.removeprefix("-").replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        raise invalid(f"{name}={text[:40]!r} must be a decimal number of at most 18 digits")
    return text


def _text(body: dict[str, Any], name: str, default: str | None = None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
        raise invalid(f"{name} is required, and must be printable ASCII")
    return value


def _own_id(body: dict[str, Any]) -> str:
    """The client's id of an order, or a new one."""
    if body.get("client_order_id") in (None, ""):
        return str(uuid.uuid4())
    return _text(body, "client_order_id")


def _unsupported(body: dict[str, Any], *names: str) -> None:
    """Refuse an order with a field that would change what it does, and that is not offered."""
    for name in names:
        if body.get(name) is not None:
            raise invalid(f"{name} is not supported: leave it out")


def _refused(why: str) -> RefusalError:
    """The venue's reason in Alpaca's words and codes."""
    if why == "duplicate ClOrdID":
        return RefusalError(422, 40010001, "client_order_id must be unique")
    if why == "unknown symbol":
        return invalid("asset is not found")
    return invalid(why)


def application(venue: Served) -> Any:
    """The application that answers for a venue."""
    app = fastapi.FastAPI(title="hft_py venue", docs_url=None, redoc_url=None, openapi_url=None)
    exchange = venue.exchange

    @app.exception_handler(RefusalError)  # type: ignore[untyped-decorator, unused-ignore]
    async def refuse(request: Any, refusal: RefusalError) -> Any:
        content = {"code": refusal.code, "message": str(refusal)}
        return responses.JSONResponse(content, status_code=refusal.status)

    def client(request: Any) -> str:
        headers = request.headers
        return client_of(
            venue, headers.get("APCA-API-KEY-ID", ""), headers.get("APCA-API-SECRET-KEY", "")
        )

    def mine(request: Any, text: str) -> tuple[dict[str, Any], int]:
        """The client's order of an id, and the version that the id names."""
        name = client(request)
        parts = alpaca.number_of(text)
        found = None if parts is None or parts[0] >= 2**63 else exchange.order(parts[0])
        if (
            found is None
            or parts is None
            or found["client"] != name
            or parts[1] > len(found["versions"])
        ):
            raise not_found(f"order {text[:40]}")
        return found, parts[1]

    async def submit(request: Any) -> Any:
        name, body = client(request), await _body(request)
        side, in_force = _text(body, "side"), _text(body, "time_in_force", "day")
        order_type, symbol = _text(body, "type"), _text(body, "symbol")
        if body.get("notional") is not None:
            raise invalid("notional orders are not supported: give qty")
        if body.get("order_class") not in (None, "", "simple"):
            raise invalid("order_class is not supported: send simple orders")
        _unsupported(body, "stop_price", "trail_price", "trail_percent", "take_profit", "stop_loss")
        if side not in ("buy", "sell"):
            raise invalid("side must be buy or sell")
        if order_type not in ("market", "limit"):
            raise invalid("type must be market or limit")
        if in_force not in _KINDS:
            raise invalid("time_in_force must be day, gtc, ioc or fok")
        quantity, price = _number(body, "qty"), _number(body, "limit_price")
        if quantity is None:
            raise invalid("qty is required")
        if order_type == "limit" and price is None:
            raise invalid("limit orders require a limit_price")
        if order_type == "market" and price is not None:
            raise invalid("market orders must not have a limit_price")
        kind = 1 if order_type == "market" else _KINDS[in_force]
        found, why = exchange.submit(
            venue.clock(), name, _own_id(body), symbol, side == "buy", kind,
            ord(_IN_FORCE[in_force]), price, quantity,
        )  # fmt: skip
        if found is None:
            raise _refused(why)
        return alpaca.order(found)

    async def orders(request: Any) -> Any:
        name, query = client(request), request.query_params
        state = query.get("status", "open")
        if state not in ("open", "closed", "all"):
            raise invalid("status must be open, closed or all")
        side, direction = query.get("side"), query.get("direction", "desc")
        if side not in (None, "buy", "sell"):
            raise invalid("side must be buy or sell")
        if direction not in ("asc", "desc"):
            raise invalid("direction must be asc or desc")
        try:
            limit = int(query.get("limit", "50"))
        except ValueError:
            raise invalid("limit must be an integer") from None
        if not 1 <= limit <= 500:
            raise invalid("limit must be from 1 to 500")
        found = exchange.orders(name)
        symbols = {symbol for symbol in query.get("symbols", "").split(",") if symbol}
        after, until = (_time(query.get(name), name) for name in ("after", "until"))
        shown = [
            one
            for one in found
            if (state == "all" or (one["status"] in _OPEN) == (state == "open"))
            and (not symbols or one["symbol"] in symbols)
            and (side in (None, one["side"]))
            and (after is None or one["created"] > after)
            and (until is None or one["created"] < until)
        ]
        if direction == "desc":
            shown.reverse()
        return [alpaca.order(one) for one in shown[:limit]]

    async def by_name(request: Any) -> Any:
        wanted = request.query_params.get("client_order_id", "")
        found = exchange.named(client(request), wanted)
        if found is None:
            raise not_found(f"order {wanted[:64]}")
        names = [version[0] for version in found["versions"]]
        return alpaca.order(found, names.index(wanted) if wanted in names else None)

    async def order(request: Any) -> Any:
        return alpaca.order(*mine(request, request.path_params["order_id"]))

    async def cancel(request: Any) -> Any:
        found, version = mine(request, request.path_params["order_id"])
        _still(found, version)
        _, why = exchange.cancel(venue.clock(), found["client"], found["client_order_id"], "")
        if why:
            raise invalid(why)
        return responses.Response(status_code=204)

    async def cancel_all(request: Any) -> Any:
        answers = []
        for found in exchange.orders(client(request)):
            if found["status"] in _OPEN:
                name = found["client_order_id"]
                _, why = exchange.cancel(venue.clock(), found["client"], name, "")
                number = alpaca.order_id(found["id"], len(found["versions"]))
                answers.append({"id": number, "status": 500 if why else 200})
        return responses.JSONResponse(answers, status_code=207)

    async def replace(request: Any) -> Any:
        found, version = mine(request, request.path_params["order_id"])
        _still(found, version)
        body = await _body(request)
        _unsupported(body, "stop_price", "trail")
        given = body.get("time_in_force")
        if given is not None and given != alpaca.order(found)["time_in_force"]:
            raise invalid("time_in_force of an order cannot change")
        changed, why = exchange.replace(
            venue.clock(), found["client"], found["client_order_id"], _own_id(body),
            _number(body, "limit_price"), _number(body, "qty"),
        )  # fmt: skip
        if changed is None:
            raise _refused(why)
        return alpaca.order(changed)

    def held(name: str) -> list[dict[str, Any]]:
        return [
            alpaca.position(symbol, lots, cost, exchange.last(symbol) or 0)
            for symbol, lots, cost, _ in exchange.positions(name)
            if lots
        ]

    async def positions(request: Any) -> Any:
        return held(client(request))

    async def position(request: Any) -> Any:
        wanted = request.path_params["symbol"]
        for one in held(client(request)):
            if wanted in (one["symbol"], one["asset_id"]):
                return one
        raise RefusalError(404, 40410000, "position does not exist")

    async def account(request: Any) -> Any:
        name = client(request)
        values = [
            lots * (exchange.last(symbol) or 0) for symbol, lots, _, _ in exchange.positions(name)
        ]
        return alpaca.account(name, exchange.cash(name), values)

    async def clock(request: Any) -> Any:
        client(request)
        now = venue.clock()
        return {
            "timestamp": alpaca.timestamp(now),
            "is_open": True,
            "next_open": alpaca.timestamp(now + _DAY),
            "next_close": alpaca.timestamp(now + _DAY),
        }

    async def assets(request: Any) -> Any:
        client(request)
        return [alpaca.asset(symbol, unit) for symbol, unit in exchange.symbols()]

    async def asset(request: Any) -> Any:
        client(request)
        wanted = request.path_params["symbol"]
        for symbol, unit in exchange.symbols():
            if wanted in (symbol, alpaca.asset_id(symbol)):
                return alpaca.asset(symbol, unit)
        raise RefusalError(404, 40410000, f"asset not found for {wanted[:40]}")

    # Starlette's own routes: they pass the request as it is, with nothing to declare.
    routes = (
        ("POST", "/v2/orders", submit), ("GET", "/v2/orders", orders),
        ("DELETE", "/v2/orders", cancel_all), ("GET", "/v2/orders:by_client_order_id", by_name),
        ("GET", "/v2/orders/{order_id}", order), ("DELETE", "/v2/orders/{order_id}", cancel),
        ("PATCH", "/v2/orders/{order_id}", replace), ("GET", "/v2/positions", positions),
        ("GET", "/v2/positions/{symbol}", position), ("GET", "/v2/account", account),
        ("GET", "/v2/clock", clock), ("GET", "/v2/assets", assets),
        ("GET", "/v2/assets/{symbol}", asset),
    )  # fmt: skip
    for method, path, answer in routes:
        app.router.add_route(path, _answering(answer), methods=[method])
    return app


_OPEN = ("new", "partially_filled")


def _answering(answer: Any) -> Any:
    """A route whose values become JSON."""

    async def route(request: Any) -> Any:
        found = await answer(request)
        return found if isinstance(found, responses.Response) else responses.JSONResponse(found)

    return route


def _still(found: dict[str, Any], version: int) -> None:
    """Refuse where an order, or this version of it, is over."""
    state = "replaced" if version < len(found["versions"]) else found["status"]
    if state not in _OPEN:
        raise invalid(f'order is already in "{state}" state')


def _time(text: str | None, name: str) -> int | None:
    if text is None:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise invalid(f"{name} must be a time in RFC 3339") from None
    if found.tzinfo is None:
        found = found.replace(tzinfo=dt.UTC)
    return int(found.timestamp() * 10**9)
