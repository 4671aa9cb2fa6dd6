"""A dictionary in Python: the reference of the compiled one."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from typing import Any

from hft_py.fix import dictionary, message
from hft_py.fix._wording import unknown, wrong_tag
from hft_py.fix.baseline.encoding import Body, framed
from hft_py.fix.baseline.framing import check_frame, find_fields
from hft_py.fix.baseline.message import Message
from hft_py.fix.baseline.parsing import Text, wrong
from hft_py.fix.baseline.validation import Checks, Walk, refused


class Dictionary(dictionary.Dictionary):
    """See :class:`hft_py.fix.Dictionary`."""

    def __init__(self, text: str) -> None:
        lines = Text(text)
        if lines.version is None:
            raise wrong(1, 'there is no version: write a line such as "version FIX.4.2"')
        self._text = text
        self._begin_string = lines.version
        self._entries = dict(sorted(lines.fields.items()))
        self._tags = {entry.name: tag for tag, entry in self._entries.items()}
        self._messages = {key: lines.messages[key].name for key in sorted(lines.messages)}
        self._types = {name: key for key, name in self._messages.items()}
        self._data_tags = {}
        for entry in self._entries.values():
            if entry.length is None:
                continue
            if entry.length not in self._entries:
                raise wrong(
                    entry.line,
                    f"field {entry.length} announces the length of {entry.name}: define it",
                )
            self._data_tags[entry.length] = entry.tag
        self._levels = lines.levels()

    @classmethod
    def parse(cls, text: str) -> Dictionary:
        return cls(text)

    def extend(self, text: str) -> Dictionary:
        return Dictionary(f"{self._text}\n{text}")

    @property
    def text(self) -> str:
        return self._text

    @property
    def begin_string(self) -> str:
        return self._begin_string

    @property
    def messages(self) -> dict[str, str]:
        return self._messages.copy()

    def tag(self, name: message.Tag) -> int:
        if isinstance(name, str):
            found = self._tags.get(name)
            if found is None:
                raise unknown("field", name, self._tags)
            return found
        try:
            return operator.index(name)
        except TypeError:
            raise wrong_tag(name) from None

    def name(self, tag: int) -> str | None:
        entry = self._entries.get(tag)
        return None if entry is None else entry.name

    def title(self, tag: message.Tag) -> str:
        """A field as errors name it: ``ClOrdID (11)``."""
        number = self.tag(tag)
        name = self.name(number)
        return f"tag {number}" if name is None else f"{name} ({number})"

    def label(self, tag: message.Tag, value: str) -> str | None:
        entry = self._entries.get(self.tag(tag))
        return None if entry is None else entry.values.get(value)

    def group(self, msg_type: str, count: int) -> tuple[int, set[int]] | None:
        """The first tag of a group and the tags of its members; None where there is none."""
        level = self._levels.get(msg_type)
        found = None if level is None else level.find(count)
        return None if found is None else (found.first, found.inside())

    def decode(self, data: message.Data, validate: bool = False) -> Message:
        if isinstance(data, bytearray | memoryview):
            data = bytes(data)
        given: object = data
        if not isinstance(given, bytes):
            raise TypeError(f"data is a {type(given).__name__}, expected bytes")
        check_frame(data)
        fields = find_fields(data, self._data_tags)
        found = Message(data, fields, self)
        if validate:
            self.validate(found)
        return found

    def encode(
        self, msg_type: str, fields: Mapping[Any, Any] | Iterable[tuple[message.Tag, Any]]
    ) -> bytes:
        if msg_type not in self._messages:
            if msg_type not in self._types:
                raise unknown("message", msg_type, self._types)
            msg_type = self._types[msg_type]
        body = Body(self.tag, self.title, self._data_tags)
        body.fields(fields)
        return framed(self._begin_string, msg_type, body.written)

    def validate(
        self,
        message: message.Message,
        *,
        fields_order: bool = True,
        values: bool = True,
        user_defined: bool = True,
        required: bool = True,
    ) -> None:
        level = self._levels.get(message.msg_type)
        if level is None:
            raise refused(11)
        checks = Checks(fields_order, values, user_defined, required)
        if isinstance(message, Message):
            fields = message._fields
        else:
            fields = find_fields(message.bytes, self._data_tags)
        Walk(message.bytes, fields, self._entries, checks).level(level)

    def __repr__(self) -> str:
        return f"Dictionary({self._begin_string!r}, {len(self._messages)} messages)"

    def __reduce__(self) -> tuple[Any, ...]:
        return dictionary.pickled(self._text)
