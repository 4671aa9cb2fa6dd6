"""Any history of orders, faults and restarts, against a book of sets and numbers.

No order message ever reaches the broker for an id that it has; each execution is in the store once;
an order is never over in the store while it lives at the broker; fills never exceed the parent; and
once the lines work, both books agree or their differences are listed.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hft_py.broker import Backoff, Broker
from hft_py.execution import OrderStore

from .doubles import NOON, Book, Clock, Double

pytest.importorskip("alembic", reason="alembic is not installed")
FAULTS = st.sampled_from(["lost", "no answer", "late", "not sent"])
LIVE = ("working", "partially_filled")
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # a disk would wait for each commit


class Trading(RuleBasedStateMachine):
    """One parent after another, each of three children of ten lots, by two protocols."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY)
        self.clock, self.book = Clock(), Book()
        self.fix = Double("fix", self.book, self.clock, reports=True)
        self.rest = Double("rest", self.book, self.clock, reports=False)
        self.parents: dict[str, tuple[str, str]] = {}

    @initialize(seed=st.integers(0, 3), rest_first=st.booleans())
    def start(self, seed: int, rest_first: bool) -> None:
        self.store = OrderStore(f"sqlite:///{self.folder.name}/o.db", clock=self.clock)
        self.seed, self.rest_first = seed, rest_first
        self.restart()

    @rule()
    def restart(self) -> None:
        """A process ends at any time, and another begins."""
        ways = [self.rest, self.fix] if self.rest_first else [self.fix, self.rest]
        self.broker = Broker(
            ways, self.store, clock=self.clock, sleep=self.clock.sleep, seed=self.seed,
            acknowledge_within=2.0, poll=1.0, visibility_delay=10.0, backoff=Backoff(0.5, 4.0),
        )  # fmt: skip

    @precondition(lambda self: len(self.parents) < 3)
    @rule(side=st.sampled_from(["buy", "sell"]), symbol=st.sampled_from(["X", "Y"]))
    def add(self, side: str, symbol: str) -> None:
        name = f"P{len(self.parents)}"
        self.parents[name] = (side, symbol)
        at = self.clock() if len(self.parents) > 1 else NOON
        frame = pd.DataFrame({"parent_id": [name], "symbol": symbol, "side": side, "quantity": [30],
                              "start": [at], "end": [at + timedelta(seconds=90)]})  # fmt: skip
        self.broker.store.add_parents(frame)
        children = pd.DataFrame(
            [{"parent_id": name, "child_id": f"{name}-{k}", "sequence": k,
              "release_time": at + timedelta(seconds=10 * k),
              "expiry": at + timedelta(seconds=10 * k + 50), "quantity": 10, "limit_price": 5.0}
             for k in (1, 2, 3)]
        )  # fmt: skip
        self.store.add_children(children)

    @rule(seconds=st.sampled_from([0.0, 0.3, 1.0, 3.0, 12.0]), steps=st.integers(1, 3))
    def step(self, seconds: float, steps: int) -> None:
        for _ in range(steps):
            self.clock.seconds += seconds
            for way in (self.fix, self.rest):
                way.arrive()
            self.broker.step()

    @rule(fault=FAULTS, by_fix=st.booleans())
    def fault(self, fault: str, by_fix: bool) -> None:
        (self.fix if by_fix else self.rest).faults.append(fault)

    @rule(by_fix=st.booleans(), up=st.booleans())
    def line(self, by_fix: bool, up: bool) -> None:
        (self.fix if by_fix else self.rest).up = up

    @rule(by_fix=st.booleans(), count=st.integers(1, 2))
    def silence(self, by_fix: bool, count: int) -> None:
        (self.fix if by_fix else self.rest).silent = count

    @rule(refuses=st.booleans())
    def refuse(self, refuses: bool) -> None:
        self.book.refuses = refuses

    @rule(data=st.data(), quantity=st.integers(1, 10), price=st.sampled_from([4.5, 5.0]))
    def trade(self, data: Any, quantity: int, price: float) -> None:
        live = [name for name, held in self.book.held.items() if held.status in LIVE]
        if live:
            name = data.draw(st.sampled_from(live))
            left = 10 - self.book.held[name].filled
            self.book.fill(name, float(min(quantity, left)), price, self.clock())

    @rule(data=st.data(), quantity=st.integers(0, 10))
    def correct(self, data: Any, quantity: int) -> None:
        """The broker takes an execution back, or makes it smaller."""
        done = [(name, one) for name, held in self.book.held.items() for one in held.executions]
        if done:
            name, one = data.draw(st.sampled_from(done))
            quantity = min(quantity, int(self.book.held[name].executions[one][0]))
            self.book.replace(name, one, float(quantity), 4.75)

    @rule(data=st.data())
    def cancelled_there(self, data: Any) -> None:
        live = [name for name, held in self.book.held.items() if held.status in LIVE]
        if live:
            self.book.end(data.draw(st.sampled_from(live)), self.clock())

    @rule(count=st.integers(1, 4))
    def deliver(self, count: int) -> None:
        if self.fix.up:
            self.fix.deliver(count)

    @precondition(lambda self: self.book.delivered > 0)
    @rule(data=st.data())
    def deliver_again(self, data: Any) -> None:
        at = data.draw(st.integers(0, self.book.delivered - 1))
        self.fix.heard(self.fix, self.book.reports[at])

    @precondition(lambda self: len(self.book.reports) - self.book.delivered > 1)
    @rule()
    def reorder(self) -> None:
        at, reports = self.book.delivered, self.book.reports
        reports[at], reports[at + 1] = reports[at + 1], reports[at]

    @precondition(lambda self: self.book.delivered < len(self.book.reports))
    @rule()
    def lose(self) -> None:
        del self.book.reports[self.book.delivered]

    @rule()
    def look(self) -> None:
        before = self.rows()
        self.broker.reconcile()
        assert self.rows() == before, "a comparison changed the store"

    def rows(self) -> list[Any]:
        return [self.store.children().to_dict("records").__repr__(),
                self.store.fills(replaced=True).to_dict("records").__repr__()]  # fmt: skip

    @invariant()
    def nothing_is_sent_twice(self) -> None:
        assert self.book.doubles == []
        for name, held in self.book.held.items():
            side, symbol = self.parents[name.partition("-")[0]]
            order = held.order
            assert (order.side, order.symbol, order.quantity, order.limit_price) == (
                side, symbol, 10, 5.0)  # fmt: skip

    @invariant()
    def an_order_that_lives_is_not_over_in_the_store(self) -> None:
        if not self.parents:
            return
        for child in self.store.children().to_dict("records"):
            held = self.book.held.get(child["child_id"])
            if held is not None and held.status in LIVE and not held.corrected:
                assert child["state"] in ("working", "partially_filled", "unknown"), child

    @invariant()
    def executions_are_booked_once(self) -> None:
        if not self.parents:
            return
        every = self.store.fills(replaced=True)
        names = every["execution_id"].to_list()
        assert len(names) == len(set(names))
        told = {f"{r.order_id}/{r.execution_id}": r for r in self.book.reports if r.execution_id}
        for fill in every.to_dict("records"):
            if "/total-" not in fill["execution_id"] and fill["execution_id"] in told:
                report = told[fill["execution_id"]]
                assert fill["quantity"] <= report.quantity
                assert (fill["price"], fill["side"]) == (report.price, report.side)
        by_child = self.store.fills().groupby("child_id")["quantity"].sum()
        for child, filled in by_child.items():
            held = self.book.held[child]
            assert held.corrected or filled <= held.filled, (child, filled, held)
        for parent in self.store.parents().to_dict("records"):
            own = self.store.fills(parent["parent_id"])["quantity"].sum()
            assert own == parent["filled"] <= parent["quantity"]

    def teardown(self) -> None:
        try:
            if hasattr(self, "broker") and self.parents:
                self.heal()
        finally:
            if hasattr(self, "store"):
                self.store.close()
            self.folder.cleanup()

    def heal(self) -> None:
        """Both lines work: what is left is found out, and both books agree."""
        for way in (self.fix, self.rest):
            way.up, way.faults, way.silent = True, [], 0
            way.arrive(everything=True)
        self.fix.deliver()
        for _ in range(40):
            self.clock.seconds += 6.0
            self.broker.step()
            self.fix.deliver()
        self.nothing_is_sent_twice()
        self.broker.apply(self.broker.reconcile().differences)
        for _ in range(5):
            self.clock.seconds += 40.0
            self.broker.step()
            self.fix.deliver()
        self.broker.apply(self.broker.reconcile().differences)
        left = self.broker.reconcile().differences
        listed = set(left["order_id"])
        assert all(self.book.held[name].corrected for name in listed if name), left.to_string()
        for child in self.store.children().to_dict("records"):
            held = self.book.held.get(child["child_id"])
            if held is not None and child["child_id"] not in listed:
                assert child["filled"] == held.filled
                assert child["state"] == held.status, (child, held)
                fills = self.store.fills().query(f"child_id == '{child['child_id']}'")
                value = (fills["quantity"] * fills["price"]).sum()
                theirs = sum(q * p for q, p in held.executions.values())
                assert abs(value - theirs) < 1e-6 * max(theirs, 1.0)
            elif held is None:
                assert child["filled"] == 0
                assert child["state"] in ("expired", "unknown", "cancelled"), child
        assert not len(left.query("kind == 'position'")) or listed - {""}, left.to_string()
        self.executions_are_booked_once()


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Trading,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_histories() -> None:
    run(5, 25)


@pytest.mark.thorough
@pytest.mark.timeout(900)
def test_many_histories() -> None:
    run(20, 40)
