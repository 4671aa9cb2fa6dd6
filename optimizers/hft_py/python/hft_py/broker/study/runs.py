"""Orders one after the other, as the rows of the study send them."""

from __future__ import annotations

import atexit
import contextlib
import functools
from collections.abc import Callable
from typing import Any

from hft_py.broker.study.answers import Answers
from hft_py.broker.study.children import OFFER
from hft_py.broker.study.clients import Client, ConnectorClient, RestClient, SessionClient
from hft_py.broker.study.in_memory import LinkClient
from hft_py.broker.study.processes import Child
from hft_py.broker.study.quickfix_peer import QuickfixClient
from hft_py.broker.study.workloads import BELOW
from qpp.study import Inputs

Make = Callable[[contextlib.ExitStack], Client]


def child(stack: contextlib.ExitStack, role: str, *arguments: str) -> Any:
    """What a process says when it is ready; it lives as long as the stack."""
    return stack.enter_context(Child(role, *arguments)).ready


def connector(stack: contextlib.ExitStack) -> Client:
    return ConnectorClient(child(stack, "venue", "fix")["port"])


def session(stack: contextlib.ExitStack) -> Client:
    return SessionClient(child(stack, "venue", "fix")["port"])


def in_memory(stack: contextlib.ExitStack) -> Client:
    return LinkClient()


def rest_kept(stack: contextlib.ExitStack) -> Client:
    return RestClient(child(stack, "venue", "rest")["url"])


def rest_new(stack: contextlib.ExitStack) -> Client:
    return RestClient(child(stack, "venue", "rest")["url"], keep=False)


def quickfix(stack: contextlib.ExitStack) -> Client:
    return QuickfixClient(child(stack, "venue", "fix")["port"])


def quickfix_both(stack: contextlib.ExitStack) -> Client:
    client = "FUND2"  # quickfix knows a session of a name once in a process
    return QuickfixClient(child(stack, "quickfix", client)["port"], client)


@functools.cache
def connected(make: Make) -> Client:
    """A client and its venue in a process of its own, once in this process, until it ends."""
    stack = contextlib.ExitStack()
    client = make(stack)
    stack.callback(client.close)
    atexit.register(stack.close)
    return client


def ready(make: Make) -> Callable[[Inputs], Inputs]:
    """Connect and log on, outside the clock."""

    def prepare(inputs: Inputs) -> Inputs:
        prices = [OFFER if trades else BELOW for trades in inputs["trades"]]
        return {"client": connected(make), "lots": inputs["lots"].tolist(), "prices": prices}

    return prepare


def one_by_one(client: Client, lots: list[int], prices: list[str]) -> Answers:
    """Send each order when the one before it is over."""
    answers = client.answers = Answers(len(lots))
    for number, (quantity, price) in enumerate(zip(lots, prices, strict=True)):
        client.send(number, quantity, price)
        answers.wait(1)
    return answers
