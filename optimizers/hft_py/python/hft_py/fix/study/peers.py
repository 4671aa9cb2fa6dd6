"""Other libraries, as an expert would call them.

simplefix has no dictionary and does not check the checksum. QuickFIX validates by its dictionary of
FIX 4.2, read beforehand; its messages take and give ``str``.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from hft_py.fix.study.workloads import TAGS
from qpp.study import Inputs

_HEADER = (49, 56, 34, 52)


def simplefix(task: str, messages: Any = (), orders: Any = ()) -> list[Any]:
    """One parser for all messages, as for a connection."""
    library: Any = import_module("simplefix")
    found: list[Any] = []
    if task == "write":
        for fields in orders:
            message = library.FixMessage()
            message.append_pair(8, "FIX.4.2")
            message.append_pair(35, "D")
            for tag, value in fields.items():
                message.append_pair(tag, value)
            found.append(message.encode())
        return found
    parser = library.FixParser()
    for data in messages:
        parser.append_buffer(data)
        message = parser.get_message()
        found.append(tuple([message.get(tag).decode() for tag in TAGS]))
    return found


def to_quickfix(inputs: Inputs) -> Inputs:
    """Its dictionary read, and messages as ``str``."""
    library: Any = import_module("quickfix")
    path = Path(sys.prefix) / "share/quickfix/FIX42.xml"
    texts = [data.decode() for data in inputs.get("messages", ())]
    orders = [{tag: str(value) for tag, value in one.items()} for one in inputs.get("orders", ())]
    dictionary = library.DataDictionary(str(path))
    return {"task": inputs["task"], "messages": texts, "orders": orders, "dictionary": dictionary}


def quickfix(task: str, messages: Any, orders: Any, dictionary: Any) -> list[Any]:
    """Version 1.16, C++ behind SWIG."""
    library: Any = import_module("quickfix")
    found: list[Any] = []
    if task == "write":
        for fields in orders:
            message = library.Message()
            header = message.getHeader()
            header.setField(8, "FIX.4.2")
            header.setField(35, "D")
            for tag, value in fields.items():
                (header if tag in _HEADER else message).setField(tag, value)
            found.append(message.toString().encode())
        return found
    for text in messages:
        message = library.Message(text, dictionary, True)
        dictionary.validate(message)
        found.append(tuple([message.getField(tag) for tag in TAGS]))
    return found
