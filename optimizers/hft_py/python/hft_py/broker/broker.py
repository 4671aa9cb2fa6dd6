"""A broker: orders out of the store, by the best way, each once; and the store kept true."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from hft_py import checks
from hft_py.broker import reconciliation
from hft_py.broker.protocols import NotSentError, Protocol, UnansweredError
from hft_py.broker.reconciliation import Reconciliation
from hft_py.broker.records import ABSENT, ASK, LIVE, TAKEN, TO_SEND, Child, Records, rows
from hft_py.broker.routing import Backoff, Routes
from hft_py.broker.sending import Rules, Sender
from hft_py.execution import ExecutionConfig, OrderStore, VolumeProfiles, schedule_child_orders

__all__ = ["Broker"]

_PROBE = 30.0  # seconds between pings of a protocol
_SHORTEST, _LONGEST = 0.001, 1.0  # seconds of a sleep
_STATUS = ("parent_id", "child_id", "symbol", "side", "quantity", "filled", "state", "protocol",
           "sends", "manual_review")  # fmt: skip


class Broker:
    """Sends the child orders of a store, follows them, and never sends one twice.

    All protocols lead to the same broker and account. An order has one client order id, its
    ``child_id``, whichever way it goes and however often. What is about to be sent is in the store
    before the message leaves: a process that was killed is followed by one that asks about what it
    may have sent. One process at a time works under one ``name`` on a store.

    Parameters
    ----------
    protocols
        The ways to the broker, the preferred one first: that counts until their latencies are
        measured.
    store
        Parents, children, fills, and the audit trail of each order.
    name
        Whose children these are. A process that takes over after another uses the same name.
    clock
        The time now, with a zone. Default: the computer's.
    sleep
        Called with seconds when there is nothing to do. Default: ``time.sleep``; a simulation
        passes what moves its clock.
    acknowledge_within
        Seconds after which an order without an answer is asked about. Default: 2.
    poll
        Seconds between looks at an order whose protocol reports nothing by itself. Default: 1.
    visibility_delay
        Seconds after which "not known" is believed of a protocol that may deliver late (REST), and
        only at the second time. Default: 10.
    resends
        How often an order may be sent again that the broker surely does not have. Default: 2; then
        it is left for a person.
    questions
        Unanswered questions about an order after which a person is called. Default: 5. They go on,
        ever more seldom.
    orders_per_second, burst
        The most orders that each protocol takes, and how many at once. Defaults: 50 and 50.
        Alpaca's limit is 200 a minute.
    backoff
        Pauses after failures. Default: ``Backoff()``.
    seed
        Of their jitter. Default: drawn from the system.

    Raises
    ------
    TypeError, ValueError
        An argument that makes no sense; two protocols of one name.

    Examples
    --------
    The README has one against a venue.
    """

    def __init__(
        self,
        protocols: Sequence[Protocol],
        store: OrderStore,
        *,
        name: str = "broker",
        clock: Callable[[], datetime] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        acknowledge_within: float = 2.0,
        poll: float = 1.0,
        visibility_delay: float = 10.0,
        resends: int = 2,
        questions: int = 5,
        orders_per_second: float = 50.0,
        burst: int = 50,
        backoff: Backoff | None = None,
        seed: int | None = None,
    ) -> None:
        if isinstance(protocols, Protocol) or not isinstance(protocols, Sequence):
            raise TypeError(f"protocols={checks.short(protocols)}, expected a list of them")
        for one in protocols:
            if not isinstance(one, Protocol):
                raise TypeError(f"protocols has {checks.short(one)}, expected a Protocol")
        names = [one.name for one in protocols]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"protocols are named {names}, expected one or more, each name once")
        if not isinstance(store, OrderStore):
            raise TypeError(f"store={checks.short(store)}, expected an OrderStore")
        if not isinstance(name, str) or not name:
            raise ValueError(f"name={checks.short(name)}, expected text")
        self.store, self.name = store, name
        self._clock = clock or (lambda: datetime.now(UTC))
        self._sleep = sleep
        rules = Rules(
            checks.real_number("acknowledge_within", acknowledge_within, above=0.0),
            checks.real_number("poll", poll, above=0.0),
            checks.real_number("visibility_delay", visibility_delay, least=0.0),
            checks.whole_number("resends", resends, least=0),
            checks.whole_number("questions", questions, least=1),
            backoff or Backoff(),
        )
        rate = checks.real_number("orders_per_second", orders_per_second, above=0.0)
        checks.whole_number("burst", burst, least=1)
        self._records = Records(store, name)
        self._routes = Routes(protocols, rate, float(burst))
        self._sender = Sender(self._records, self._routes, rules, self._clock, seed)
        self._recover()

    def _recover(self) -> None:
        """Go on where an earlier process of this name stopped; nothing is changed yet."""
        for child in self._records.children():
            timer = self._sender.timer(child)
            timer.questions = int(child.phase == LIVE)  # ask, whatever the protocol
            route = self._routes.named.get(child.route or "")
            if route is not None:
                route.protocol.follow(child.order)
        for route in self._routes.all:
            route.protocol.start(self._sender.heard)

    def __repr__(self) -> str:
        return f"Broker({[route.protocol for route in self._routes.all]!r}, name={self.name!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to close: protocols and store belong to the caller."""

    def step(self) -> int:
        """Do everything that is due now: release, send, ask, follow, cancel at expiry.

        Returns
        -------
        int
            How many orders are alive afterwards, waiting ones of the store aside.
        """
        self._probe()
        with self._sender.lock:
            self.store.release_due(self._clock(), actor=self.name)
        for child in self._records.children():
            try:
                self._sender.step(child)
            except ValueError as error:  # the store has moved on: the next step sees it
                self._sender.problem(child.order.order_id, str(error))
        alive = {child.order.order_id for child in self._records.children()}
        self._sender.forget(alive)
        self._records.forget(alive)
        return len(alive)

    def run(self, until: datetime | None = None, parents: Sequence[str] | None = None) -> Any:
        """Step and sleep until the orders are over, or stand still for a person.

        Parameters
        ----------
        until
            When to stop at the latest. Default: no such time.
        parents
            Whose children to wait for. Default: all of this broker's store.

        Returns
        -------
        frame
            As :meth:`status`.
        """
        while True:
            self.step()
            now = self._clock()
            pause = self._idle(parents, now)
            if pause is None or (until is not None and now >= until):
                return self.status(parents)
            self._sleep(min(max(pause, _SHORTEST), _LONGEST))

    def _idle(self, parents: Sequence[str] | None, now: datetime) -> float | None:
        """Seconds until something is due; None where nothing will be."""
        due = [
            row["release_time"].timestamp()
            for row in self._records.waiting()
            if parents is None or row["parent_id"] in parents
        ]
        for child in self._records.children():
            timer = self._sender.timer(child)
            if parents is None or child.parent_id in parents:
                stuck = timer.manual_review is not None and (
                    child.phase == ASK or now >= child.expiry
                )
                due += [] if stuck else [timer.due]
        return min(due) - now.timestamp() if due else None

    def _probe(self) -> None:
        """Measure ways that no order has gone lately."""
        now = self._sender.now()
        for route in self._routes.all:
            if now - route.probed >= _PROBE and route.is_healthy(now):
                route.probed = now
                began = self._sender.now()
                try:
                    route.protocol.ping()
                except (NotSentError, UnansweredError) as error:
                    self._sender._failed(route, error)
                else:
                    if type(route.protocol).ping is not Protocol.ping:
                        route.answered(self._sender.now() - began)

    def sync_trades_to_broker(self, trade_ids: Sequence[str]) -> Any:
        """Bring trades of the store to the broker, each once, and learn how they stand.

        A parent without children becomes one order of its whole quantity, sent now and cancelled at
        its end. Children that are due are sent, and those that left are asked about. Call it again
        as often as you like.

        Parameters
        ----------
        trade_ids
            Identifiers of parents in the store.

        Returns
        -------
        frame
            As :meth:`status`, for these parents.

        Raises
        ------
        ValueError
            A parent that is not in the store, or whose time is over.
        """
        wanted = checks.names("trade_ids", trade_ids)
        parents = {row["parent_id"]: row for row in rows(self.store.parents())}
        now = self._clock()
        made = []
        for name in wanted:
            if name not in parents:
                raise ValueError(f"trade_ids has {name!r}, which is not in the store: add it first")
            parent = parents[name]
            if parent["state"] != "new" or len(self.store.children(name)):
                continue
            if parent["end"] <= now:
                raise ValueError(f"trade_ids has {name!r}, whose time ended at {parent['end']}")
            made.append(
                {"parent_id": name, "child_id": f"{name}-1", "sequence": 1,
                 "release_time": min(max(parent["start"], now), parent["end"]),
                 "expiry": parent["end"], "quantity": parent["quantity"],
                 "limit_price": parent["limit_price"]}
            )  # fmt: skip
        for row in made:
            if row["limit_price"] is None:
                del row["limit_price"]
            self.store.add_children(self._records.frame([row]), actor=self.name)
        for child in self._records.children():
            if child.parent_id in wanted and child.phase in (ASK, LIVE):
                timer = self._sender.timer(child)
                timer.questions, timer.due = max(timer.questions, 1), float("-inf")
        self.step()
        return self.status(wanted)

    def schedule_and_execute_child_orders(
        self,
        parent_trades: Any,
        execution_style: str | None = None,
        slices: int = 8,
        *,
        config: ExecutionConfig | None = None,
        profiles: VolumeProfiles | None = None,
        wait: bool = True,
        until: datetime | None = None,
    ) -> Any:
        """Plan parents as children, and send each child at its time.

        Parents that the store has with children keep these: after a crash, call it again.

        Parameters
        ----------
        parent_trades
            A frame as :func:`hft_py.execution.schedule_child_orders` takes it, times with a zone.
        execution_style, slices, config, profiles
            As there.
        wait
            Return when all children are over, or left for a person; or after the first step, for a
            caller that calls :meth:`step` or :meth:`run`. Default: True.
        until
            When to return at the latest, with ``wait``.

        Returns
        -------
        frame
            As :meth:`status`, for these parents.
        """
        checks.flag("wait", wait)
        self.store.add_parents(parent_trades, actor=self.name)
        names = [str(name) for name in parent_trades["parent_id"]]
        planned = set(rows_of(self.store.children(), "parent_id"))
        fresh = [name not in planned for name in names]
        if any(fresh):
            trades = parent_trades
            if not all(fresh):
                trades = (
                    parent_trades.filter(fresh) if hasattr(trades, "to_dicts") else trades[fresh]
                )
            children = schedule_child_orders(
                trades, execution_style, slices, config=config, profiles=profiles
            )
            self.store.add_children(children, actor=self.name, reason=execution_style)
        if wait:
            return self.run(until, names)
        self.step()
        return self.status(names)

    def status(self, parents: Sequence[str] | None = None) -> Any:
        """Children of this broker as a frame: state, fills, by which protocol, how often sent.

        ``manual_review`` says why somebody has to look at an order, where that is so.
        """
        found = []
        for child in self._records.children(closed=True):
            if parents is None or child.parent_id in parents:
                timer = self._sender.timers.get(child.order.order_id)
                manual_review = (
                    timer.manual_review if timer is not None and not child.is_closed else None
                )
                order = child.order
                found.append(
                    dict(zip(_STATUS, (child.parent_id, order.order_id, order.symbol, order.side,
                                       order.quantity, child.filled, child.state, child.route or "",
                                       child.sends, manual_review or ""), strict=True))
                )  # fmt: skip
        return self._records.frame(found, _STATUS)

    def unknown(self) -> Any:
        """Orders that left, and whose state at the broker is unknown; as :meth:`status`."""
        names = {c.order.order_id for c in self._records.children() if c.phase == ASK}
        found = [row for row in rows(self.status()) if row["child_id"] in names]
        return self._records.frame(found, _STATUS)

    def resolve(self, child_id: str, outcome: str, reason: str) -> None:
        """Enter what a person found out about an unknown order.

        Parameters
        ----------
        child_id
            The order.
        outcome
            ``"working"``: the broker has it. ``"not there"``: it does not and never will, send it
            again. ``"cancelled"``, ``"rejected"``, ``"expired"``: that is how it ended.
        reason
            Who found out and how, for the audit trail.

        Raises
        ------
        ValueError
            The order is not unknown; one with fills cannot be ``"not there"``.
        """
        options = ("working", "not there", "cancelled", "rejected", "expired")
        checks.choice("outcome", outcome, options)
        if not isinstance(reason, str) or not reason:
            raise ValueError(f"reason={reason!r}, expected who found out, and how")
        with self._sender.lock:
            child = self._child(child_id)
            if child.phase != ASK:
                raise ValueError(
                    f"child_id={child_id!r} is {child.state}, expected an unknown order"
                )
            now, route = self._clock(), child.route or "no protocol"
            if outcome == "working":
                self._records.alive(child, TAKEN + f"{route}: {reason}", now)
            elif outcome == "not there":
                if child.filled:
                    raise ValueError(f"child_id={child_id!r} has fills: the broker had it")
                self._records.alive(child, ABSENT + f"{route}: {reason}", now)
            else:
                self._records.move(child, outcome, reason, now)
            self._sender.timers.pop(child_id, None)

    def cancel_parent(self, parent_id: str, reason: str | None = None) -> Any:
        """Send nothing more of a parent, and ask to cancel what the broker has of it.

        Returns
        -------
        frame
            As :meth:`status`. Orders that were at the broker are cancelled once it says so: go on
            with :meth:`step` or :meth:`run`.
        """
        with self._sender.lock:
            waiting = [row["child_id"] for row in rows(self.store.children(parent_id, state="new"))]
            now = self._clock()
            if waiting:
                self.store.move_children(
                    waiting, "cancelled", actor=self.name, reason=reason, at=now
                )
            for child in self._records.children(parent_id):
                if child.phase == TO_SEND:
                    self._records.move(child, "cancelled", reason or "cancelled", now)
        for child in self._records.children(parent_id):
            self._sender.stop(child)
        return self.status([parent_id])

    def _child(self, child_id: str) -> Child:
        child = self._records.child(child_id)
        if child is None:
            raise ValueError(f"child_id={child_id!r} is not in the store")
        return child

    def reconcile(
        self, opening: Mapping[str, float] | None = None, *, closed: bool = True
    ) -> Reconciliation:
        """Compare the broker's orders, fills and positions with the store; nothing is changed.

        Parameters
        ----------
        opening
            Units held by symbol before the store's first fill. Default: none.
        closed
            Compare orders that are over as well. Default: True.

        Returns
        -------
        Reconciliation
        """
        return reconciliation.differences(self._sender, opening, checks.flag("closed", closed))

    def apply(self, differences: Any) -> Any:
        """Bring the store to the broker's side for rows of a reconciliation that can be applied.

        Missing fills are booked from the order's totals. Rows for a person are left alone.

        Parameters
        ----------
        differences
            ``reconcile().differences``, or some of its rows.

        Returns
        -------
        frame
            ``order_id`` and ``result``: what was changed, or why nothing was.
        """
        return reconciliation.apply(self._sender, differences)

    def trail(self, order_id: str) -> Any:
        """The audit trail of an order, parent or child, oldest first."""
        return self.store.events(order_id)

    def problems(self) -> Any:
        """What could not be booked or understood, as a frame; also in the log ``hft_py.broker``."""
        return self._records.frame(list(self._sender.problems), ("time", "order_id", "problem"))

    def latencies(self) -> dict[str, float | None]:
        """Mean seconds to an answer by protocol; None where none was measured."""
        return {route.protocol.name: route.latency for route in self._routes.all}


def rows_of(frame: Any, column: str) -> list[Any]:
    """One column of a frame as a list."""
    found: list[Any] = frame[column].to_list()
    return found
