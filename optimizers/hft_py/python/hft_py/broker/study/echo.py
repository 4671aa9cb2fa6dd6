"""The network's share: the bytes of an order and of its reports over loopback, and nothing else."""

from __future__ import annotations

import datetime as dt
import socket
import time
from typing import Any

import numpy as np

from hft_py.broker.study.children import OFFER, SYMBOL, receive
from hft_py.broker.study.processes import Child
from hft_py.fix import OrderRequest, encode
from qpp.study import Inputs

_ROUNDS = 2_000
_TIME = dt.datetime(2026, 1, 2, 15, tzinfo=dt.UTC)


def sizes() -> tuple[int, int]:
    """Bytes of an order of the study, and of the two reports that answer it."""
    header = [(49, "FUND"), (56, "VENUE"), (34, 1_000), (52, _TIME)]
    name = "19a0b1c2d3e.1.1000"
    order = OrderRequest(SYMBOL, "buy", 5, "limit", OFFER, time_in_force="ioc").body(name, _TIME)
    report = [
        (37, 1_000), (11, name), (17, 1_000), (20, 0), (150, 0), (39, 0), (55, SYMBOL), (54, 1),
        (38, 5), (40, 2), (44, OFFER), (59, 3), (151, 5), (14, 0), (6, 0), (60, _TIME),
    ]  # fmt: skip
    fill = [*report, (32, 5), (31, OFFER)]
    return len(encode("D", header + order)), sum(
        len(encode("8", header + r)) for r in (report, fill)
    )


def round_trips(count: int) -> Any:
    """Seconds of each round trip, one after the other, with the other process."""
    order, reports = sizes()
    with (
        Child("echo", str(order), str(reports)) as child,
        socket.create_connection(("127.0.0.1", child.ready["port"])) as connection,
    ):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        taken = np.empty(count)
        for index in range(count):
            began = time.perf_counter()
            connection.sendall(b"x" * order)
            receive(connection, reports)
            taken[index] = time.perf_counter() - began
        return taken


def seconds_of_the_network(inputs: Inputs, bandwidth: Any) -> float:
    """The median round trip, for each order."""
    return float(np.median(round_trips(_ROUNDS))) * len(inputs["lots"])
