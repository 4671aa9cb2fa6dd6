"""The life of an order between the store and the broker, one step at a time.

======== ============================================================ ==========================
phase    what is known                                                what is done
======== ============================================================ ==========================
to send  it surely is not at the broker                               sent by the best protocol
ask      it left, and its state is unknown                            the broker is asked
live     the broker has it                                            followed; cancelled at expiry
======== ============================================================ ==========================

An order that left goes another way only after the protocol that it was sent by has said that the
broker does not know it. Another protocol's word is taken for what it finds, never for what it does
not find: the message may still be under way.
"""

from __future__ import annotations

import logging
import random
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from hft_py.broker.protocols import (
    BrokerOrder,
    NotSentError,
    Protocol,
    RefusedError,
    Report,
    UnansweredError,
)
from hft_py.broker.records import (
    ABSENT,
    ASK,
    LIVE,
    NOT_SENT,
    SENDING,
    TAKEN,
    TO_SEND,
    Child,
    Records,
)
from hft_py.broker.routing import Backoff, Route, Routes

_LOG = logging.getLogger("hft_py.broker")
_KEPT = 10_000
_ENDS = ("cancelled", "expired", "rejected")


@dataclass
class Timer:
    """What this process remembers of a child; another one starts without it."""

    due: float = float("-inf")
    failures: int = 0
    questions: int = 0
    absences: int = 0
    cancels: int = 0
    manual_review: str | None = None
    avoid: str | None = None
    stop: bool = False
    sent: float | None = None
    early: list[Report] = field(default_factory=list)


@dataclass(frozen=True)
class Rules:
    """Seconds and counts; :class:`hft_py.broker.Broker` describes them."""

    acknowledge_within: float
    poll: float
    visibility_delay: float
    resends: int
    questions: int
    backoff: Backoff


