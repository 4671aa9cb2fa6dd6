"""The order store: SQLAlchemy tables, Alembic migrations, and what changes them.

>>> from hft_py.execution.store import hash_inputs
>>> len(hash_inputs({"style": "twap"}))
64
"""

from hft_py.execution.store.hashing import hash_inputs
from hft_py.execution.store.order_store import OrderStore

__all__ = ["OrderStore", "hash_inputs"]
