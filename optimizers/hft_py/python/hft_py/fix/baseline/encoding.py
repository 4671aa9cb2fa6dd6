"""Messages written: BodyLength and CheckSum are filled in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hft_py.fix.baseline.values import to_int
from hft_py.fix.text import text_of

_WRITTEN = (8, 9, 10, 35)
SOH = b"\x01"


class Body:
    """The fields of a message as they are written."""

    def __init__(
        self,
        tag_of: Callable[[Any], int],
        title: Callable[[int], str],
        data_tags: Mapping[int, int],
    ) -> None:
        self.tag_of = tag_of
        self.title = title
        self.data_tags = data_tags
        self.written: list[bytes] = []
        self._announced: tuple[int, int] | None = None

    def fields(self, fields: Mapping[Any, Any] | Iterable[tuple[Any, Any]]) -> None:
        """Write fields in their order."""
        for tag, value in fields.items() if isinstance(fields, Mapping) else fields:
            self.field(self.tag_of(tag), value)

    def field(self, tag: int, value: Any) -> None:
        """Write a field; a list is a repeating group: its count, then each of its entries."""
        if tag in _WRITTEN or not 1 <= tag <= 999_999_999:
            written = "no 8, 9, 10 and 35, which encode writes"
            raise ValueError(f"tag={tag}, expected {written if tag in _WRITTEN else '1 to 10^9'}")
        if isinstance(value, list | tuple):
            self.field(tag, len(value))
            for entry in value:
                self.fields(entry)
            return
        text = self.checked(tag, text_of(self.title(tag), value))
        self.written.append(b"%d=%b\x01" % (tag, text))
        data, length = self.data_tags.get(tag), to_int(text)
        self._announced = (data, length) if data and length is not None and length >= 0 else None

    def checked(self, tag: int, text: bytes) -> bytes:
        """The value where it can be read back."""
        if not text:
            raise ValueError(f"{self.title(tag)} is empty: leave the field out")
        announced = self._announced
        if announced is not None and announced[0] == tag:
            if announced[1] != len(text):
                raise ValueError(
                    f"{self.title(tag)} has {len(text)} bytes, and its length field before it "
                    f"says {announced[1]}"
                )
        elif SOH in text:
            raise ValueError(
                f"{self.title(tag)} holds SOH, which ends a field: leave it out, or use a data "
                "field with its length field before it"
            )
        return text


def framed(begin_string: str, msg_type: str, fields: list[bytes]) -> bytes:
    """A whole message."""
    body = b"".join([b"35=%b\x01" % msg_type.encode(), *fields])
    message = b"8=%b\x019=%d\x01%b" % (begin_string.encode(), len(body), body)
    return b"%b10=%03d\x01" % (message, sum(message) % 256)
