"""One session of an engine, as applications and programs use it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hft_py.fix.message import Tag

__all__ = ["Session", "SessionStatus"]


@dataclass(frozen=True)
class SessionStatus:
    """What a session is doing.

    Parameters
    ----------
    state
        ``"disconnected"``, ``"logging on"``, ``"logged on"`` or ``"logging out"``.
    next_in, next_out
        The numbers of the next message expected and of the next one to send.
    missing
        First and last number of the messages that are missing from the peer, or None.
    resending
        First and last number of the messages still to be sent again, or None.
    pending_bytes
        Bytes of messages that wait for missing ones.
    received, sent, resent, garbled, refused, rejected, discarded
        Counts since the engine was started: messages received and sent (resent ones among them),
        times that bytes were ignored, messages of the peer that we refused and of ours that it
        refused, duplicates.
    """

    state: str
    next_in: int
    next_out: int
    missing: tuple[int, int] | None
    resending: tuple[int, int] | None
    pending_bytes: int
    received: int
    sent: int
    resent: int
    garbled: int
    refused: int
    rejected: int
    discarded: int


class Session:
    """A session of an :class:`Initiator` or an :class:`Acceptor`; made by them."""

    __slots__ = ("_engine", "_index", "begin_string", "sender_comp_id", "target_comp_id")

    def __init__(self, engine: Any, index: int) -> None:
        self._engine, self._index = engine, index
        self.begin_string, self.sender_comp_id, self.target_comp_id = engine.identity(index)

    def send(self, msg_type: str, fields: Mapping[Any, Any] | Iterable[tuple[Tag, Any]]) -> int:
        """Send an application message from any thread.

        The message is numbered, stored and written when this returns, or stored alone while the
        session is not logged on; it is then sent after the next logon.

        Parameters
        ----------
        msg_type, fields
            As for :func:`encode`; the session writes BeginString, BodyLength, MsgType, MsgSeqNum,
            SenderCompID, TargetCompID, SendingTime and CheckSum.

        Returns
        -------
        int
            MsgSeqNum.

        Raises
        ------
        TypeError, ValueError, KeyError
            A message that cannot be sent.
        NotSentError
            The session is closed at this time, or not logged on and told not to store.
        OSError
            The store could not keep the message: it was not sent. Try again when the disk has room.
        """
        number: int = self._engine.send(self._index, msg_type, fields)
        return number

    def status(self) -> SessionStatus:
        """What the session is doing now."""
        return SessionStatus(**self._engine.status(self._index))

    @property
    def is_logged_on(self) -> bool:
        """Whether both sides have logged on and none has logged out."""
        return self.status().state == "logged on"

    def log_out(self, text: str = "") -> None:
        """Log out and disconnect; the session stays away until :meth:`log_on`."""
        self._engine.log_out(self._index, text)

    def log_on(self) -> None:
        """Connect (an acceptor: take connections) again after :meth:`log_out`."""
        self._engine.log_on(self._index)

    def reset(self) -> None:
        """Set both numbers to 1 and forget all messages; disconnects first.

        The peer has to do the same, or the next logon fails: agree on it before.
        """
        self._engine.reset(self._index)

    def __repr__(self) -> str:
        return f"Session({self.begin_string}:{self.sender_comp_id}->{self.target_comp_id})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Session):
            return NotImplemented
        return self._engine is other._engine and self._index == other._index

    def __hash__(self) -> int:
        return hash((id(self._engine), self._index))
