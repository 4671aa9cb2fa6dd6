"""Orders at a fixed rate, and as fast as they can be sent.

At a fixed rate each order has a time at which it is due, whatever became of those before it, and
its latency counts from then: a pause of any part is seen in all orders that were due meanwhile.
Sending the next order when the last is answered, as the study's rows do, would see it once
(coordinated omission).
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.broker.study.answers import Answers
from hft_py.broker.study.children import OFFER
from hft_py.broker.study.clients import Client
from hft_py.broker.study.workloads import BELOW, orders

# A sleep wakes up late by about so much; the rest is spent in short calls that let others run.
_EARLY = 200e-6
QUANTILES = (0.5, 0.9, 0.99, 0.999, 1.0)


@dataclasses.dataclass(frozen=True)
class Load:
    """What a run found.

    Parameters
    ----------
    latencies
        Seconds from when each order was due (in a burst: from the start) to its acknowledgement.
    sent_late
        The longest that an order was sent after it was due, in seconds; part of its latency.
    seconds
        From the first order to the last outcome.
    lost, doubled, unknown
        Orders without acknowledgement or outcome, with more than one, and answers about none.
    """

    latencies: npt.NDArray[np.float64]
    sent_late: float
    seconds: float
    lost: int
    doubled: int
    unknown: int

    @property
    def count(self) -> int:
        """Orders sent."""
        return len(self.latencies)

    def quantiles(self) -> dict[str, float]:
        """Latencies in seconds: p50, p90, p99, p99.9, and the largest."""
        names = ["max" if q == 1 else f"p{100 * q:g}" for q in QUANTILES]
        found = np.quantile(self.latencies, QUANTILES, method="higher")
        return dict(zip(names, found.tolist(), strict=True))


def at_rate(
    client: Client,
    rate: float,
    seconds: float,
    *,
    watch: Callable[[], Any] | None = None,
) -> Load:
    """So many orders a second; ``watch`` is called at the start and after each tenth of them."""
    count = max(1, round(rate * seconds))
    tenth = max(1, count // 10)
    send, lots, prices, answers = _orders(client, count)
    late = 0.0
    began = time.perf_counter()
    for number in range(count):
        if watch is not None and number % tenth == 0:
            watch()
        due = began + number / rate
        late = max(late, _wait_until(due) - due)
        send(number, lots[number], prices[number])
    answers.wait(count)
    ended = time.perf_counter()
    due_at = began + np.arange(count) / rate
    return _load(answers, np.array(answers.heard_at) * 1e-9 - due_at, late, ended - began)


def in_turn(client: Client, count: int) -> Load:
    """Each order is due when the one before it is over: what an order takes on an idle venue."""
    send, lots, prices, answers = _orders(client, count)
    due_at = np.empty(count)
    began = time.perf_counter()
    for number in range(count):
        due_at[number] = time.perf_counter()
        send(number, lots[number], prices[number])
        answers.wait(1)
    ended = time.perf_counter()
    return _load(answers, np.array(answers.heard_at) * 1e-9 - due_at, 0.0, ended - began)


def burst(client: Client, count: int) -> Load:
    """All at once."""
    send, lots, prices, answers = _orders(client, count)
    began = time.perf_counter()
    for number in range(count):
        send(number, lots[number], prices[number])
    late = time.perf_counter() - began
    answers.wait(count)
    ended = time.perf_counter()
    return _load(answers, np.array(answers.heard_at) * 1e-9 - began, late, ended - began)


def _orders(client: Client, count: int) -> tuple[Any, list[int], list[str], Answers]:
    made = orders(count)
    prices = [OFFER if trades else BELOW for trades in made["trades"].tolist()]
    client.answers = Answers(count)
    return client.send, made["lots"].tolist(), prices, client.answers


def _wait_until(due: float) -> float:
    """The time when it is over: ``due``, or now where that has passed."""
    while (left := due - (now := time.perf_counter())) > 0:
        time.sleep(max(0.0, left - _EARLY))
    return now


def _load(answers: Answers, latencies: Any, late: float, seconds: float) -> Load:
    return Load(latencies, late, seconds, answers.lost(), answers.doubled(), answers.unknown)
