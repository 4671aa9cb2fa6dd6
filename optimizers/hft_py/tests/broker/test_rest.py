"""Orders by REST: what each answer means, what is asked first, and keys that nobody sees."""

from __future__ import annotations

import json
import logging
import pickle
import traceback
from typing import Any

import pytest

from hft_py.broker import NotSentError, Order, RefusedError, RestProtocol, UnansweredError

httpx = pytest.importorskip("httpx", reason="httpx is not installed")


SECRET = "very-secret-7391"
ORDER = Order("A-1", "AAPL", "sell", 100, 175.25)
SHOWN = {"id": "u-1", "client_order_id": "A-1", "symbol": "AAPL", "side": "sell", "qty": "100",
         "filled_qty": "40", "filled_avg_price": "175.3", "status": "partially_filled",
         "updated_at": "2026-03-02T12:00:00.123456789Z"}  # fmt: skip


class Server:
    """Answers by method and path, and keeps what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.requests = list(answers), []
        self.now = 0.0

    def __call__(self, request: Any) -> Any:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, type):
            raise answer("broken, with " + SECRET, request=request)
        status, body, *headers = answer
        content = {"json": body} if isinstance(body, dict | list) else {"text": body}
        return httpx.Response(status, headers=headers[0] if headers else None, **content)

    def protocol(self) -> RestProtocol:
        return RestProtocol(
            "https://broker.example", key="key-1", secret=SECRET,
            transport=httpx.MockTransport(self), monotonic=lambda: self.now,
        )  # fmt: skip


def test_an_order_and_what_comes_back() -> None:
    server = Server((200, SHOWN))
    found = server.protocol().submit(ORDER)
    (request,) = server.requests
    assert (request.method, str(request.url)) == ("POST", "https://broker.example/v2/orders")
    assert json.loads(request.content) == {
        "symbol": "AAPL", "side": "sell", "qty": "100", "type": "limit", "limit_price": "175.25",
        "time_in_force": "day", "client_order_id": "A-1"}  # fmt: skip
    assert request.headers["APCA-API-SECRET-KEY"] == SECRET
    assert (found.status, found.filled, str(found.average_price)) == (
        "partially_filled", 40.0, "175.3")  # fmt: skip
    market = Server((200, SHOWN))
    market.protocol().submit(Order("A-1", "AAPL", "buy", 1e-7))
    body = json.loads(market.requests[0].content)
    assert (body["type"], body["qty"], "limit_price" in body) == ("market", "0.0000001", False)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.ConnectError, NotSentError), (httpx.ConnectTimeout, NotSentError),
        (httpx.PoolTimeout, NotSentError), (httpx.ReadTimeout, UnansweredError),
        (httpx.WriteTimeout, UnansweredError), (httpx.RemoteProtocolError, UnansweredError),
        (httpx.ReadError, UnansweredError), ((500, {}), UnansweredError),
        ((502, "<html>"), UnansweredError), ((503, {"message": "x"}), UnansweredError),
        ((504, ""), UnansweredError), ((408, ""), UnansweredError), ((302, ""), UnansweredError),
        ((200, "no json"), UnansweredError), ((200, {"id": "u"}), UnansweredError),
        ((200, SHOWN | {"filled_qty": "NaN"}), UnansweredError),
        ((422, {"code": 40010001, "message": "client_order_id must be unique"}), UnansweredError),
        ((422, {"code": 42210000, "message": "off tick"}), RefusedError),
        ((403, {"code": 40310000, "message": "insufficient buying power"}), RefusedError),
        ((401, {"message": "no"}), NotSentError), ((429, ""), NotSentError),
    ],
    ids=str,
)  # fmt: skip
def test_what_an_answer_to_an_order_means(answer: Any, error: type[Exception]) -> None:
    server = Server(answer)
    with pytest.raises(error):
        server.protocol().submit(ORDER)
    assert len(server.requests) == 1  # whatever it was, it is posted once


def test_a_busy_broker_is_left_alone_as_long_as_it_says() -> None:
    server = Server((429, "", {"Retry-After": "7"}), (200, SHOWN))
    protocol = server.protocol()
    with pytest.raises(NotSentError) as caught:
        protocol.submit(ORDER)
    assert (caught.value.retry_after, protocol.is_up) == (7.0, False)
    with pytest.raises(NotSentError, match="wait"):
        protocol.find(ORDER)
    assert len(server.requests) == 1
    server.now = 7.0
    assert protocol.is_up and protocol.find(ORDER) is not None


def test_only_the_brokers_own_404_says_that_it_does_not_know_an_order() -> None:
    gone = {"code": 40410000, "message": "order not found for A-1"}
    server = Server((404, gone), (404, "<html>"), (404, {"message": "no route"}), (500, ""))
    protocol = server.protocol()
    assert protocol.find(ORDER) is None
    assert server.requests[0].url.params["client_order_id"] == "A-1"
    for _ in range(3):
        with pytest.raises(UnansweredError):
            protocol.find(ORDER)


def test_cancelling_lists_and_positions() -> None:
    page = [SHOWN | {"client_order_id": f"o{i}", "submitted_at": f"t{i}"} for i in range(500)]
    server = Server(
        (200, SHOWN), (204, ""), (200, SHOWN), (422, {"message": "already filled"}),
        (200, page), (200, [SHOWN | {"submitted_at": "t500"}]),
        (200, [{"symbol": "AAPL", "qty": "-5"}]), (200, {"is_open": True}),
    )  # fmt: skip
    protocol = server.protocol()
    protocol.cancel(ORDER)
    assert (server.requests[1].method, server.requests[1].url.path) == ("DELETE", "/v2/orders/u-1")
    with pytest.raises(RefusedError, match="already filled"):
        protocol.cancel(ORDER)
    assert len(protocol.orders()) == 501
    assert server.requests[5].url.params["after"] == "t499"
    assert protocol.positions() == {"AAPL": -5.0}
    protocol.ping()


def failing(protocol: RestProtocol) -> str:
    try:
        protocol.submit(ORDER)
    except Exception as error:
        return "".join(traceback.format_exception(error))
    raise AssertionError("no error")


@pytest.mark.parametrize(
    "answer",
    [httpx.ReadTimeout, httpx.ConnectError, (422, {"message": f"bad key {SECRET} for key-1"}),
     (500, SECRET), (200, {"id": SECRET})],
    ids=str,
)  # fmt: skip
def test_keys_are_seen_nowhere(answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    protocol = Server(answer).protocol()
    text = failing(protocol)
    text += repr(protocol) + str(protocol) + repr(vars(protocol)) + caplog.text
    assert SECRET not in text and "key-1" not in text
    with pytest.raises(TypeError):
        pickle.dumps(protocol)


def test_keys_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("APCA_API_KEY_ID", "APCA_API_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValueError, match="APCA_API_SECRET_KEY in the environment"):
        RestProtocol()
    monkeypatch.setenv("APCA_API_KEY_ID", "k")
    monkeypatch.setenv("APCA_API_SECRET_KEY", SECRET)
    assert repr(RestProtocol()) == ("RestProtocol('https://paper-api.alpaca.markets', name='rest')")


@pytest.mark.parametrize(
    "url", ["http://broker.example", "ftp://localhost", f"https://k:{SECRET}@broker.example", "", 7]
)
def test_addresses_that_would_give_keys_away(url: Any) -> None:
    with pytest.raises(ValueError, match="base_url") as caught:
        RestProtocol(url, key="k", secret=SECRET)
    assert SECRET not in str(caught.value)
