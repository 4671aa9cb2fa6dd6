"""Parent orders, child orders, fills and events; events can only be added."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_REFUSED = "order_events is append-only"


def upgrade() -> None:
    """Make the tables and the triggers."""
    op.create_table(
        "order_events",
        sa.Column(
            "event_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("state_before", sa.Text()),
        sa.Column("state_after", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("recorded", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("inputs", sa.Text()),
        sa.Column("execution_id", sa.Text()),
    )
    op.create_index("ix_order_events_order_id", "order_events", ["order_id"])
    op.create_table(
        "parent_orders",
        sa.Column("parent_id", sa.Text(), primary_key=True),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("lot", sa.Double(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("limit_price", sa.Double()),
        sa.Column("arrival_price", sa.Double()),
        sa.Column("volatility", sa.Double()),
        sa.Column("adv", sa.Double()),
        sa.Column("style", sa.Text()),
        sa.Column("decision_time", sa.BigInteger()),
        sa.Column("decision_price", sa.Double()),
        sa.Column("currency", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("filled", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.BigInteger()),
        sa.CheckConstraint(
            "quantity > 0 AND filled >= 0 AND filled <= quantity", name="parent_sizes"
        ),
        sa.CheckConstraint("side IN ('buy', 'sell')", name="parent_side"),
    )
    op.create_table(
        "child_orders",
        sa.Column("child_id", sa.Text(), primary_key=True),
        sa.Column("parent_id", sa.Text(), sa.ForeignKey("parent_orders.parent_id"), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("release_time", sa.BigInteger(), nullable=False),
        sa.Column("expiry", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("limit_price", sa.Double()),
        sa.Column("participation", sa.Double()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("filled", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.BigInteger()),
        sa.Column("released", sa.BigInteger()),
        sa.Column("holder", sa.Text()),
        sa.UniqueConstraint("parent_id", "sequence", name="one_child_a_sequence"),
        sa.CheckConstraint(
            "quantity > 0 AND filled >= 0 AND filled <= quantity", name="child_sizes"
        ),
        sa.CheckConstraint("expiry > release_time", name="child_times"),
    )
    op.create_index("due_children", "child_orders", ["state", "release_time"])
    op.create_table(
        "fills",
        sa.Column("execution_id", sa.Text(), primary_key=True),
        sa.Column("child_id", sa.Text(), sa.ForeignKey("child_orders.child_id"), nullable=False),
        sa.Column("parent_id", sa.Text(), sa.ForeignKey("parent_orders.parent_id"), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.Double(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.Double(), nullable=False),
        sa.Column("currency", sa.Text()),
        sa.Column("broker", sa.Text()),
        sa.Column("style", sa.Text()),
        sa.Column("recorded", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="fill_size"),
    )
    op.create_index("ix_fills_child_id", "fills", ["child_id"])
    op.create_index("ix_fills_parent_id", "fills", ["parent_id"])
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER no_{action.lower()}_of_events BEFORE {action} ON order_events "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION refuse_change_of_events() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER no_change_of_events BEFORE UPDATE OR DELETE OR TRUNCATE "
            "ON order_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_events()"
        )


def downgrade() -> None:
    """Remove everything, the audit trail too."""
    for table in ("fills", "child_orders", "parent_orders", "order_events"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change_of_events()")
