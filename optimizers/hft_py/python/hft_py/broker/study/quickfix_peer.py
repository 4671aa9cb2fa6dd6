"""quickfix's Python engine as initiator: its own message classes, fields read one by one."""

# ruff: noqa: N802 (the names of quickfix's callbacks)

from __future__ import annotations

import threading
from importlib import import_module
from typing import Any

from hft_py.broker.study.answers import Answers
from hft_py.broker.study.children import SYMBOL, quickfix_engine

_LOGON = 30.0


class QuickfixClient:
    """Connects, logs on, and sends orders."""

    def __init__(self, port: int, client: str = "FUND") -> None:
        self.answers = Answers(0)
        self._library: Any = import_module("quickfix")
        self._messages: Any = import_module("quickfix42")
        self._logged_on = threading.Event()
        self._application = _application(self._library, self._logged_on.set, self._heard)
        self._engine = quickfix_engine(self._application, client=client, port=port, acceptor=False)
        if not self._logged_on.wait(_LOGON):
            self._engine.stop()
            raise TimeoutError(f"quickfix did not log on at port {port} within {_LOGON} s")

    def send(self, number: int, lots: int, price: str) -> None:
        fix = self._library
        order = self._messages.NewOrderSingle()
        order.setField(fix.ClOrdID(self.answers.name(number)))
        order.setField(fix.HandlInst("1"))
        order.setField(fix.Symbol(SYMBOL))
        order.setField(fix.Side("1"))
        order.setField(fix.TransactTime())
        order.setField(fix.OrderQty(lots))
        order.setField(fix.OrdType("2"))
        order.setField(fix.Price(float(price)))
        order.setField(fix.TimeInForce("3"))
        fix.Session.sendToTarget(order, self._application.session)

    def _heard(self, message: Any) -> None:
        number = self.answers.number(message.getField(11))
        if number is None:
            return
        status = message.getField(39)
        if status == "0":
            self.answers.acknowledged(number)
        elif status in ("2", "4"):
            self.answers.over(number, int(message.getField(14)))

    def close(self) -> None:
        self._engine.stop()


def _application(library: Any, logged_on: Any, heard: Any) -> Any:
    """The callbacks; the class is made here, since its base comes from the library."""

    class Client(library.Application):  # type: ignore[misc]
        session: Any = None

        def onCreate(self, session: Any) -> None:
            pass

        def onLogon(self, session: Any) -> None:
            self.session = library.SessionID(
                session.getBeginString().getString(),
                session.getSenderCompID().getString(),
                session.getTargetCompID().getString(),
            )
            logged_on()

        def onLogout(self, session: Any) -> None:
            pass

        def toAdmin(self, message: Any, session: Any) -> None:
            pass

        def fromAdmin(self, message: Any, session: Any) -> None:
            pass

        def toApp(self, message: Any, session: Any) -> None:
            pass

        def fromApp(self, message: Any, session: Any) -> None:
            heard(message)

    return Client()
