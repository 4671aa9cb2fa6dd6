"""A decoded FIX message, as both kernel sets offer it."""

from __future__ import annotations

import builtins
import datetime
import decimal
from abc import ABC, abstractmethod
from typing import Any

Tag = int | str
Data = bytes | bytearray | memoryview


class Message(ABC):
    """One FIX message: its bytes, and where each field lies in them.

    Made by :func:`decode` and by sessions, never changed. Nothing is converted before it is asked
    for. A field is asked for by its number, or by its name, which the dictionary knows. Where a
    tag appears more than once the first one is meant; :meth:`groups` gives the others.

    Values are text in ASCII. Other bytes are read as UTF-8, and what is not UTF-8 is kept by
    surrogate escapes, so ``message[tag].encode("utf-8", "surrogateescape")`` is always
    ``message.raw(tag)``.

    Messages are equal where their bytes are. They can be hashed, copied and pickled. What
    ``repr`` shows has ``|`` for SOH, and ``***`` for passwords (tags 554 and 925) and for RawData
    (96) of a Logon.

    Raises
    ------
    KeyError
        By every getter but :meth:`get` and :meth:`values`: the message has no such field, or the
        dictionary no such name.
    ValueError
        By a typed getter: the value is not of that type.

    Examples
    --------
    >>> from hft_py.fix import decode, encode
    >>> order = decode(encode("D", {"ClOrdID": "7", "Symbol": "AAPL", "OrderQty": 100,
    ...                             "Price": "175.25", "Side": "1"}))
    >>> order[11], order["Symbol"], order.int("OrderQty"), order.decimal(44)
    ('7', 'AAPL', 100, Decimal('175.25'))
    >>> order.values(11, 54, 6)
    ('7', '1', None)
    >>> order.name, 44 in order, order.get("AvgPx", "none")
    ('NewOrderSingle', True, 'none')
    """

    __slots__ = ()
    __iter__ = (
        None  # by fields(): a loop over numbers of tags would be mistaken for one over values
    )

    @property
    @abstractmethod
    def bytes(self) -> builtins.bytes:
        """The message as it was received, from ``8=`` to the SOH after the checksum."""

    @property
    @abstractmethod
    def msg_type(self) -> str:
        """MsgType (35)."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The name of the type, ``"ExecutionReport"``; the type itself where it has none."""

    @property
    @abstractmethod
    def dictionary(self) -> Any:
        """The :class:`Dictionary` that names fields and knows the groups."""

    @abstractmethod
    def __getitem__(self, tag: Tag) -> str:
        """The value of a field as text."""

    @abstractmethod
    def __contains__(self, tag: object) -> builtins.bool:
        """Whether the message has the field."""

    @abstractmethod
    def __len__(self) -> builtins.int:
        """The number of fields, those of header and trailer among them."""

    @abstractmethod
    def get(self, tag: Tag, default: Any = None) -> Any:
        """The value of a field as text, or ``default``."""

    @abstractmethod
    def values(self, *tags: Tag) -> tuple[str | None, ...]:
        """The values of several fields as text, None for those that are not there."""

    @abstractmethod
    def raw(self, tag: Tag) -> builtins.bytes:
        """The value of a field as bytes: what data fields hold."""

    @abstractmethod
    def int(self, tag: Tag) -> builtins.int:
        """The value of a field as an integer of 64 bits."""

    @abstractmethod
    def float(self, tag: Tag) -> builtins.float:
        """The value of a field as the nearest float."""

    @abstractmethod
    def decimal(self, tag: Tag) -> decimal.Decimal:
        """The value of a field as an exact decimal, its zeros kept."""

    @abstractmethod
    def bool(self, tag: Tag) -> builtins.bool:
        """The value of a field that is ``Y`` or ``N``."""

    @abstractmethod
    def time(self, tag: Tag) -> datetime.datetime:
        """The value of a UTCTimestamp as an aware datetime.

        A datetime holds microseconds; digits after the sixth are cut. A leap second (``:60``) is
        the second after it.
        """

    @abstractmethod
    def fields(self) -> list[tuple[builtins.int, str]]:
        """All fields in their order: ``(tag, text)``."""

    @abstractmethod
    def groups(self, tag: Tag) -> list[Message]:
        """The entries of a repeating group, by the field that counts them.

        Each is a message over the same bytes with the entry's fields alone, and may hold groups
        itself. An absent count is an empty list.

        Raises
        ------
        ValueError
            The dictionary knows no such group in this message, or the count is not the number of
            entries.
        """


def restored(dictionary: Any, data: builtins.bytes, start: builtins.int, stop: builtins.int) -> Any:
    """A message that was pickled: the fields ``start`` to ``stop`` of ``data``."""
    return dictionary.decode(data)._part(start, stop)
