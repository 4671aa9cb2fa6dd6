"""The study: a new order and its acknowledgement, between two processes, by FIX and by REST."""

from __future__ import annotations

from hft_py.backend import require_release_build
from hft_py.broker.study import runs
from hft_py.broker.study.answers import Answers
from hft_py.broker.study.echo import seconds_of_the_network
from hft_py.broker.study.workloads import LARGE, SMALL, orders
from qpp.study import Agreement, Claim, Implementation, Inputs, Limit, Study, Workload

require_release_build()

CONNECTOR, SESSION, LINK = "FIX connector", "FIX session", "FIX in memory"
KEPT, NEW = "REST, kept connection", "REST, new connections"
QUICKFIX, QUICKFIX_BOTH = "quickfix", "quickfix, both sides"
SOCKET, SIXTY = "socket echo", "60 µs an order"


def seconds_at_sixty(inputs: Inputs, bandwidth: object) -> float:
    """Sixty microseconds for each order."""
    return 60e-6 * len(inputs["lots"])


def row(
    name: str,
    make: runs.Make,
    needs: tuple[str, ...] = (),
    note: str = "",
    only: tuple[str, ...] | None = None,
) -> Implementation:
    """One way to send the orders."""
    return Implementation(
        name, runs.one_by_one, needs=needs, note=note, only=only, prepare=runs.ready(make),
        collect=Answers.output, threads=0,
    )  # fmt: skip


REST = ("httpx", "fastapi", "uvicorn")

study = Study(
    name="hft_order_entry",
    title="A new order and its acknowledgement",
    question="How long does a Python program wait until a venue has answered its order?",
    headline=(SMALL, CONNECTOR),
    workloads=[
        Workload(SMALL, orders, quick=True, count=100),
        Workload(LARGE, orders, count=1_000),
    ],
    baseline=row(KEPT, runs.rest_kept, REST, "httpx to the venue's REST API, keep-alive"),
    optimised=[
        row(CONNECTOR, runs.connector, note="orders checked, followed and kept"),
        row(SESSION, runs.session, note="messages by hand, callbacks, nothing kept"),
        row(LINK, runs.in_memory, note="both sessions in one thread, no socket; matches nothing"),
    ],
    peers=[
        row(NEW, runs.rest_new, REST, "httpx, a connection for each order"),
        row(QUICKFIX, runs.quickfix, ("quickfix",), "its Python engine, to the same venue"),
        row(
            QUICKFIX_BOTH, runs.quickfix_both, ("quickfix",), "an acceptor that matches nothing",
            only=(LARGE,),
        ),
    ],
    limits=[
        Limit(SOCKET, seconds_of_the_network, note="the same bytes between two Python programs"),
        Limit(SIXTY, seconds_at_sixty, kind="target", note="the bar of this study"),
    ],
    agreement=Agreement(),
    claims=[
        Claim(CONNECTOR, over=SIXTY, at_least=1),
        Claim(SESSION, over=SIXTY, at_least=1),
        Claim(CONNECTOR, over=QUICKFIX, at_least=1),
        Claim(CONNECTOR, over=QUICKFIX_BOTH, at_least=1),
        Claim(
            CONNECTOR, over=KEPT, at_least=4, kind="published",
            note="Published: 4 to 20 times. A distant venue adds the same travel time to both, and "
            "the ratio shrinks towards one; the socket echo is that share here.",
        ),
    ],
    analysis=(
        "Each order is sent when the one before it is over: acknowledged, then filled or "
        "cancelled. By FIX these are two reports, by REST one response. Venue and client are two "
        "processes on one machine, each with a session in memory. The socket echo is two "
        "single-threaded programs that exchange as many bytes and read none; what a row takes "
        "beyond it is software. FIX from Python wakes four threads for an order: the venue's I/O, "
        "the client's I/O, the thread of callbacks, and the one that waits; where cores are few "
        "or asleep, that is most of its time. REST pays for text, headers, routing and JSON in two "
        "interpreters, and for three more packets where each order has its own connection. In "
        "memory there is no socket and no wake-up: that is the share of codec and sessions, the "
        "callbacks of both sides included. quickfix validates nothing "
        "here, and where it is both sides it matches nothing."
    ),
    time_limit=120.0,
)  # fmt: skip
