"""Sending orders by FIX: one session, its orders, and their executions."""

from __future__ import annotations

import datetime as dt
import itertools
import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from hft_py import checks
from hft_py.fix.application import Application
from hft_py.fix.engine import Initiator
from hft_py.fix.orders import SIDES, Execution, OrderRequest, OrderState
from hft_py.fix.settings import SessionSettings
from hft_py.fix.tracker import Tracker, amended

__all__ = ["FIXConfig", "FIXConnector", "get_fix_connector"]

_LOG = logging.getLogger("hft_py.fix")
_TRUE = ("1", "true", "yes", "on")
_FALSE = ("", "0", "false", "no", "off")


@dataclass(frozen=True)
class FIXConfig:
    """What a connector is made with.

    Parameters
    ----------
    settings
        The session.
    connect_timeout
        Seconds that :meth:`FIXConnector.connect` waits for the logon.
    answer_timeout
        Seconds that :meth:`FIXConnector.status` waits for the venue.
    order_id_prefix
        What the ids of our orders begin with. Default: the time at which the connector was made, so
        that no id is used twice, also after a restart.
    """

    settings: SessionSettings
    connect_timeout: float = 10.0
    answer_timeout: float = 5.0
    order_id_prefix: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.settings, SessionSettings):
            raise TypeError(f"settings={checks.short(self.settings)}, expected SessionSettings")
        checks.real_number("connect_timeout", self.connect_timeout, above=0)
        checks.real_number("answer_timeout", self.answer_timeout, above=0)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> FIXConfig:
        """The configuration that the environment names.

        ``FIX_HOST``, ``FIX_PORT``, ``FIX_SENDER_COMP_ID`` and ``FIX_TARGET_COMP_ID``; and
        ``FIX_STORE_PATH``, a folder that keeps numbers and messages. Without it the session
        begins anew with each logon.

        Raises
        ------
        ValueError
            A variable is missing or makes no sense.
        """
        found = os.environ if environment is None else environment
        values = {name: found.get(name, "").strip() for name in _VARIABLES}
        missing = [name for name, value in values.items() if not value]
        if missing:
            raise ValueError(f"{', '.join(missing)} not set in the environment, expected values")
        if not values["FIX_PORT"].isdigit():
            raise ValueError(f"FIX_PORT={values['FIX_PORT']!r}, expected a port such as 9876")
        store = found.get("FIX_STORE_PATH", "").strip() or None
        return cls(
            SessionSettings(
                sender_comp_id=values["FIX_SENDER_COMP_ID"],
                target_comp_id=values["FIX_TARGET_COMP_ID"],
                host=values["FIX_HOST"],
                port=int(values["FIX_PORT"]),
                store=store,
                reset_on_logon=store is None,
            )
        )


_VARIABLES = ("FIX_HOST", "FIX_PORT", "FIX_SENDER_COMP_ID", "FIX_TARGET_COMP_ID")


