"""The life of an order as a state machine: which moves are legal, and what a fill makes of it.

::

    new -> working -> partially_filled -> filled | cancelled | rejected | expired | unknown

An order is **new** when it is planned, **working** from its release on, **unknown** when its owner
cannot say what the venue has (the process that sent it died, the line was cut) until somebody finds
out. Filled, cancelled, rejected and expired are closed: no move leaves them. Fills alone lead to
``partially_filled`` and ``filled``; a fill that happened before an order was cancelled or expired,
and is reported after that, counts: money has changed hands. A fill that the venue takes back or
corrects may open a filled order again.

Nothing here knows a database. :class:`hft_py.execution.OrderStore` makes each move in one
transaction.
"""

from __future__ import annotations

from enum import StrEnum

from hft_py.errors import HftPyError

__all__ = ["CLOSED", "LIVE", "MOVES", "IllegalMoveError", "OrderState", "after_correction",
           "after_fill", "after_move"]  # fmt: skip


class OrderState(StrEnum):
    """What is known of an order; a string in frames and in the database.

    >>> OrderState("working").name, OrderState.CANCELLED == "cancelled"
    ('WORKING', True)
    """

    NEW = "new"
    WORKING = "working"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class IllegalMoveError(HftPyError, ValueError):
    """An order cannot make this move from the state that it is in; nothing was changed.

    >>> try:
    ...     after_move("X-1", OrderState.FILLED, OrderState.CANCELLED, filled=5)
    ... except IllegalMoveError as error:
    ...     print(error)
    order X-1 is filled: it cannot become cancelled (it is closed)
    """


_NEW, _WORKING, _PARTIAL, _FILLED, _CANCELLED, _REJECTED, _EXPIRED, _UNKNOWN = OrderState

LIVE = frozenset({_NEW, _WORKING, _PARTIAL, _UNKNOWN})
"""States in which an order can still be filled, or released."""

CLOSED = frozenset({_FILLED, _CANCELLED, _REJECTED, _EXPIRED})
"""States that no move leaves."""

MOVES: dict[OrderState, frozenset[OrderState]] = {
    _NEW: frozenset({_WORKING, _CANCELLED, _REJECTED, _EXPIRED}),
    _WORKING: frozenset({_CANCELLED, _REJECTED, _EXPIRED, _UNKNOWN}),
    _PARTIAL: frozenset({_CANCELLED, _EXPIRED, _UNKNOWN}),
    _UNKNOWN: frozenset({_WORKING, _PARTIAL, _CANCELLED, _REJECTED, _EXPIRED}),
    **dict.fromkeys(CLOSED, frozenset()),
}
"""The moves that are made on purpose, by the state they start from; fills are not among them."""


def after_move(order: str, state: OrderState, to: OrderState, *, filled: int) -> OrderState:
    """The state after a move; the state itself where the order is in it already.

    Parameters
    ----------
    order
        Its identifier, for the message.
    state, to
        Where it is, and where it shall be.
    filled
        Lots filled so far. They decide what an unknown order turns out to be: working without any,
        partially filled with some; and an order with fills was not rejected.

    Raises
    ------
    IllegalMoveError
        The move is not in :data:`MOVES`, or contradicts the fills.

    Examples
    --------
    >>> str(after_move("X-1", OrderState.NEW, OrderState.WORKING, filled=0))
    'working'
    """
    if state == to:
        return state
    if to not in MOVES[state]:
        legal = "only " + ", ".join(sorted(MOVES[state])) if MOVES[state] else "it is closed"
        raise IllegalMoveError(f"order {order} is {state}: it cannot become {to} ({legal})")
    if (filled and to in (_WORKING, _REJECTED)) or (not filled and to == _PARTIAL):
        raise IllegalMoveError(
            f"order {order} is {state} with {filled} lots filled: it cannot become {to}"
        )
    return to


def after_fill(
    order: str,
    state: OrderState,
    *,
    quantity: int,
    filled: int,
    fill: int,
    late: bool = False,
) -> OrderState:
    """The state after a fill.

    Parameters
    ----------
    order
        Its identifier, for the message.
    quantity, filled, fill
        Lots of the order, lots filled before, and lots of this fill.
    late
        The fill happened before the order was closed, and is reported after it. A cancelled or
        expired order then stays what it is, and is filled if nothing is left.

    Raises
    ------
    IllegalMoveError
        The order was never released, is rejected or closed, or has less left than the fill.

    Examples
    --------
    >>> str(after_fill("X-1", OrderState.WORKING, quantity=10, filled=0, fill=4))
    'partially_filled'
    >>> str(after_fill("X-1", OrderState.CANCELLED, quantity=10, filled=4, fill=2, late=True))
    'cancelled'
    """
    if fill < 1:
        raise ValueError(f"fill={fill} lots of order {order}, expected 1 or more")
    if state in (_NEW, _REJECTED):
        why = "it was never released" if state == _NEW else "the venue did not take it"
        raise IllegalMoveError(f"order {order} is {state}: it cannot be filled ({why})")
    if filled + fill > quantity:
        raise IllegalMoveError(
            f"order {order} has {quantity} lots, {filled} of them filled: a fill of {fill} is "
            f"{filled + fill - quantity} too many"
        )
    if state in CLOSED and not late:
        raise IllegalMoveError(f"order {order} is {state}: a fill after that is outside its life")
    if filled + fill == quantity:
        return _FILLED
    return state if state in (_CANCELLED, _EXPIRED, _UNKNOWN) else _PARTIAL


def after_correction(order: str, moved: OrderState, *, quantity: int, filled: int) -> OrderState:
    """The state after a fill was cancelled or corrected: an order that was filled may live again.

    Parameters
    ----------
    order
        Its identifier, for the message.
    moved
        The last state that it was moved to, fills aside.
    quantity, filled
        Lots of the order, and lots filled now.

    Raises
    ------
    IllegalMoveError
        More is filled than the order has.

    Examples
    --------
    >>> str(after_correction("X-1", OrderState.WORKING, quantity=10, filled=4))
    'partially_filled'
    >>> str(after_correction("X-1", OrderState.EXPIRED, quantity=10, filled=4))
    'expired'
    """
    if filled > quantity:
        raise IllegalMoveError(
            f"order {order} has {quantity} lots: a correction to {filled} filled is "
            f"{filled - quantity} too many"
        )
    if filled == quantity:
        return _FILLED
    if moved in (_CANCELLED, _EXPIRED, _UNKNOWN):
        return moved
    return _PARTIAL if filled else _WORKING
