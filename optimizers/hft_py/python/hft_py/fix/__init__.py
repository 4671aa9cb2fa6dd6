"""FIX: messages, dictionaries, sessions.

>>> from hft_py.fix import decode, encode
>>> order = decode(encode("D", {"ClOrdID": "7", "Symbol": "AAPL", "Side": 1, "OrderQty": 100}))
>>> order.name, order["Symbol"], order.int("OrderQty")
('NewOrderSingle', 'AAPL', 100)
>>> order
Message('8=FIX.4.2|9=30|35=D|11=7|55=AAPL|54=1|38=100|10=146|')
"""

from hft_py.fix.application import Application
from hft_py.fix.codec import decode, encode
from hft_py.fix.connector import FIXConfig, FIXConnector, get_fix_connector
from hft_py.fix.dictionary import Dictionary
from hft_py.fix.engine import Acceptor, Initiator
from hft_py.fix.errors import DictionaryError, GarbledMessage, NotSentError, RejectedMessage
from hft_py.fix.link import InMemoryLink
from hft_py.fix.message import Message
from hft_py.fix.orders import Execution, OrderRequest, OrderState
from hft_py.fix.quickfix_settings import LoadedSettings, UnknownSettingWarning, load_settings
from hft_py.fix.schedule import Schedule
from hft_py.fix.session import Session, SessionStatus
from hft_py.fix.settings import TLS, Limits, SessionSettings

__all__ = [
    "TLS",
    "Acceptor",
    "Application",
    "Dictionary",
    "DictionaryError",
    "Execution",
    "FIXConfig",
    "FIXConnector",
    "GarbledMessage",
    "InMemoryLink",
    "Initiator",
    "Limits",
    "LoadedSettings",
    "Message",
    "NotSentError",
    "OrderRequest",
    "OrderState",
    "RejectedMessage",
    "Schedule",
    "Session",
    "SessionSettings",
    "SessionStatus",
    "UnknownSettingWarning",
    "decode",
    "encode",
    "get_fix_connector",
    "load_settings",
]
