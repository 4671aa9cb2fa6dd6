"""Orders, positions and accounts in the shapes of Alpaca's trading API (v2).

An order's id is a UUID made of the venue's number and how often the order was replaced before,
since Alpaca gives a replacement a new id.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

__all__ = [
    "account",
    "asset",
    "asset_id",
    "number_of",
    "order",
    "order_id",
    "position",
    "timestamp",
]

_UNIT = 10**9
_NAMESPACE = uuid.UUID("7f2c0f4e-5f0b-4a57-9d0e-0c8a3f6f2a11")
_TYPES = {0: "limit", 1: "market", 2: "limit", 3: "limit", 4: "limit"}
_IN_FORCE = {"0": "day", "1": "gtc", "3": "ioc", "4": "fok"}
_NULLS = (
    "expired_at", "failed_at", "notional", "stop_price", "legs", "trail_percent", "trail_price",
    "hwm", "subtag", "source",
)  # fmt: skip


def money(billionths: int | None) -> str | None:
    """Billionths as a decimal number without needless zeros."""
    if billionths is None:
        return None
    whole, rest = divmod(abs(billionths), _UNIT)
    sign = "-" if billionths < 0 else ""
    decimals = f"{rest:09}".rstrip("0")
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"


def timestamp(nanoseconds: int) -> str:
    """A time in RFC 3339, to the nanosecond, UTC."""
    seconds, rest = divmod(nanoseconds, _UNIT)
    whole = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{rest:09}Z"


def order_id(number: int, version: int) -> str:
    """The id of an order that was replaced so many times."""
    return str(uuid.UUID(int=number << 64 | version << 4 | 0xA))


def number_of(text: str) -> tuple[int, int] | None:
    """The venue's number and the version of an id; None where it is no id of ours."""
    try:
        value = uuid.UUID(text).int
    except ValueError:
        return None
    number, low = value >> 64, value & (2**64 - 1)
    return (number, low >> 4) if low & 0xF == 0xA else None


def asset_id(symbol: str) -> str:
    """The id of a symbol."""
    return str(uuid.uuid5(_NAMESPACE, symbol))


def order(found: dict[str, Any], version: int | None = None) -> dict[str, Any]:
    """An order; ``version`` is one that was replaced since, by default it is the current one."""
    versions = found["versions"]
    current = len(versions)
    at = current if version is None else version
    name, limit, lots = found["client_order_id"], found["limit"], found["quantity"]
    status, filled = found["status"], found["filled"]
    if at < current:
        name, limit, lots = versions[at]
        status = "replaced"
    updated = timestamp(found["updated"])
    created = timestamp(found["created"])
    average = None if not filled else money((2 * found["value"] + filled) // (2 * filled))
    kind = _TYPES[found["kind"]]
    return {
        "id": order_id(found["id"], at),
        "client_order_id": name,
        "created_at": created,
        "updated_at": updated,
        "submitted_at": created,
        "filled_at": updated if status == "filled" else None,
        "canceled_at": updated if status == "canceled" else None,
        "replaced_at": updated if status == "replaced" else None,
        "replaced_by": order_id(found["id"], at + 1) if at < current else None,
        "replaces": order_id(found["id"], at - 1) if at else None,
        "asset_id": asset_id(found["symbol"]),
        "symbol": found["symbol"],
        "asset_class": "us_equity",
        "qty": str(lots),
        "filled_qty": str(filled),
        "filled_avg_price": average,
        "order_class": "",
        "order_type": kind,
        "type": kind,
        "side": found["side"],
        "time_in_force": _IN_FORCE.get(found["in_force"], "day"),
        "limit_price": money(limit),
        "status": status,
        "extended_hours": False,
        **dict.fromkeys(_NULLS),
    }


def position(symbol: str, lots: int, cost: int, price: int) -> dict[str, Any]:
    """A position; amounts are in billionths, ``price`` the last one known."""
    value = lots * price
    profit = value - cost
    return {
        "asset_id": asset_id(symbol),
        "symbol": symbol,
        "exchange": "HFTPY",
        "asset_class": "us_equity",
        "asset_marginable": True,
        "qty": str(lots),
        "qty_available": str(lots),
        "avg_entry_price": money(abs(cost) // abs(lots)),
        "side": "long" if lots > 0 else "short",
        "market_value": money(value),
        "cost_basis": money(cost),
        "unrealized_pl": money(profit),
        "unrealized_plpc": f"{profit / abs(cost):.6f}" if cost else "0",
        "current_price": money(price),
    }


def account(client: str, cash: int, values: list[int]) -> dict[str, Any]:
    """An account; ``values`` are those of its positions, in billionths."""
    equity = cash + sum(values)
    return {
        "id": str(uuid.uuid5(_NAMESPACE, f"account {client}")),
        "account_number": client,
        "status": "ACTIVE",
        "currency": "USD",
        "cash": money(cash),
        "equity": money(equity),
        "last_equity": money(equity),
        "portfolio_value": money(equity),
        "buying_power": money(max(equity, 0)),
        "long_market_value": money(sum(value for value in values if value > 0)),
        "short_market_value": money(sum(value for value in values if value < 0)),
        "multiplier": "1",
        "pattern_day_trader": False,
        "trading_blocked": False,
        "transfers_blocked": False,
        "account_blocked": False,
        "trade_suspended_by_user": False,
        "shorting_enabled": True,
    }


def asset(symbol: str, unit: int) -> dict[str, Any]:
    """A symbol whose tick size is ``unit`` billionths."""
    return {
        "id": asset_id(symbol),
        "class": "us_equity",
        "exchange": "HFTPY",
        "symbol": symbol,
        "name": symbol,
        "status": "active",
        "tradable": True,
        "marginable": True,
        "shortable": True,
        "easy_to_borrow": True,
        "fractionable": False,
        "price_increment": money(unit),
    }
