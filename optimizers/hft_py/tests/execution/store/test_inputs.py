"""Bad input: an error that names frame, column, row and value, and nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hft_py.execution.store import OrderStore, hash_inputs

Orders = Callable[..., Any]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrderStore]:
    """A store with a parent without children."""
    pytest.importorskip("sqlalchemy", reason="sqlalchemy is not installed")
    folder: Path = tmp_path_factory.mktemp("store")
    with OrderStore(f"sqlite:///{folder}/orders.db") as opened:
        yield opened


def change(column: str, value: Any) -> Callable[[Any], Any]:
    """A frame with another value in the first row of a column."""

    def changed(frame: Any) -> Any:
        values = frame[column].astype(object).to_list() if column in frame else [None] * len(frame)
        return frame.assign(**{column: [value, *values[1:]]})

    return changed


PARENTS = [
    (lambda f: f.drop(columns="side"), ValueError, "parents has no column 'side'"),
    (change("parent_id", 7), TypeError, r"parents\['parent_id'\] is 7 in row 0, expected a string"),
    (change("parent_id", "P1"), ValueError, "is 'P1' in row 1, expected each once"),
    (change("side", "short"), ValueError, r"parents\['side'\] is 'short' in row 0"),
    (change("quantity", 0), ValueError, "is 0.0 in row 0, expected a positive number"),
    (change("quantity", -5), ValueError, "is -5.0 in row 0"),
    (change("quantity", 10.5), ValueError, "expected a positive number, a multiple of 1"),
    (change("quantity", None), ValueError, "is nan in row 0"),
    (change("lot", -1.0), ValueError, r"parents\['lot'\] has -1"),
    (change("limit_price", np.inf), ValueError, "is inf in row 0, expected a finite number"),
    (lambda f: f.assign(start=f["start"].dt.tz_localize(None)), ValueError, "without a zone"),
    (lambda f: f.assign(end=f["start"]), ValueError, r"parents\['end'\] .* a time after start"),
    (lambda f: f.assign(start=1.0), TypeError, "expected times"),
    (lambda f: f.to_numpy(), TypeError, "expected a data frame"),
]
CHILDREN = [
    (change("parent_id", "Q"), ValueError, "parent_id 'Q' is not in the store"),
    (change("quantity", 31), ValueError, "come to 51 lots, and the parent has 30"),
    (change("sequence", 2), ValueError, "children contradict what is stored"),
    (change("sequence", 0), ValueError, r"children\['sequence'\] is 0.0 in row 0"),
    (lambda f: f.assign(expiry=f["release_time"]), ValueError, "a time after release_time"),
]
FILLS = [
    (change("child_id", "Q"), ValueError, "child 'Q' is not in the store"),
    (change("parent_id", "P1"), ValueError, "names the parent 'P1', and its child P0-1 is of 'P0'"),
    (change("symbol", "ABC"), ValueError, "has symbol='ABC', its order 'XYZ'"),
    (change("side", "sell"), ValueError, "has side='sell', its order 'buy'"),
    (change("price", np.nan), ValueError, r"fills\['price'\] is nan in row 0"),
    (lambda f: f.assign(time=f["time"] - np.timedelta64(1, "D")), ValueError, "before the release"),
]


@pytest.mark.parametrize(("bad", "error", "message"), PARENTS)
def test_parents(store: OrderStore, orders: Orders, bad: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        store.add_parents(bad(orders()["parents"]))
    assert len(store.parents()) <= 2 and set(store.events()["event"]) <= {"add"}


@pytest.mark.parametrize(("bad", "error", "message"), CHILDREN)
def test_children(store: OrderStore, orders: Orders, bad: Any, error: Any, message: str) -> None:
    store.add_parents(orders()["parents"])
    with pytest.raises(error, match=message):
        store.add_children(bad(orders()["children"]))
    assert len(store.children()) == 0


@pytest.mark.parametrize(("bad", "error", "message"), FILLS)
def test_fills(
    tmp_path: Path,
    orders: Orders,
    clock: Callable[[], datetime],
    bad: Any,
    error: Any,
    message: str,
) -> None:
    pytest.importorskip("sqlalchemy", reason="sqlalchemy is not installed")
    with OrderStore(f"sqlite:///{tmp_path}/orders.db", clock=clock) as store:
        store.add_parents(orders()["parents"].assign(currency="USD"))
        store.add_children(orders()["children"])
        store.release_due()
        with pytest.raises(error, match=message):
            store.add_fills(bad(orders()["fills"][:2]))
        with pytest.raises(ValueError, match="has currency='EUR', its order 'USD'"):
            store.add_fills(orders()["fills"][:2].assign(currency="EUR"))
        assert len(store.fills()) == 0


def test_a_child_of_two_parents(url: str, orders: Orders) -> None:
    """Ninety rows, which PostgreSQL gets by COPY; one identifier is another parent's."""
    given = orders(parents=30)
    with OrderStore(url) as store:
        store.add_parents(given["parents"])
        store.add_children(given["children"][:3])
        others = given["children"][3:]
        with pytest.raises(ValueError, match="P0-1 is stored with parent_id='P0', given 'P1'"):
            store.add_children(change("child_id", "P0-1")(others))
        assert store.add_children(given["children"]) == 87
        assert len(store.children()) == 90


def test_other_arguments(store: OrderStore) -> None:
    with pytest.raises(ValueError, match="child_id 'Q' is not in the store"):
        store.move_children(["Q"], "cancelled")
    with pytest.raises(ValueError, match="to='filled', expected one of"):
        store.close_parent("P0", "filled")
    with pytest.raises(ValueError, match="has no zone"):
        store.release_due(datetime(2026, 3, 2))
    with pytest.raises(ValueError, match="frames=\"arrow\"|frames='arrow'"):
        OrderStore("sqlite:///never.db", frames="arrow")  # type: ignore[arg-type]


def test_hashes() -> None:
    import pandas as pd

    frame = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]})
    values: list[Any] = [
        frame, frame[::-1], frame.rename(columns={"a": "c"}), frame.assign(a=[1.0, 3.0]),
        frame.assign(b=["x", "z"]), [1, 2], [1.0, 2.0], ["1", "2"], ["1\0002"], ["1", "2", ""],
        {"a": 1}, {"a": "1"}, None, True, 1, "1", 1.0, b"1", np.arange(2), np.arange(2.0),
        pd.Timestamp("2026-03-02", tz="UTC"), pd.Timestamp("2026-03-02", tz="Europe/Paris"),
    ]  # fmt: skip
    hashes = [hash_inputs(value) for value in values]
    assert len(set(hashes)) == len(values)
    assert hash_inputs(frame.copy()) == hashes[0]
    assert hash_inputs(1, 2) != hash_inputs(2, 1)
    for value in (object(), len):
        with pytest.raises(TypeError, match="inputs hold"):
            hash_inputs({"f": value})


def test_an_unknown_state_is_not_an_empty_frame(store: OrderStore) -> None:
    with pytest.raises(ValueError, match="state='done', expected one of"):
        store.children(state="done")


def test_a_store_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    path = tmp_path / "orders.db"
    path.write_bytes(b"no database" * 1_000)
    with pytest.raises(Exception, match="not a database") as caught:
        OrderStore(f"sqlite:///{path}")
    assert any("orders.db" in note for note in caught.value.__notes__)