class Sender:
    """Sends, asks, follows and cancels the children of one broker.

    ``lock`` is held while something is decided and stored, never while the wire is waited for: the
    reports of a protocol come on threads of its own.
    """

    def __init__(
        self,
        records: Records,
        routes: Routes,
        rules: Rules,
        clock: Callable[[], datetime],
        seed: int | None,
    ) -> None:
        self.records, self.routes, self.rules, self.clock = records, routes, rules, clock
        self.lock = threading.RLock()
        self.timers: dict[str, Timer] = {}
        self.problems: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._random = random.Random(seed)

    def now(self) -> float:
        """The clock as seconds."""
        return self.clock().timestamp()

    def forget(self, alive: set[str]) -> None:
        """Drop what is remembered of orders that are over."""
        with self.lock:
            self.timers = {
                name: timer for name, timer in self.timers.items() if name in alive or timer.early
            }

    def timer(self, child: Child) -> Timer:
        """What is remembered of a child."""
        return self.timers.setdefault(child.order.order_id, Timer())

    def step(self, child: Child) -> None:
        """Do what is due for a child."""
        timer, now = self.timer(child), self.clock()
        if now.timestamp() < timer.due:
            return
        if child.phase == TO_SEND:
            if now >= child.expiry:
                with self.lock:
                    self.records.move(child, "expired", "it was not sent in its time", now)
            else:
                self._send(child, timer)
        elif child.phase == ASK:
            self._ask(child, timer)
        elif child.phase == LIVE:
            self._follow(child, timer)

    def stop(self, child: Child) -> None:
        """Cancel a child at the broker as soon as it is known to be there."""
        timer = self.timer(child)
        timer.stop, timer.due = True, float("-inf")
        self.step(child)

    def _send(self, child: Child, timer: Timer) -> None:
        now = self.now()
        route = self.routes.best(now, {timer.avoid} if timer.avoid else set())
        if route is None:
            waits = [one.wait(now) for one in self.routes.all if one.is_healthy(now)]
            timer.due = now + (min(waits) if waits else self._pause(timer))
            return
        protocol, order = route.protocol, child.order
        with self.lock:
            self.records.move(child, "unknown", SENDING + protocol.name, self.clock())
        child = replace(child, route=protocol.name, sends=child.sends + 1)
        route.take()
        began = timer.sent = self.now()
        timer.questions, timer.absences = 0, 0
        timer.due = began + self.rules.acknowledge_within
        try:
            found = protocol.submit(order, again=child.sends > 1)
        except NotSentError as error:
            self._failed(route, error)
            self._changed(child, NOT_SENT + f"{protocol.name}: {error}")
            timer.avoid = protocol.name
            other = self.routes.best(self.now(), {protocol.name})
            at_once = other is not None and other is not route
            timer.due = self.now() if at_once else self.now() + self._pause(timer)
        except RefusedError as error:
            route.answered()
            if child.resends:  # it may refuse the second of two, and have the first
                timer.due = self.now()
            else:
                with self.lock:
                    self._end(child, "rejected", f"refused by {protocol.name}: {error}")
        except Exception as error:
            if not isinstance(error, UnansweredError):
                self.problem(child.order.order_id, f"{protocol.name}: {error!r}")
            self._failed(route, error)
            timer.due = self.now() + self._pause(timer)
        else:
            timer.failures, timer.avoid = 0, None
            if found is not None:
                route.answered(self.now() - began)
                self._compared(child, found, protocol, timer)

    def _ask(self, child: Child, timer: Timer) -> None:
        """Find out what the broker has; its own protocol's answer first."""
        own = self.routes.named.get(child.route or "")
        others = [route for route in self.routes.all if route is not own]
        absent = False
        for route in [own, *others] if own is not None else others:
            if not route.protocol.is_up:
                continue
            began = self.now()
            try:
                found = route.protocol.find(child.order)
            except (NotSentError, UnansweredError, RefusedError) as error:
                self._failed(route, error)
                continue
            route.answered(self.now() - began)
            if found is not None:
                self._compared(child, found, route.protocol, timer)
                return
            if route is own:
                absent = True
                break
        timer.questions += 1
        if absent and own is not None:
            self._absent(child, timer, own.protocol)
        elif timer.questions >= self.rules.questions:
            timer.manual_review = (
                "no protocol knows it, and the one that it was sent by gave no answer"
            )
        if timer.due <= self.now():
            timer.due = self.now() + self.rules.backoff.seconds(timer.questions, self._random)

    def _absent(self, child: Child, timer: Timer, protocol: Protocol) -> None:
        """The protocol that it was sent by said that the broker does not know it."""
        now = self.clock()
        timer.absences += 1
        age = now.timestamp() - child.sent_at.timestamp() if child.sent_at else 0.0
        if not protocol.ordered and (timer.absences < 2 or age < self.rules.visibility_delay):
            timer.due = max(now.timestamp() + self.rules.poll, timer.due)
            return
        with self.lock:
            child = self._again(child)
            if child.phase != ASK or child.filled:
                return  # a report came meanwhile
            if now >= child.expiry or timer.stop:
                state = "cancelled" if timer.stop else "expired"
                self.records.move(child, state, ABSENT + protocol.name, now)
            elif child.resends < self.rules.resends:
                self.records.alive(child, ABSENT + protocol.name, now)
                timer.due = now.timestamp() + self._pause(timer)
            else:
                timer.manual_review = (
                    f"sent {child.sends} times, and {protocol.name} does not know it"
                )

    def _follow(self, child: Child, timer: Timer) -> None:
        """A working order: look at its totals, cancel it when its time is over."""
        now = self.clock()
        own = self.routes.named.get(child.route or "")
        ways = [route for route in (own, *self.routes.all) if route and route.protocol.is_up]
        if not ways:
            timer.due = now.timestamp() + self._pause(timer)
            return
        route = ways[0]
        protocol = route.protocol
        over = now >= child.expiry or timer.stop
        if not over and not protocol.totals and not timer.questions:
            timer.due = min(child.expiry.timestamp(), now.timestamp() + 3600.0)
            return
        try:
            if over and timer.cancels % 2 == 0:
                timer.cancels += 1
                protocol.cancel(child.order)
                if not protocol.totals:  # a report follows; if not, the next look asks
                    timer.due = now.timestamp() + self.rules.acknowledge_within
                    return
        except RefusedError:
            pass  # too late, most often: the totals say what it is
        except (NotSentError, UnansweredError) as error:
            self._failed(route, error)
            timer.due = self.now() + self._pause(timer)
            return
        timer.cancels += over
        try:
            found = protocol.find(child.order)
        except (NotSentError, UnansweredError) as error:
            self._failed(route, error)
            timer.due = self.now() + self._pause(timer)
            return
        route.answered()
        timer.due = self.now() + self.rules.poll
        if found is None:
            timer.manual_review = f"{protocol.name} took it, and does not know it any more"
            timer.due = self.now() + self._pause(timer)
            return
        self._compared(child, found, protocol, timer)

    def _compared(self, child: Child, found: BrokerOrder, protocol: Protocol, timer: Timer) -> None:
        """Settle, and look again soon where fills differ all the same."""
        self.apply_answer(child, found, protocol)
        child = self._again(child)
        timer.questions, timer.due = 0, self.now() + self.rules.poll
        if not child.is_closed and found.filled != child.filled:
            timer.questions, timer.due = 1, self.now() + self._pause(timer)
            timer.manual_review = (
                f"{protocol.name} has {found.filled:g} filled, the store {child.filled:g}"
            )

    def apply_answer(self, child: Child, found: BrokerOrder, protocol: Protocol) -> None:
        """Bring the store to what the broker says of an order, fills of another kind aside.

        A state that is final is taken once all fills are in the store: a parent's rest must not be
        planned again while some are missing.
        """
        order = child.order
        said = (found.symbol, found.side, float(found.quantity))
        if said != (order.symbol, order.side, float(order.quantity)):
            self.timer(
                child
            ).manual_review = f"{protocol.name} has another order of this id: {said}"
            self.problem(order.order_id, self.timer(child).manual_review or "")
            return
        with self.lock:
            now, child = self.clock(), self._again(child)
            if child.route == protocol.name and protocol.totals:
                try:
                    self.records.book_total(child, found, protocol.name, now)
                except ValueError as error:
                    self.problem(order.order_id, f"the store does not take its fills: {error}")
                child = self._again(child)
            if child.is_closed:
                return
            if child.phase == ASK:
                self.records.alive(child, TAKEN + protocol.name, now)
                child = self._again(child)
            self.timer(child).manual_review = None
            if found.status in _ENDS and found.filled == child.filled:
                self._end(
                    child, found.status, f"said by {protocol.name}: {found.text}".removesuffix(": ")
                )

    def heard(self, protocol: Protocol, report: Report) -> None:
        """A report of a protocol, on its thread; once this returns it is in the store."""
        arrived = self.now()
        with self.lock:
            child = self.records.child(report.order_id)
            if child is None:
                self.problem(report.order_id, f"{protocol.name}: {report.kind} of an order that is "
                             "not in the store")  # fmt: skip
                return
            try:
                self._take(protocol, report, child, arrived)
            except ValueError as error:
                self.problem(report.order_id, f"{protocol.name}: {report.kind}: {error}")
                self.timer(child).questions = 1

    def _take(self, protocol: Protocol, report: Report, child: Child, arrived: float) -> None:
        now, timer = self.clock(), self.timer(child)
        route = self.routes.named[protocol.name]
        order = child.order
        for name, value, ours in (
            ("symbol", report.symbol, order.symbol), ("side", report.side, order.side)
        ):  # fmt: skip
            if value is not None and value != ours:
                raise ValueError(f"{name}={value!r}, and the order has {ours!r}")
        if child.route == protocol.name and timer.sent is not None:
            route.answered(arrived - timer.sent)
            timer.sent = None
        if report.kind == "fill":
            if not self.records.book(child, report, protocol.name, now):
                _LOG.info("%s was booked before: %s", order.order_id, report.execution_id)
            self._replace(child, timer.early)
        elif report.kind in ("fill_cancelled", "fill_corrected"):
            self._replace(child, [*timer.early, report])
        elif report.kind == "rejected" and (child.resends or child.filled or child.phase != ASK):
            # The second of two, perhaps: the next step asks.
            timer.questions, timer.due = 1, now.timestamp()
            return
        child = self._again(child)
        if child.is_closed:
            return
        if child.phase == ASK and report.kind in ("taken", "fill", "cancelled", "expired"):
            self.records.alive(child, TAKEN + protocol.name, now)
            child = self._again(child)
            timer.due = now.timestamp() + self.rules.poll
        if report.kind in _ENDS:
            if report.filled is None or report.filled == child.filled:
                self._end(
                    child,
                    report.kind,
                    f"reported by {protocol.name}: {report.text}".removesuffix(": "),
                )
            else:
                timer.questions, timer.due = 1, now.timestamp() + self.rules.acknowledge_within
        elif report.kind == "cancel_rejected":
            timer.questions, timer.due = 1, now.timestamp()
        elif timer.questions:
            timer.due = now.timestamp()

    def _replace(self, child: Child, reports: list[Report]) -> None:
        """Take back and correct executions; those whose original is not known yet wait for it."""
        timer, waiting = self.timer(child), list(reports)
        timer.early = []
        while waiting:
            left = []
            for report in waiting:
                if self.records.has(child, report.replaces):
                    self.records.replace(child, report)
                else:
                    left.append(report)
            if len(left) == len(waiting):
                break
            waiting = left
        timer.early = waiting
        timer.questions = max(timer.questions, int(bool(waiting)))

    def _end(self, child: Child, state: str, reason: str) -> None:
        child = self._again(child)
        if not child.is_closed:
            state = "cancelled" if state == "rejected" and child.filled else state
            self.records.move(child, state, reason, self.clock())

    def _changed(self, child: Child, reason: str) -> None:
        """Back to sending, unless a report said more meanwhile."""
        with self.lock:
            child = self._again(child)
            if child.phase == ASK:
                self.records.alive(child, reason, self.clock())

    def _again(self, child: Child) -> Child:
        found = self.records.child(child.order.order_id)
        if found is None:
            raise KeyError(f"{child.order.order_id} is not in the store any more")
        return found

    def _failed(self, route: Route, error: Exception) -> None:
        _LOG.warning("%s: %s", route.protocol.name, error)
        now = self.now()
        after = getattr(error, "retry_after", None)
        if after is not None:
            route.rest(now, after)
        failures = route.failures + 1
        route.failed(now, self.rules.backoff.seconds(failures, self._random))

    def _pause(self, timer: Timer) -> float:
        timer.failures += 1
        return self.rules.backoff.seconds(timer.failures, self._random)

    def problem(self, order_id: str, text: str) -> None:
        """Something that a person should see."""
        _LOG.error("%s: %s", order_id, text)
        self.problems.append({"time": self.clock(), "order_id": order_id, "problem": text})
