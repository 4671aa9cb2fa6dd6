"""The order store: parents, children, fills and events in SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hft_py import checks
from hft_py.execution.orders import CLOSED, OrderState
from hft_py.execution.store import _inputs
from hft_py.execution.store._open import OpenStore, nanoseconds

__all__ = ["OrderStore"]


class OrderStore(OpenStore):
    """Orders that survive: each change is one durable transaction through the state machine.

    A call that returned is on the disk: ``kill -9`` loses none of them and leaves no half of one. A
    call that did not return happened as a whole or not at all; call again, as handing the same
    orders or fills over twice changes nothing.

    Parameters
    ----------
    url
        ``sqlite:///orders.db`` (the default: a file in the current folder, nothing to start; three
        slashes and an absolute path make four), or ``postgresql://user@host/database``. The tables
        are made, or brought to this version, when the store is opened.
    actor
        Who acts, for the audit trail, and to whom a released child belongs. Default: the host and
        the process.
    frames
        The package of the frames that are returned, ``"pandas"`` or ``"polars"``.
    clock
        The time now, with a zone. Default: the computer's. A replay passes its own.

    Raises
    ------
    ImportError
        SQLAlchemy is missing; the message says how to get it.
    ValueError
        A URL of another database, or a database of a newer version.

    Notes
    -----
    Times are stored in UTC to the nanosecond, quantities as whole lots of the parent, prices and
    fees as the floats given. Columns that are not named here are not stored.

    Examples
    --------
    >>> import pandas as pd, tempfile
    >>> at = pd.Timestamp("2026-03-02 09:30", tz="America/New_York")
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = OrderStore(f"sqlite:///{folder.name}/orders.db", actor="desk")
    >>> parents = pd.DataFrame({"parent_id": ["A"], "symbol": ["XYZ"], "side": ["buy"],
    ...     "quantity": [100], "start": [at], "end": [at + pd.Timedelta("1h")]})
    >>> store.add_parents(parents), store.add_parents(parents)
    (1, 0)
    >>> store.parents()[["parent_id", "quantity", "state"]].values.tolist()
    [['A', 100, 'new']]
    >>> store.close()
    >>> folder.cleanup()
    """

    def add_parents(
        self, parents: Any, *, actor: str | None = None, reason: str | None = None,
        inputs: Any = None,
    ) -> int:  # fmt: skip
        """Store parent orders; those that are there already, and equal, are left alone.

        Parameters
        ----------
        parents
            A frame with ``parent_id, symbol, side, quantity, start, end`` and optionally ``lot``
            (1), ``limit_price, arrival_price, volatility, adv, style, decision_time,
            decision_price, currency``.
        actor, reason
            For the audit trail; ``actor`` is the store's unless given.
        inputs
            What the decision was made from: its hash is kept. Default: the rows themselves.

        Returns
        -------
        int
            How many are new.

        Raises
        ------
        TypeError, ValueError
            A wrong column, or a ``parent_id`` that is stored with other values.
        """
        values = _inputs.parent_values(parents)
        decision = self._decision(actor, reason, values if inputs is None else inputs)
        with self._writing(self.engine) as connection:
            return int(self._orders.add_parents(connection, _rows(values), decision))

    def add_children(
        self, children: Any, *, actor: str | None = None, reason: str | None = None,
        inputs: Any = None,
    ) -> int:  # fmt: skip
        """Store the children of a schedule, all or none; equal ones are left alone.

        Parameters
        ----------
        children
            A frame as ``schedule_child_orders`` returns it: ``parent_id, child_id, sequence,
            release_time, expiry, quantity`` and optionally ``limit_price, participation``.
        actor, reason, inputs
            As in :meth:`add_parents`; ``inputs`` are the schedule's: its configuration, profile.

        Returns
        -------
        int
            How many are new.

        Raises
        ------
        TypeError, ValueError
            A wrong column; a parent that is not stored; more lots than the parent has; a
            ``child_id`` that is stored with other values.
        IllegalMoveError
            The parent is closed.
        """
        columns = _inputs.child_columns(children)
        with self._writing(self.engine) as connection:
            parents = self._orders.locked_parents(connection, columns.text("parent_id"))
            values = _inputs.child_values(columns, parents)
            decision = self._decision(actor, reason, values if inputs is None else inputs)
            return int(self._orders.add_children(connection, parents, _rows(values), decision))

    def amend_parent(
        self, parent_id: str, quantity: float, children: Any = None, *,
        actor: str | None = None, reason: str | None = None, inputs: Any = None,
    ) -> int:  # fmt: skip
        """Change a parent's quantity: children that wait are cancelled, new ones take their place.

        Children that a venue has stay as they are. One transaction.

        Parameters
        ----------
        parent_id, quantity
            The parent, and its new quantity, fills included.
        children
            What replaces the waiting ones; none by default.
        actor, reason, inputs
            As in :meth:`add_children`.

        Returns
        -------
        int
            How many children are new.

        Raises
        ------
        ValueError
            Less than what is filled or at a venue; children of another parent.
        """
        columns = None if children is None else _inputs.child_columns(children)
        if columns is not None and set(columns.text("parent_id")) - {parent_id}:
            raise ValueError(f"children hold orders of other parents than {parent_id!r}")
        with self._writing(self.engine) as connection:
            parents = self._orders.locked_parents(connection, [parent_id])
            lots = _lots(quantity, parents[parent_id])
            values = [] if columns is None else _inputs.child_values(columns, parents)
            decision = self._decision(actor, reason, values if inputs is None else inputs)
            rows = _rows(values)
            return int(self._orders.amend_parent(connection, parent_id, lots, rows, decision))

    def release_due(self, now: datetime | None = None, *, actor: str | None = None) -> Any:
        """The children whose release time has come, each to one caller only.

        They are working from then on, and belong to ``actor``. Send each under its ``child_id``,
        the client order id: if the process dies between this call and the sending, the store shows
        them as working, and a venue refuses the second of two orders of one id. Children that were
        not released before their expiry are expired.

        Parameters
        ----------
        now
            Default: the store's clock.

        Returns
        -------
        frame
            As :meth:`children`.
        """
        decision = self._decision(actor, None, None, now)
        with self._writing(self.engine) as connection:
            names = self._orders.release_due(connection, decision)
            return self._child_frame(connection, child_ids=names)

    def add_fills(self, fills: Any, *, actor: str | None = None, reason: str | None = None) -> int:
        """Store executions, all or none; those that are there already, and equal, are left alone.

        A fill that happened before its child was closed counts. If the child's rest was planned
        again by then, the parent's last waiting children are cancelled: plan what is left anew.

        Parameters
        ----------
        fills
            A frame with ``execution_id, child_id, parent_id, symbol, side, quantity, price, time``
            and optionally ``fee`` (0), ``currency, broker, style``.

        Returns
        -------
        int
            How many are new.

        Raises
        ------
        TypeError, ValueError
            A wrong column, an order that is not stored, another symbol, side or currency than the
            order's, an execution that is stored with other values.
        IllegalMoveError
            A fill above the quantity, of an order that was never released, or after its end.
        """
        columns = _inputs.fill_columns(fills)
        with self._writing(self.engine) as connection:
            parents = self._orders.locked_parents(connection, columns.text("parent_id"))
            now = nanoseconds(self._clock())
            values = _inputs.fill_values(columns, parents, now)
            decision = self._decision(actor, reason, values[:-2])
            return int(self._fills.add_fills(connection, parents, _rows(values), decision))

    def cancel_fill(
        self, execution_id: str, replaces: str, *, actor: str | None = None,
        reason: str | None = None,
    ) -> bool:  # fmt: skip
        """Take a fill back, as a venue does (a bust; in FIX 4.2 ExecTransType 1).

        The original stays in the trail and in ``fills(replaced=True)``. A filled order may be open
        again; one that was cancelled or expired stays that.

        Parameters
        ----------
        execution_id
            Of the report that takes it back.
        replaces
            The execution taken back (ExecRefID): a fill, or the last correction of one.
        actor, reason
            As in :meth:`add_parents`.

        Returns
        -------
        bool
            False where this report was stored before: nothing changes.

        Raises
        ------
        ValueError
            ``replaces`` is no fill in the store, or ``execution_id`` is stored as something else.
        IllegalMoveError
            Another execution replaced that fill.
        """
        return self._replace(execution_id, replaces, None, actor, reason, None)

    def correct_fill(
        self, execution_id: str, replaces: str, *, quantity: float | None = None,
        price: float | None = None, fee: float | None = None, actor: str | None = None,
        reason: str | None = None,
    ) -> bool:  # fmt: skip
        """Replace a fill by one with another quantity, price or fee (in FIX ExecTransType 2).

        Parameters
        ----------
        execution_id, replaces
            As in :meth:`cancel_fill`; the corrected fill has ``execution_id``.
        quantity, price, fee
            What is right, as a whole and not by how much; default: that of the original.
        actor, reason
            As in :meth:`add_parents`.

        Returns
        -------
        bool
            False where this report was stored before: nothing changes.

        Raises
        ------
        ValueError, IllegalMoveError
            As in :meth:`cancel_fill`; and a quantity that is no positive whole number of lots, or
            more than the order has.
        """
        given = {"price": price, "fee": fee}
        changed: dict[str, Any] = {
            name: checks.real_number(name, value)
            for name, value in given.items()
            if value is not None
        }

        def make(row: Any, parent: Any) -> dict[str, Any]:
            return changed if quantity is None else changed | {"quantity": _lots(quantity, parent)}

        inputs = [execution_id, replaces, quantity, price, fee]
        return self._replace(execution_id, replaces, make, actor, reason, inputs)

    def _replace(
        self, execution: str, original: str, make: Any, actor: str | None, reason: str | None,
        inputs: Any,
    ) -> bool:  # fmt: skip
        for name, value in (("execution_id", execution), ("replaces", original)):
            if not isinstance(value, str) or not value:
                raise TypeError(f"{name}={value!r}, expected a string that is not empty")
        decision = self._decision(actor, reason, inputs)
        with self._writing(self.engine) as connection:
            replace = self._corrections.replace_fill
            return bool(replace(connection, execution, original, make, decision))

    def move_children(
        self, child_ids: Sequence[str], to: str, *, actor: str | None = None,
        reason: str | None = None, at: datetime | None = None,
    ) -> int:  # fmt: skip
        """Report what became of children: cancelled, rejected, expired, unknown, working again.

        Parameters
        ----------
        child_ids
            Which; all of them move, or none.
        to
            A state of :class:`OrderState`; fills are not moves (:meth:`add_fills`).
        at
            When it happened; fills that happened up to then still count. Default: now.

        Returns
        -------
        int
            How many moved: one that is there already is left alone.

        Raises
        ------
        IllegalMoveError
            The state machine has no such move.
        """
        state = OrderState(checks.choice("to", to, [state.value for state in OrderState]))
        names = checks.names("child_ids", child_ids)
        decision = self._decision(actor, reason, None, at)
        with self._writing(self.engine) as connection:
            return int(self._orders.move_named(connection, names, state, decision))

    def close_parent(
        self, parent_id: str, to: str = "cancelled", *, actor: str | None = None,
        reason: str | None = None, at: datetime | None = None,
    ) -> Any:  # fmt: skip
        """Close a parent (cancelled, rejected or expired) and every child of it that is alive.

        Returns
        -------
        frame
            As :meth:`children`: those that a venue had, and where they must be cancelled too. Fills
            that happen there before ``at`` (default: now) still count.
        """
        states = [state.value for state in sorted(CLOSED - {OrderState.FILLED})]
        state = OrderState(checks.choice("to", to, states))
        decision = self._decision(actor, reason, None, at)
        with self._writing(self.engine) as connection:
            names = self._orders.close_parent(connection, parent_id, state, decision)
            return self._child_frame(connection, child_ids=names)


def _lots(quantity: float, parent: Any) -> int:
    """A quantity as lots of a parent."""
    lots: float = checks.real_number("quantity", quantity, above=0.0) / parent.lot
    if round(lots) < 1 or abs(lots - round(lots)) > 1e-9 * lots:
        raise ValueError(
            f"quantity={quantity}, expected a positive whole number of lots of {parent.lot:g}"
        )
    return round(lots)


def _rows(values: list[list[Any]]) -> list[tuple[Any, ...]]:
    return list(zip(*values, strict=True))
