"""The REST API: Alpaca's shapes, from the same state as FIX and the process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("hft_py._rust", reason="the extension is not installed")
pytest.importorskip("fastapi", reason="fastapi is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

import httpx

from hft_py.venue import Venue, VenueConfig

KEYS = {"APCA-API-KEY-ID": "k", "APCA-API-SECRET-KEY": "s"}
START = 1_700_000_000_000_000_000


def started() -> Venue:
    symbols = {"AAPL": "0.01", "BIG": "5"}
    config = VenueConfig(symbols=symbols, fix_port=None, keys={"k": ("s", "ME")})
    return Venue(config, clock=lambda: START).start()


@pytest.fixture
def venue() -> Iterator[Venue]:
    with started() as running:
        yield running


@pytest.fixture(scope="module")
def untouched() -> Iterator[Venue]:
    """A venue for many requests that change nothing."""
    with started() as running:
        yield running


@pytest.fixture
def api(venue: Venue) -> Iterator[Any]:
    with httpx.Client(base_url=venue.rest_url, headers=KEYS) as client:
        yield client


def body(**changes: Any) -> dict[str, Any]:
    return {"symbol": "AAPL", "qty": "10", "side": "buy", "type": "limit", "time_in_force": "day",
            "limit_price": "100.25", **changes}  # fmt: skip


def test_an_order_from_its_birth_to_its_end(venue: Venue, api: Any) -> None:
    made = api.post("/v2/orders", json=body(client_order_id="mine", time_in_force="gtc"))
    assert made.status_code == 200
    order = made.json()
    assert (order["status"], order["qty"], order["limit_price"]) == ("new", "10", "100.25")
    assert (order["time_in_force"], order["filled_avg_price"]) == ("gtc", None)
    assert order["created_at"] == "2023-11-14T22:13:20.000000000Z"
    assert api.get(f"/v2/orders/{order['id']}").json() == order
    venue.submit("OTHER", "AAPL", "sell", 4, price="100.25")
    part = api.get("/v2/orders:by_client_order_id", params={"client_order_id": "mine"}).json()
    assert (part["status"], part["filled_qty"], part["filled_avg_price"]) == (
        "partially_filled", "4", "100.25")  # fmt: skip
    changed = api.patch(f"/v2/orders/{order['id']}", json={"qty": "20", "client_order_id": "next"})
    assert (changed.json()["qty"], changed.json()["replaces"]) == ("20", order["id"])
    old = api.get(f"/v2/orders/{order['id']}").json()
    assert (old["status"], old["client_order_id"], old["qty"]) == ("replaced", "mine", "10")
    assert old["replaced_by"] == changed.json()["id"]
    assert api.delete(f"/v2/orders/{order['id']}").status_code == 422
    assert api.delete(f"/v2/orders/{changed.json()['id']}").status_code == 204
    last = api.get(f"/v2/orders/{changed.json()['id']}").json()
    assert (last["status"], last["filled_qty"]) == ("canceled", "4")
    again = api.delete(f"/v2/orders/{changed.json()['id']}")
    assert again.json() == {"code": 42210000, "message": 'order is already in "canceled" state'}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"symbol": "NONE"}, "asset is not found"),
        ({"qty": "0"}, "quantity"),
        ({"qty": "-3"}, "quantity"),
        ({"qty": 1.5}, "quantity"),
        ({"qty": None}, "qty is required"),
        ({"qty": "1e3"}, "decimal number"),
        ({"qty": "9" * 400}, "decimal number"),
        ({"qty": True}, "must be a number"),
        ({"limit_price": "100.255"}, "whole number of ticks"),
        ({"limit_price": None}, "require a limit_price"),
        ({"type": "stop"}, "market or limit"),
        ({"type": "market"}, "must not have a limit_price"),
        ({"time_in_force": "opg"}, "day, gtc, ioc or fok"),
        ({"side": "long"}, "buy or sell"),
        ({"notional": "100"}, "notional"),
        ({"order_class": "bracket"}, "order_class"),
        ({"client_order_id": "a\x01b"}, "printable ASCII"),
        ({"client_order_id": "x" * 65}, "1 to 64"),
        ({"client_order_id": 7}, "printable ASCII"),
        ({"stop_price": "99"}, "stop_price is not supported"),
        ({"stop_loss": {"stop_price": "99"}}, "stop_loss is not supported"),
    ],
)
def test_refusals(untouched: Venue, changes: dict[str, Any], words: str) -> None:
    answer = httpx.post(untouched.rest_url + "/v2/orders", json=body(**changes), headers=KEYS)
    assert answer.status_code == 422
    assert set(answer.json()) == {"code", "message"}
    assert words in answer.json()["message"]
    assert untouched.depth("AAPL") == ([], [])


def test_names_are_unique_and_other_clients_orders_are_hidden(venue: Venue, api: Any) -> None:
    api.post("/v2/orders", json=body(client_order_id="mine"))
    twice = api.post("/v2/orders", json=body(client_order_id="mine"))
    assert twice.json() == {"code": 40010001, "message": "client_order_id must be unique"}
    theirs = venue.submit("OTHER", "AAPL", "buy", 1, price="1", client_order_id="theirs")
    hidden = f"00000000-0000-{theirs['id']:04x}-0000-00000000000a"
    for path in (f"/v2/orders/{hidden}", "/v2/orders/nonsense", "/v2/positions/AAPL",
                 "/v2/orders:by_client_order_id?client_order_id=theirs",
                 "/v2/assets/NONE"):  # fmt: skip
        answer = api.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, 40410000), path
    assert api.delete(f"/v2/orders/{hidden}").status_code == 404
    assert [order["client_order_id"] for order in api.get("/v2/orders").json()] == ["mine"]


@pytest.mark.parametrize("headers", [{}, {**KEYS, "APCA-API-SECRET-KEY": "x"},
                                     {**KEYS, "APCA-API-KEY-ID": ""}])  # fmt: skip
def test_keys_are_checked(untouched: Venue, headers: dict[str, str]) -> None:
    for method, path in (("GET", "/v2/account"), ("POST", "/v2/orders"), ("GET", "/v2/clock")):
        answer = httpx.request(method, untouched.rest_url + path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, 40110000)


def test_bodies_that_are_none(api: Any) -> None:
    for content in (b"", b"{", b"[1]", b"\xff", b"[" * 60_000):
        assert api.post("/v2/orders", content=content).status_code == 400
    assert api.post("/v2/orders", content=b" " * 70_000).status_code == 413


@pytest.mark.parametrize("own", ["\ud800", "a\x0158=b", 7, {"a": 1}])
def test_names_of_replacements_are_checked(api: Any, own: Any) -> None:
    order = api.post("/v2/orders", json=body()).json()
    text = json.dumps({"qty": "5", "client_order_id": own})
    found = api.patch(f"/v2/orders/{order['id']}", content=text)
    assert found.status_code == 422
    assert "printable ASCII" in found.json()["message"]


def test_lists_are_filtered(venue: Venue, api: Any) -> None:
    for price in ("1", "2", "3"):
        api.post("/v2/orders", json=body(limit_price=price))
    api.post("/v2/orders", json=body(symbol="BIG", limit_price="10"))
    api.post("/v2/orders", json=body(type="market", limit_price=None))  # nothing to trade with
    assert len(api.get("/v2/orders").json()) == 4
    (closed,) = api.get("/v2/orders", params={"status": "closed"}).json()
    assert closed["status"] == "canceled"
    asked = {"status": "all", "symbols": "AAPL", "limit": 2, "direction": "asc"}
    assert [one["limit_price"] for one in api.get("/v2/orders", params=asked).json()] == ["1", "2"]
    assert api.get("/v2/orders", params={"limit": 0}).status_code == 422
    answer = api.delete("/v2/orders")
    assert (answer.status_code, {one["status"] for one in answer.json()}) == (207, {200})
    assert api.get("/v2/orders").json() == []


def test_account_and_positions_add_up(venue: Venue, api: Any) -> None:
    api.post("/v2/orders", json=body(qty="10"))
    venue.submit("OTHER", "AAPL", "sell", 10, price="100.25")
    venue.submit("OTHER", "AAPL", "sell", 1, price="101")
    venue.submit("THIRD", "AAPL", "buy", 1, price="101")
    (held,) = api.get("/v2/positions").json()
    assert (held["qty"], held["avg_entry_price"], held["unrealized_pl"]) == ("10", "100.25", "7.5")
    account = api.get("/v2/account").json()
    assert (account["cash"], account["equity"]) == ("98997.5", "100007.5")
    assert api.get("/v2/clock").json()["is_open"] is True
    assert [one["price_increment"] for one in api.get("/v2/assets").json()] == ["0.01", "5"]


def test_a_busted_trade_is_taken_back(venue: Venue, api: Any) -> None:
    order = api.post("/v2/orders", json=body()).json()
    venue.submit("OTHER", "AAPL", "sell", 10, price="100.25")
    venue.correct(1, "99.25", 10)
    assert api.get(f"/v2/orders/{order['id']}").json()["filled_avg_price"] == "99.25"
    assert api.get("/v2/account").json()["cash"] == "99007.5"
    with pytest.raises(ValueError, match="multiple of"):
        venue.correct(1, "99.251", 10)
    venue.bust(1)
    assert api.get("/v2/account").json()["cash"] == "100000"
    assert api.get("/v2/positions").json() == []
    with pytest.raises(ValueError, match="unknown trade"):
        venue.bust(1)


def test_streams(venue: Venue, api: Any) -> None:
    websockets = pytest.importorskip("websockets", reason="websockets is not installed")
    address = venue.rest_url.replace("http", "ws", 1)

    async def listen() -> None:
        async def ask(socket: Any, message: Any) -> Any:
            await socket.send(json.dumps(message))
            return json.loads(await asyncio.wait_for(socket.recv(), 10))

        async with (
            websockets.connect(address + "/stream") as orders,
            websockets.connect(address + "/v2/iex") as market,
        ):
            refused = await ask(orders, {"action": "auth", "key": "k", "secret": "no"})
            assert refused["data"]["status"] == "unauthorized"
            assert "error" in (await ask(orders, {"action": "listen"}))["stream"]
            await ask(orders, {"action": "auth", "key": "k", "secret": "s"})
            wanted = {"action": "listen", "data": {"streams": ["trade_updates"]}}
            assert (await ask(orders, wanted))["data"]["streams"] == ["trade_updates"]
            await market.recv()
            await ask(market, {"action": "auth", "key": "k", "secret": "s"})
            asked = {"action": "subscribe", "trades": ["AAPL"], "quotes": ["AAPL"]}
            assert (await ask(market, asked))[0]["trades"] == ["AAPL"]
            await asyncio.to_thread(api.post, "/v2/orders", json=body())
            venue.submit("OTHER", "AAPL", "sell", 4, price="100.25")
            told = [json.loads(await asyncio.wait_for(orders.recv(), 10)) for _ in range(2)]
            assert [one["data"]["event"] for one in told] == ["new", "partial_fill"]
            assert (told[1]["data"]["qty"], told[1]["data"]["position_qty"]) == ("4", "4")
            seen: list[Any] = []
            while not any(one["T"] == "t" for one in seen):
                seen += json.loads(await asyncio.wait_for(market.recv(), 10))
            trade = next(one for one in seen if one["T"] == "t")
            assert (trade["p"], trade["s"], trade["S"]) == (100.25, 4, "AAPL")

    asyncio.run(listen())
