"""The tables: parent orders, child orders, fills, and the events of their orders.

Quantities are whole lots, times UTC nanoseconds since 1970, both as 64-bit integers: SQLite has no
exact decimals and no times, and the same integers mean the same in every database. Prices and fees
are the floats of the caller's frame, bit for bit.

``migrate.HEAD`` names the migration that makes these tables; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# SQLite numbers rows by itself in columns of the type INTEGER only, which are 64 bits wide there.
_Counter = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """Types of the columns by the types of the attributes."""

    type_annotation_map = {int: BigInteger(), float: Double(), str: Text()}  # noqa: RUF012


class OrderEvent(Base):
    """Who did what to which order, when, and from which inputs; rows are only ever added."""

    __tablename__ = "order_events"
    event_id: Mapped[int] = mapped_column(_Counter, primary_key=True, autoincrement=True)
    order_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]  # parent or child
    event: Mapped[str]
    state_before: Mapped[str | None]
    state_after: Mapped[str]
    quantity: Mapped[int]
    recorded: Mapped[int]
    actor: Mapped[str]
    reason: Mapped[str | None]
    inputs: Mapped[str | None]  # SHA-256
    execution_id: Mapped[str | None]


class ParentOrder(Base):
    """An order of a portfolio, to be cut into children."""

    __tablename__ = "parent_orders"
    __table_args__ = (
        CheckConstraint("quantity > 0 AND filled >= 0 AND filled <= quantity", name="parent_sizes"),
        CheckConstraint("side IN ('buy', 'sell')", name="parent_side"),
    )
    parent_id: Mapped[str] = mapped_column(primary_key=True)
    symbol: Mapped[str]
    side: Mapped[str]
    quantity: Mapped[int]
    lot: Mapped[float]
    start: Mapped[int]
    end: Mapped[int]
    limit_price: Mapped[float | None]
    arrival_price: Mapped[float | None]
    volatility: Mapped[float | None]
    adv: Mapped[float | None]
    style: Mapped[str | None]
    decision_time: Mapped[int | None]
    decision_price: Mapped[float | None]
    currency: Mapped[str | None]
    state: Mapped[str]
    filled: Mapped[int]
    closed: Mapped[int | None]


class ChildOrder(Base):
    """A part of a parent that goes to a venue; its identifier is the client order id there."""

    __tablename__ = "child_orders"
    __table_args__ = (
        UniqueConstraint("parent_id", "sequence", name="one_child_a_sequence"),
        CheckConstraint("quantity > 0 AND filled >= 0 AND filled <= quantity", name="child_sizes"),
        CheckConstraint("expiry > release_time", name="child_times"),
        Index("due_children", "state", "release_time"),
    )
    child_id: Mapped[str] = mapped_column(primary_key=True)
    parent_id: Mapped[str] = mapped_column(ForeignKey("parent_orders.parent_id"))
    sequence: Mapped[int]
    release_time: Mapped[int]
    expiry: Mapped[int]
    quantity: Mapped[int]
    limit_price: Mapped[float | None]
    participation: Mapped[float | None]
    state: Mapped[str]
    filled: Mapped[int]
    closed: Mapped[int | None]
    released: Mapped[int | None]
    holder: Mapped[str | None]  # who released it


class Fill(Base):
    """An execution as the venue reports it; its identifier is the venue's.

    One that was cancelled or corrected stays, and names the execution that did so.
    """

    __tablename__ = "fills"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="fill_size"),
        Index("one_correction_an_execution", "corrected_by", unique=True),
    )
    execution_id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str] = mapped_column(ForeignKey("child_orders.child_id"), index=True)
    parent_id: Mapped[str] = mapped_column(ForeignKey("parent_orders.parent_id"), index=True)
    symbol: Mapped[str]
    side: Mapped[str]
    quantity: Mapped[int]
    price: Mapped[float]
    time: Mapped[int]
    fee: Mapped[float]
    currency: Mapped[str | None]
    broker: Mapped[str | None]
    style: Mapped[str | None]
    recorded: Mapped[int]
    corrected_by: Mapped[str | None]


EVENTS = Base.metadata.tables["order_events"]
PARENTS = Base.metadata.tables["parent_orders"]
CHILDREN = Base.metadata.tables["child_orders"]
FILLS = Base.metadata.tables["fills"]
