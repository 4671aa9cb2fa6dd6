"""What a program does with the messages of its sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hft_py.fix.message import Message

if TYPE_CHECKING:
    from hft_py.fix.session import Session

__all__ = ["Application"]


class Application:
    """Callbacks of an engine; a subclass overrides those it needs.

    All are called on one thread of the engine, one at a time, in the order in which things
    happened, so that an application needs no lock for state that only they use. An exception is
    logged (logger ``hft_py.fix``) and the engine goes on. While a callback runs, the sessions go on
    as well: heartbeats are sent, messages are received and wait, and a session whose messages wait
    in too great a number is not read until there is room.

    A message counts as received when the callback for it, and for those taken from the queue with
    it, has returned: if the process ends before that, the message comes again after the next
    logon, with PossDupFlag (43). Recognise executions by ExecID (17).
    """

    def on_logon(self, session: Session) -> None:
        """Both sides have logged on."""

    def on_logout(self, session: Session, text: str) -> None:
        """The session has ended; ``text`` is the peer's reason, or ours."""

    def on_message(self, message: Message, session: Session) -> None:
        """An application message: validated, in its order, once."""

    def on_reject(self, message: Message, session: Session) -> None:
        """The peer refused a message of ours: a Reject (3) or BusinessMessageReject (j).

        RefSeqNum (45) is the number that ``session.send`` returned.
        """