class FIXConnector:
    """Sends orders over one session and follows them.

    An order that was sent and not answered is *unacknowledged*: its state is unknown. It
    is never sent again. :meth:`status` asks the venue; :meth:`unacknowledged` lists them.

    Parameters
    ----------
    config
        A :class:`FIXConfig`, or the :class:`SessionSettings` alone.
    on_execution
        Called with each :class:`Execution`, on the thread of callbacks. Default: they wait for
        :meth:`executions`.
    engine
        Makes the engine from settings and application. Default: :class:`Initiator`; an
        :class:`InMemoryLink` gives one for simulations.
    clock
        The time for TransactTime (60), an aware datetime. Default: the system's.

    Examples
    --------
    >>> from hft_py.fix import FIXConnector, OrderRequest, SessionSettings
    >>> settings = SessionSettings(sender_comp_id="FUND", target_comp_id="VENUE", port=9876)
    >>> connector = FIXConnector(settings)
    >>> connector.unacknowledged()
    []
    """

    def __init__(
        self,
        config: FIXConfig | SessionSettings,
        *,
        on_execution: Callable[[Execution], None] | None = None,
        engine: Callable[[SessionSettings, Application], Any] = Initiator,
        clock: Callable[[], dt.datetime] | None = None,
    ) -> None:
        found: Any = FIXConfig(config) if isinstance(config, SessionSettings) else config
        if not isinstance(found, FIXConfig):
            raise TypeError(f"config={checks.short(config)}, expected FIXConfig or SessionSettings")
        self.config: FIXConfig = found
        self._on_execution = on_execution
        self._make_engine = engine
        self._engine: Any = None
        self._session: Any = None
        self._clock = clock or _utc_now
        prefix = self.config.order_id_prefix
        self._prefix = f"{time.time_ns() // 1000:x}" if prefix is None else prefix
        self._next = itertools.count(1)
        self._executions: queue.SimpleQueue[Execution | None] = queue.SimpleQueue()
        self._logged_on = threading.Event()
        self._answers: dict[str, queue.SimpleQueue[Execution]] = {}
        self._tracker = Tracker(self._heard, self._logon_changed)

    def listen(self, on_execution: Callable[[Execution], None]) -> None:
        """Call this with each execution from now on, and at once with those that wait.

        A report that arrives while it runs is kept by the session until it has returned: what it
        stores survives a kill.
        """
        self._on_execution = on_execution
        while not self._executions.empty():
            waiting = self._executions.get()
            if waiting is not None:
                on_execution(waiting)

    def connect(self, timeout: float | None = None) -> Self:
        """Connect and log on.

        After a loss of the connection it is made again without a call.

        Raises
        ------
        TimeoutError
            No logon in time; the connector goes on trying until :meth:`close`.
        """
        if self._engine is None:
            engine = self._make_engine(self.config.settings, self._tracker)
            engine.start()
            self._engine, self._session = engine, engine.session()
        wait = self.config.connect_timeout if timeout is None else timeout
        if not self._logged_on.wait(wait):
            settings = self.config.settings
            raise TimeoutError(
                f"{settings.name}: no logon at {settings.host}:{settings.port} within {wait} s; "
                "the log hft_py.fix says why"
            )
        return self

    def close(self) -> None:
        """Log out and disconnect; iterators of executions end."""
        if self._engine is not None:
            self._engine.stop()
            self._engine = self._session = None
            self._executions.put(None)

    @property
    def is_connected(self) -> bool:
        """Whether the session is logged on."""
        return self._logged_on.is_set()

    @property
    def session(self) -> Any:
        """The session, for what the connector does not do."""
        if self._session is None:
            raise RuntimeError("the connector is not connected: call connect()")
        return self._session

    def send_order(self, order: OrderRequest) -> str:
        """Send an order; its id, by which all other methods know it.

        Returns as soon as the order is stored and written; the venue's answer is an execution.

        Raises
        ------
        ValueError
            The id was used before.
        NotSentError, OSError, RuntimeError
            The order was not sent, and never will be.
        """
        if not isinstance(order, OrderRequest):
            raise TypeError(f"order={checks.short(order)}, expected an OrderRequest")
        session = self.session
        order_id = order.client_order_id or self._new_id()
        self._tracker.add(order_id, order)
        try:
            number = session.send("D", order.body(order_id, self._clock()))
        except BaseException:
            self._tracker.discard(order_id)
            raise
        self._tracker.sent(number, order_id)
        return order_id

    def send_again(self, order_id: str) -> None:
        """Send an order once more under its id, marked PossResend (97=Y).

        For an order that the venue, asked by :meth:`status`, does not know. A venue that knows the
        id after all does not take it as another order.

        Raises
        ------
        NotSentError, OSError, RuntimeError
            It was not sent.
        """
        state = self._tracker.state(order_id)
        body = [*state.request.body(state.order_id, self._clock()), (97, "Y")]
        self._tracker.sent(self.session.send("D", body), state.order_id)

    def adopt(self, order: OrderRequest) -> str:
        """Follow an order that an earlier process may have sent; nothing is sent now.

        It is unacknowledged until the venue says something about it, asked by :meth:`status` or
        not. The order needs its ``client_order_id``, which is returned.
        """
        if order.client_order_id is None:
            raise ValueError(
                "client_order_id is None, expected the id that the order was sent with"
            )
        self._tracker.add(order.client_order_id, order)
        return order.client_order_id

    def cancel(self, order_id: str) -> str:
        """Ask to cancel an order; the id of that request."""
        return self._amend("F", order_id, None, None)

    def replace(
        self, order_id: str, *, quantity: int | None = None, price: Any | None = None
    ) -> str:
        """Ask for another quantity (in all, what is filled included) or price; that request's id.

        The order keeps its ``order_id`` for this connector.
        """
        if quantity is None and price is None:
            raise ValueError("quantity and price are None, expected at least one")
        return self._amend("G", order_id, quantity, price)

    def _amend(self, kind: str, order_id: str, quantity: int | None, price: Any) -> str:
        session, new_id = self.session, self._new_id()
        before = self._tracker.state(order_id)
        request = before.request
        if kind == "G":
            request = amended(request, quantity, price, new_id)
        self._tracker.amend(order_id, new_id, request if kind == "G" else None)
        body: list[tuple[Any, Any]] = [(41, before.current_id)]
        if kind == "G":
            body += request.body(new_id, self._clock())
        else:
            body += [(11, new_id), (55, request.symbol), (54, SIDES[request.side])]
            body += [(60, self._clock()), (38, request.quantity)]
        if before.broker_order_id is not None:
            body.append((37, before.broker_order_id))
        self._tracker.sent(session.send(kind, body), new_id)
        return new_id

    def status(self, order_id: str, timeout: float | None = None) -> Execution:
        """Ask the venue about an order and wait for the answer (``kind="status"``).

        An order that the venue does not know has the status ``"rejected"``; the text says so.

        Raises
        ------
        TimeoutError
            No answer in time: the order is as unknown as before.
        """
        state = self._tracker.state(order_id)
        request = state.request
        answers: queue.SimpleQueue[Execution] = queue.SimpleQueue()
        self._answers[state.order_id] = answers
        body = [(11, state.current_id), (55, request.symbol), (54, SIDES[request.side])]
        if state.broker_order_id is not None:
            body.append((37, state.broker_order_id))
        try:
            self._tracker.sent(self.session.send("H", body), order_id)
            wait = self.config.answer_timeout if timeout is None else timeout
            return answers.get(timeout=wait)
        except queue.Empty:
            raise TimeoutError(
                f"order_id={order_id!r}: the venue gave no status within {wait} s"
            ) from None
        finally:
            self._answers.pop(state.order_id, None)

    def order(self, order_id: str) -> OrderState:
        """An order as far as this process knows it; nothing is asked."""
        return self._tracker.state(order_id)

    def orders(self) -> list[OrderState]:
        """All orders of this connector, in the order in which they were sent."""
        return self._tracker.states()

    def unacknowledged(self) -> list[str]:
        """Ids of orders about which the venue has said nothing: each may live or not."""
        return self._tracker.unacknowledged()

    def executions(self, timeout: float | None = None) -> Iterator[Execution]:
        """Executions as they come, each once, whichever iterator asks first.

        Parameters
        ----------
        timeout
            Seconds without one after which the iterator ends. Default: it ends with
            :meth:`close`.
        """
        while True:
            try:
                execution = self._executions.get(timeout=timeout)
            except queue.Empty:
                return
            if execution is None:
                self._executions.put(None)  # for other iterators
                return
            yield execution

    def _heard(self, execution: Execution) -> None:
        answers = self._answers.get(execution.order_id)
        if answers is not None and execution.kind in ("status", "message_rejected"):
            answers.put(execution)
        if self._on_execution is None:
            self._executions.put(execution)
        else:
            self._on_execution(execution)

    def _logon_changed(self, logged_on: bool) -> None:
        if logged_on:
            self._logged_on.set()
        else:
            self._logged_on.clear()

    def _new_id(self) -> str:
        return f"{self._prefix}-{next(self._next)}"

    def __enter__(self) -> Self:
        return self.connect()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def get_fix_connector(**options: Any) -> FIXConnector | None:
    """The connector that the environment configures, or None where FIX is not enabled there.

    ``ENABLE_FIX_PROTOCOL`` (``true`` or ``false``; default false) and the variables of
    :meth:`FIXConfig.from_environment`. ``options`` are passed to :class:`FIXConnector`. It is not
    connected yet.

    Raises
    ------
    ValueError
        A variable is missing or makes no sense.
    """
    enabled = os.environ.get("ENABLE_FIX_PROTOCOL", "").strip().lower()
    if enabled in _FALSE:
        return None
    if enabled not in _TRUE:
        raise ValueError(f"ENABLE_FIX_PROTOCOL={enabled!r}, expected true or false")
    return FIXConnector(FIXConfig.from_environment(), **options)


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
