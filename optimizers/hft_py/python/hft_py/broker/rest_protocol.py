"""Orders by Alpaca's REST API."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from hft_py import checks
from hft_py.broker.protocols import (
    BrokerOrder,
    NotSentError,
    Order,
    Protocol,
    RefusedError,
    UnansweredError,
)
from hft_py.results import optional

__all__ = ["RestProtocol"]

PAPER = "https://paper-api.alpaca.markets"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ENDS = {"filled": "filled", "canceled": "cancelled", "expired": "expired",
         "done_for_day": "expired", "rejected": "rejected"}  # fmt: skip
_NOT_FOUND = 40410000
_PAGE = 500
_LONGEST = 300.0  # seconds that a broker may tell us to wait


class _Keys:
    """The keys, which no repr shows."""

    __slots__ = ("_pair",)

    def __init__(self, key: str, secret: str) -> None:
        self._pair = (key, secret)

    def __repr__(self) -> str:
        return "_Keys(***)"

    def __reduce__(self) -> Any:
        raise TypeError("keys are not pickled: make the protocol where it is used")

    def sign(self, request: Any) -> Any:
        """For httpx: put the keys into a request, after its logging."""
        request.headers["APCA-API-KEY-ID"], request.headers["APCA-API-SECRET-KEY"] = self._pair
        return request

    def hide(self, text: str) -> str:
        """The text without the keys, should a peer repeat them."""
        for part in self._pair:
            text = text.replace(part, "***")
        return text


class RestProtocol(Protocol):
    """Orders by HTTP in the shapes of Alpaca's trading API, over connections that are kept.

    An order that was posted and not answered is unknown: it is never posted again here. A busy
    broker (429) is left alone as long as it says. Fills are booked from an order's totals: one fill
    for what was executed since the last look, at the mean price of that part.

    Parameters
    ----------
    base_url
        Without ``/v2``. Default: Alpaca's paper trading. Keys are sent over TLS, or within this
        machine, only.
    key, secret
        Default: ``APCA_API_KEY_ID`` and ``APCA_API_SECRET_KEY`` of the environment. They appear in
        no log, repr or error.
    timeout
        Seconds for an answer; connecting has half of them. Default: 5.
    name
        In the audit trail. Default: ``"rest"``.
    transport
        An httpx transport, for tests. Default: the network.
    monotonic
        Seconds, for what :attr:`is_up` waits for. Default: ``time.monotonic``.

    Examples
    --------
    >>> RestProtocol("http://127.0.0.1:9", key="K", secret="S")
    RestProtocol('http://127.0.0.1:9', name='rest')
    """

    totals = True

    def __init__(
        self,
        base_url: str = PAPER,
        *,
        key: str | None = None,
        secret: str | None = None,
        timeout: float = 5.0,
        name: str = "rest",
        transport: Any = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._httpx = optional("httpx", "broker", "orders by REST")
        parts = urlsplit(base_url) if isinstance(base_url, str) else None
        if parts is None or parts.hostname is None or parts.username or parts.password:
            raise ValueError("base_url is no address without keys, expected one as " + repr(PAPER))
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ValueError(f"base_url={base_url!r} would send keys in clear, expected https")
        pair = [
            given if given is not None else os.environ.get(variable, "")
            for given, variable in ((key, "APCA_API_KEY_ID"), (secret, "APCA_API_SECRET_KEY"))
        ]
        if not all(isinstance(one, str) and one.isascii() and one.strip() for one in pair):
            raise ValueError(
                "key or secret is missing, expected both, here or as APCA_API_KEY_ID and "
                "APCA_API_SECRET_KEY in the environment"
            )
        self.base_url, self.name = base_url.rstrip("/").removesuffix("/v2"), name
        self._keys, self._monotonic = _Keys(pair[0], pair[1]), monotonic
        seconds = checks.real_number("timeout", timeout, above=0.0)
        self._client = self._httpx.Client(
            base_url=self.base_url,
            auth=self._keys.sign,
            timeout=self._httpx.Timeout(seconds, connect=seconds / 2, pool=seconds / 2),
            transport=transport,
            follow_redirects=False,
            trust_env=False,
        )
        self._busy_until = float("-inf")

    def __repr__(self) -> str:
        return f"RestProtocol({self.base_url!r}, name={self.name!r})"

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def is_up(self) -> bool:
        """Whether the broker has not told us to wait."""
        return self._monotonic() >= self._busy_until

    def submit(self, order: Order, again: bool = False) -> BrokerOrder:
        """See :meth:`Protocol.submit`."""
        body = {
            "symbol": order.symbol, "side": order.side, "qty": _decimal(order.quantity),
            "type": "market" if order.limit_price is None else "limit", "time_in_force": "day",
            "client_order_id": order.order_id,
        }  # fmt: skip
        if order.limit_price is not None:
            body["limit_price"] = _decimal(order.limit_price)
        answer = self._ask("POST", "/v2/orders", json=body)
        if answer.status_code in (200, 201):
            return self._order(answer)
        code, why = self._why(answer)
        if answer.status_code == 401:
            raise NotSentError(f"the broker does not accept the keys: {why}")
        if answer.status_code in (400, 403, 404, 413, 422) and "unique" not in why:
            raise RefusedError(why)
        # Taken before under this id (422, "must be unique"), or unknown (408, 409, 5xx).
        raise UnansweredError(f"{answer.status_code} {code}: {why}")

    def find(self, order: Order) -> BrokerOrder | None:
        """See :meth:`Protocol.find`."""
        asked = {"client_order_id": order.order_id}
        answer = self._get("/v2/orders:by_client_order_id", (404,), params=asked)
        if answer.status_code == 200:
            return self._order(answer)
        code, why = self._why(answer)
        if code != _NOT_FOUND:  # another server's page: it says nothing about the order
            raise UnansweredError(f"404 without the broker's code: {why}")
        return None

    def cancel(self, order: Order) -> None:
        """See :meth:`Protocol.cancel`."""
        asked = {"client_order_id": order.order_id}
        answer = self._get("/v2/orders:by_client_order_id", (404,), params=asked)
        if answer.status_code == 404:
            raise RefusedError(self._why(answer)[1])
        name = _text(self._json(answer), "id")
        gone = self._ask("DELETE", f"/v2/orders/{name}")
        if gone.status_code in (404, 422):
            raise RefusedError(self._why(gone)[1])
        if gone.status_code not in (200, 204):
            raise UnansweredError(f"{gone.status_code}: {self._why(gone)[1]}")

    def ping(self) -> None:
        """See :meth:`Protocol.ping`."""
        self._get("/v2/clock")

    def orders(self) -> list[BrokerOrder]:
        """See :meth:`Protocol.orders`; read in pages of 500, the oldest first."""
        found: dict[str, BrokerOrder] = {}
        asked: dict[str, Any] = {"status": "all", "limit": _PAGE, "direction": "asc"}
        while True:
            page = self._json(self._get("/v2/orders", params=asked), list)
            for one in page:
                found[_text(one, "client_order_id")] = _order(one)
            if len(page) < _PAGE or asked.get("after") == page[-1].get("submitted_at"):
                return list(found.values())
            asked["after"] = page[-1].get("submitted_at")

    def positions(self) -> dict[str, float]:
        """See :meth:`Protocol.positions`."""
        held = self._json(self._get("/v2/positions"), list)
        return {_text(one, "symbol"): float(_number(one, "qty")) for one in held}

    def _get(self, path: str, also: tuple[int, ...] = (), **options: Any) -> Any:
        answer = self._ask("GET", path, **options)
        if answer.status_code == 200 or answer.status_code in also:
            return answer
        raise UnansweredError(f"{answer.status_code}: {self._why(answer)[1]}")

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        if not self.is_up:
            left = self._busy_until - self._monotonic()
            raise NotSentError(f"the broker asked to wait, {left:.1f} s are left", left)
        httpx = self._httpx
        failed: Exception
        try:
            answer = self._client.request(method, path, **options)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            failed = NotSentError(f"no connection: {type(error).__name__}")
        except httpx.HTTPError as error:
            failed = UnansweredError(f"no answer: {type(error).__name__}")
        else:
            if answer.status_code != 429:
                return answer
            wait = _seconds(answer.headers.get("Retry-After"))
            self._busy_until = self._monotonic() + wait
            failed = NotSentError("429: too many requests", wait)
        raise failed from None  # httpx's own error holds the request, and with it the keys

    def _json(self, answer: Any, kind: type = dict) -> Any:
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, kind):
            raise UnansweredError(
                f"{answer.status_code} with a body that is no JSON {kind.__name__}"
            )
        return found

    def _why(self, answer: Any) -> tuple[Any, str]:
        try:
            body = self._json(answer)
        except UnansweredError:
            return None, "no reason given"
        return body.get("code"), self._keys.hide(str(body.get("message", "")))[:200]

    def _order(self, answer: Any) -> BrokerOrder:
        return _order(self._json(answer))


def _order(body: Any) -> BrokerOrder:
    """An order of the API; UnansweredError where it is none."""
    filled = _number(body, "filled_qty", "0")
    status = _ENDS.get(_text(body, "status"), "partially_filled" if filled else "working")
    average = None if body.get("filled_avg_price") is None else _number(body, "filled_avg_price")
    return BrokerOrder(
        _text(body, "client_order_id"), _text(body, "symbol"), _text(body, "side"),
        float(_number(body, "qty")), status, float(filled), average,
        _time(body.get("filled_at") or body.get("updated_at")),
    )  # fmt: skip


def _text(body: Any, name: str) -> str:
    found = body.get(name) if isinstance(body, dict) else None
    if not isinstance(found, str) or not found:
        raise UnansweredError(f"an answer without {name}")
    return found


def _number(body: Any, name: str, default: str | None = None) -> Decimal:
    found = body.get(name) or default
    try:
        value = Decimal(str(found))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise UnansweredError(f"an answer whose {name} is no number: {checks.short(found)}")
    return value


def _time(text: Any) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _seconds(text: str | None) -> float:
    """Of a Retry-After header; a second without one."""
    try:
        return min(max(float(text or 1.0), 0.0), _LONGEST)
    except ValueError:
        return 1.0


def _decimal(number: float) -> str:
    """A number without an exponent."""
    return f"{Decimal(repr(float(number))).normalize():f}"
