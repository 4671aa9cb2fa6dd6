"""The state machine: every move, and random lives of orders."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hft_py.execution.orders import (
    CLOSED,
    LIVE,
    MOVES,
    IllegalMoveError,
    OrderState,
    after_fill,
    after_move,
)

# What each state may become on purpose, written out once more.
LEGAL = {
    "new": "working cancelled rejected expired",
    "working": "cancelled rejected expired unknown",
    "partially_filled": "cancelled expired unknown",
    "unknown": "working partially_filled cancelled rejected expired",
}


@pytest.mark.parametrize(("state", "to"), [*itertools.product(OrderState, OrderState)])
def test_every_move(state: OrderState, to: OrderState) -> None:
    filled = 1 if "partially_filled" in (state, to) else 0
    if to == state:
        assert after_move("X", state, to, filled=filled) == state
    elif to in LEGAL.get(state, "").split():
        assert after_move("X", state, to, filled=filled) == to
    else:
        with pytest.raises(IllegalMoveError, match=f"order X is {state}: it cannot become {to}"):
            after_move("X", state, to, filled=filled)


def test_states_are_live_or_closed() -> None:
    assert LIVE | CLOSED == set(OrderState) == set(MOVES)
    assert not LIVE & CLOSED


@given(st.data())
def test_random_lives(data: st.DataObject) -> None:
    """No life fills more than the order, leaves a closed state, or is filled by a move."""
    quantity = data.draw(st.integers(1, 20))
    state, filled = OrderState.NEW, 0
    for _ in range(data.draw(st.integers(0, 12))):
        before = state
        try:
            if data.draw(st.booleans()):
                to = data.draw(st.sampled_from(list(OrderState)))
                state = after_move("X", state, to, filled=filled)
                assert state != OrderState.FILLED or before == OrderState.FILLED
            else:
                fill, late = data.draw(st.integers(1, 20)), data.draw(st.booleans())
                state = after_fill(
                    "X", state, quantity=quantity, filled=filled, fill=fill, late=late
                )
                filled += fill
                assert before not in CLOSED or late
        except IllegalMoveError:
            assert state == before
        assert filled <= quantity
        assert (state == OrderState.FILLED) == (filled == quantity)
        if before in CLOSED:
            assert state in (before, OrderState.FILLED)
        if state in (OrderState.NEW, OrderState.WORKING, OrderState.REJECTED):
            assert filled == 0
