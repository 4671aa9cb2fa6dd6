"""A broker: child orders sent once, by FIX or REST, and a store that is kept true.

>>> from hft_py.broker import Backoff
>>> Backoff(first=0.5).most
30.0
"""

from hft_py.broker.broker import Broker
from hft_py.broker.fix_protocol import FixProtocol
from hft_py.broker.protocols import (
    BrokerOrder,
    NotSentError,
    Order,
    Protocol,
    RefusedError,
    Report,
    UnansweredError,
)
from hft_py.broker.reconciliation import Reconciliation
from hft_py.broker.rest_protocol import RestProtocol
from hft_py.broker.routing import Backoff

__all__ = [
    "Backoff",
    "Broker",
    "BrokerOrder",
    "FixProtocol",
    "NotSentError",
    "Order",
    "Protocol",
    "Reconciliation",
    "RefusedError",
    "Report",
    "RestProtocol",
    "UnansweredError",
]
