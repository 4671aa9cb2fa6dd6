"""An open order store: its connections, and what is read from it as frames.

SQLAlchemy and Alembic are imported when a store is opened: they are an optional extra.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from hft_py import checks
from hft_py.execution.orders import OrderState
from hft_py.execution.store._checked import frame_of
from hft_py.execution.store.hashing import hash_inputs
from hft_py.results import optional

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["OpenStore"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class OpenStore:
    """The base of :class:`hft_py.execution.OrderStore`, which describes the arguments."""

    def __init__(
        self,
        url: str = "sqlite:///orders.db",
        *,
        actor: str | None = None,
        frames: Literal["pandas", "polars"] = "pandas",
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        optional("sqlalchemy", "store", "an order store")
        from hft_py.execution.store import _corrections, _engine, _fills, _orders, _reading, migrate

        checks.choice("frames", frames, ("pandas", "polars"))
        self._frames: Literal["pandas", "polars"] = frames
        self.actor = actor or f"{socket.gethostname()}:{os.getpid()}"
        self._clock = clock or (lambda: datetime.now(UTC))
        self._orders, self._fills, self._read = _orders, _fills, _reading
        self._corrections = _corrections
        self._writing, self._reading = _engine.writing, _engine.reading
        self.engine = _engine.connect(url)
        try:
            with self._reading(self.engine) as connection:
                at = migrate.current(connection)
            if at != migrate.HEAD:
                migrate.migrate(self.engine)
        except BaseException as error:
            error.add_note(f"while the store {self.engine.url!r} was opened")
            self.close()
            raise

    def parents(self, parent_id: str | None = None) -> Any:
        """Parents as a frame: the columns given, ``state``, ``filled``, ``closed``."""
        with self._reading(self.engine) as connection:
            return frame_of(self._frames, *self._read.parents(connection, parent_id))

    def children(
        self, parent_id: str | None = None, *, state: str | None = None, holder: str | None = None,
        child_ids: Sequence[str] | None = None,
    ) -> Any:  # fmt: skip
        """Children as a frame, with ``symbol``, ``side``, ``state``, ``filled``, times, ``holder``.

        What a process that died had in hand: ``children(state="working", holder=its_actor)``.
        """
        if state is not None:
            checks.choice("state", state, [known.value for known in OrderState])
        with self._reading(self.engine) as connection:
            return self._child_frame(
                connection, parent_id=parent_id, state=state, holder=holder, child_ids=child_ids
            )

    def fills(self, parent_id: str | None = None, *, replaced: bool = False) -> Any:
        """Fills that count, as a frame in the order of time.

        With ``replaced`` also those that were cancelled or corrected, by ``corrected_by``.
        """
        with self._reading(self.engine) as connection:
            return frame_of(self._frames, *self._read.fills(connection, parent_id, replaced))

    def events(self, order_id: str | None = None) -> Any:
        """The audit trail as a frame, oldest first; of one order, parent or child, where named."""
        with self._reading(self.engine) as connection:
            return frame_of(self._frames, *self._read.events(connection, order_id))

    def close(self) -> None:
        """Close the connections; the store can be used again, and opens new ones."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _child_frame(self, connection: Connection, **wanted: Any) -> Any:
        return frame_of(self._frames, *self._read.children(connection, **wanted))

    def _decision(
        self, actor: str | None, reason: str | None, inputs: Any, at: datetime | None = None
    ) -> Any:
        return self._orders.Decision(
            actor=actor or self.actor,
            now=nanoseconds(self._clock() if at is None else at),
            reason=reason,
            inputs=None if inputs is None else hash_inputs(inputs),
        )


def nanoseconds(at: datetime) -> int:
    """Since 1970 in UTC; a pandas timestamp keeps its nanoseconds."""
    if not isinstance(at, datetime):
        raise TypeError(f"time {at!r}, expected a datetime with a zone")
    if at.tzinfo is None:
        raise ValueError(f"time {at} has no zone, expected one: at.replace(tzinfo=UTC)")
    since = at.astimezone(UTC) - _EPOCH
    whole = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return whole * 1_000 + getattr(since, "nanoseconds", 0)
