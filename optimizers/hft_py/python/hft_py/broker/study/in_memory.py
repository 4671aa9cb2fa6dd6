"""Both sides in this process: the same codec and sessions, and no socket, thread or wait."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from hft_py.broker.study.answers import Answers
from hft_py.broker.study.children import OFFER
from hft_py.broker.study.clients import booked, fields, settings
from hft_py.fix import Application, InMemoryLink, Message, SessionSettings


class _Desk(Application):
    """Fills an order at the offer's price and cancels any other, after its acknowledgement."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def on_message(self, message: Message, session: Any) -> None:
        name, symbol, side, lots, price = message.values(11, 55, 54, 38, 44)
        order = [(37, "1"), (11, name), (20, "0"), (55, symbol), (54, side), (38, lots)]
        new = [(150, "0"), (39, "0"), (151, lots), (14, "0"), (6, "0")]
        session.send("8", [*order, (17, next(self._numbers)), *new])
        if price == OFFER:
            over = [(150, "2"), (39, "2"), (151, "0"), (14, lots), (6, price), (32, lots)]
            over.append((31, price))
        else:
            over = [(150, "4"), (39, "4"), (151, "0"), (14, "0"), (6, "0")]
        session.send("8", [*order, (17, next(self._numbers)), *over])


class _Hearing(Application):
    def __init__(self, hear: Callable[[Message], None]) -> None:
        self._hear = hear

    def on_message(self, message: Message, session: Any) -> None:
        self._hear(message)


class LinkClient:
    """Sessions joined by :class:`InMemoryLink`."""

    def __init__(self) -> None:
        self.answers = Answers(0)
        self._link = InMemoryLink(
            settings(0),
            SessionSettings(sender_comp_id="VENUE", target_comp_id="FUND"),
            initiator_application=_Hearing(lambda message: booked(self.answers, message)),
            acceptor_application=_Desk(),
        ).connect()

    def send(self, number: int, lots: int, price: str) -> None:
        """Send it, and let both sides do what they do at this time of the link."""
        order = fields(self.answers, number, lots, price, self._link.now)
        self._link.initiator.send("D", order)
        self._link.advance(0.0)

    def close(self) -> None:
        """Log out."""
        self._link.initiator.log_out()
