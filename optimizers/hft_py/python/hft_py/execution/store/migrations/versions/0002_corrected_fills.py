"""A fill names the execution that cancelled or corrected it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_INDEX = "one_correction_an_execution"


def upgrade() -> None:
    """Add the column; what is stored was not corrected."""
    op.add_column("fills", sa.Column("corrected_by", sa.Text()))
    op.create_index(_INDEX, "fills", ["corrected_by"], unique=True)


def downgrade() -> None:
    """Remove it: cancelled fills count again, so this is for stores without any."""
    op.drop_index(_INDEX, "fills")
    op.drop_column("fills", "corrected_by")
