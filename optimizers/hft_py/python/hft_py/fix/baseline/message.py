"""A decoded message in Python: the reference of the compiled one."""

from __future__ import annotations

import builtins
import datetime
import decimal
from collections.abc import Callable
from typing import Any, TypeVar

from hft_py.fix import message
from hft_py.fix._wording import readable, wrong_value
from hft_py.fix.baseline import values
from hft_py.fix.baseline.framing import Field

T = TypeVar("T")


class Message(message.Message):
    """See :class:`hft_py.fix.Message`."""

    __slots__ = ("_data", "_dictionary", "_fields", "_span")

    def __init__(
        self, data: builtins.bytes, fields: list[Field], dictionary: Any, *span: builtins.int
    ) -> None:
        self._data = data
        self._fields = fields
        self._dictionary = dictionary  # baseline.Dictionary, which imports this module
        self._span = slice(*span or (0, len(fields)))

    @property
    def bytes(self) -> builtins.bytes:
        return self._data

    @property
    def msg_type(self) -> str:
        _, start, end = self._fields[2]
        return _text(self._data[start:end])

    @property
    def name(self) -> str:
        found: str = self._dictionary.messages.get(self.msg_type, self.msg_type)
        return found

    @property
    def dictionary(self) -> Any:
        return self._dictionary

    def _find(self, tag: message.Tag) -> builtins.bytes | None:
        number = self._dictionary.tag(tag)
        for found, start, end in self._fields[self._span]:
            if found == number:
                return self._data[start:end]
        return None

    def raw(self, tag: message.Tag) -> builtins.bytes:
        found = self._find(tag)
        if found is None:
            raise KeyError(f"{self.name} has no {self._dictionary.title(tag)}")
        return found

    def __getitem__(self, tag: message.Tag) -> str:
        return _text(self.raw(tag))

    def __contains__(self, tag: object) -> builtins.bool:
        return self._find(tag) is not None  # type: ignore[arg-type]  # checked by Dictionary.tag

    def __len__(self) -> builtins.int:
        return len(self._fields[self._span])

    def get(self, tag: message.Tag, default: Any = None) -> Any:
        found = self._find(tag)
        return default if found is None else _text(found)

    def values(self, *tags: message.Tag) -> tuple[str | None, ...]:
        return tuple(self.get(tag) for tag in tags)

    def _typed(
        self, tag: message.Tag, convert: Callable[[builtins.bytes], T | None], expected: str
    ) -> T:
        text = self.raw(tag)
        found = convert(text)
        if found is None:
            raise wrong_value(self._dictionary.title(tag), text, expected)
        return found

    def int(self, tag: message.Tag) -> builtins.int:
        return self._typed(tag, values.to_int, "a whole number of 64 bits")

    def float(self, tag: message.Tag) -> builtins.float:
        return float(self.decimal(tag))

    def decimal(self, tag: message.Tag) -> decimal.Decimal:
        return self._typed(
            tag,
            lambda text: decimal.Decimal(text.decode()) if values.is_decimal(text) else None,
            "a decimal number without exponent",
        )

    def bool(self, tag: message.Tag) -> builtins.bool:
        return self._typed(tag, {b"Y": True, b"N": False}.get, "Y or N")

    def time(self, tag: message.Tag) -> datetime.datetime:
        found = self._typed(tag, values.to_time, "a UTC time YYYYMMDD-HH:MM:SS[.sss]")
        return values.to_datetime(found)

    def fields(self) -> list[tuple[builtins.int, str]]:
        own = self._fields[self._span]
        return [(tag, _text(self._data[start:end])) for tag, start, end in own]

    def groups(self, tag: message.Tag) -> list[message.Message]:
        number = self._dictionary.tag(tag)
        group = self._dictionary.group(self.msg_type, number)
        if group is None:
            raise ValueError(f"{self.name} has no group {self._dictionary.title(number)}")
        tags = [found for found, _, _ in self._fields]
        at, stop = self._span.start, self._span.stop
        if number not in tags[at:stop]:
            return []
        first, members = group
        at = tags.index(number, at) + 1
        starts: list[builtins.int] = []
        while at < stop and tags[at] in members and (starts or tags[at] == first):
            if tags[at] == first:
                starts.append(at)
            at += 1
        if self.int(number) != len(starts):
            raise ValueError(
                f"{self._dictionary.title(number)}={self[number]}, but {len(starts)} entries follow"
            )
        return [self._part(*ends) for ends in zip(starts, [*starts[1:], at], strict=False)]

    def _part(self, start: builtins.int, stop: builtins.int) -> Message:
        """The fields from one number to another, counted in the whole message."""
        return Message(self._data, self._fields, self._dictionary, start, stop)

    def __eq__(self, other: object) -> builtins.bool:
        if not isinstance(other, message.Message):
            return NotImplemented
        return self._data == other.bytes and self.fields() == other.fields()

    def __hash__(self) -> builtins.int:
        return hash(self._data)

    def __repr__(self) -> str:
        return f"Message({readable(self)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        span = (self._span.start, self._span.stop)
        return message.restored, (self._dictionary, self._data, *span)


def _text(value: builtins.bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
