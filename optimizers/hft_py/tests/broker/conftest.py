"""A store, a clock, and both doubles on one book."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hft_py.broker import Backoff, Broker, Protocol
from hft_py.execution import OrderStore

from .doubles import NOON, Book, Clock, Double


@dataclass
class Desk:
    """What a test works with."""

    store: OrderStore
    clock: Clock
    book: Book = field(default_factory=Book)

    def __post_init__(self) -> None:
        self.fix = Double("fix", self.book, self.clock, reports=True)
        self.rest = Double("rest", self.book, self.clock, reports=False)

    def broker(self, *ways: Protocol, **options: Any) -> Broker:
        wanted = {"backoff": Backoff(0.5, 4.0), "seed": 1} | options
        return Broker(
            ways or (self.fix, self.rest), self.store, clock=self.clock, sleep=self.clock.sleep,
            **wanted,
        )  # fmt: skip

    def parents(self, *names: str, quantity: int = 10, seconds: float = 60.0) -> Any:
        return pd.DataFrame({"parent_id": list(names), "symbol": "X", "side": "sell",
                             "quantity": quantity, "start": NOON,
                             "end": NOON + timedelta(seconds=seconds),
                             "limit_price": 5.0})  # fmt: skip

    def state(self, name: str = "A-1") -> str:
        found: str = self.store.children(child_ids=[name])["state"].iloc[0]
        return found

    def reasons(self, name: str = "A-1") -> list[str]:
        found = self.store.events(name)
        return [reason for reason in found["reason"].to_list() if isinstance(reason, str)]

    def pass_time(self, broker: Broker, seconds: float, by: float = 1.0) -> None:
        while seconds > 0:
            self.clock.seconds += by
            seconds -= by
            broker.step()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    pytest.importorskip("alembic", reason="alembic is not installed")
    clock = Clock()
    with OrderStore(f"sqlite:///{tmp_path}/orders.db", clock=clock) as store:
        yield Desk(store, clock)
