"""Where a message ends, and where its fields are.

A message is ``8=..|9=LENGTH|35=..|...|10=SUM|`` with SOH for ``|``: LENGTH counts the bytes after
its own SOH up to ``10=``, SUM is the sum of all bytes before ``10=`` modulo 256, in three digits.
Both functions take time proportional to the bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from hft_py.fix.baseline.values import to_int
from hft_py.fix.errors import GarbledMessage

Field = tuple[int, int, int]  # a tag, and where its value starts and ends

SOH = 1
_LONGEST_BEGIN_STRING = 32
_TRAILER = len("10=123|")
_FIRST_FIELDS = "the first three fields are not 8, 9 and 35"
_BODY_LENGTH = "BodyLength (9) is not the length of the body"
_CHECKSUM = "CheckSum (10) is not the sum of the bytes"
_BAD_TAG = "a field is not tag=value with a number as its tag"
_TAG = re.compile(rb"([0-9]{1,9})=")


def check_frame(data: bytes) -> None:
    """An error where ``data`` is not exactly one message with its BodyLength and CheckSum."""
    try:
        end = _end(data)
    except IndexError:
        raise GarbledMessage("the message is incomplete") from None
    if end < len(data):
        raise GarbledMessage(f"{len(data) - end} bytes after the message")


def _end(data: bytes) -> int:
    """Where the message ends; an ``IndexError`` where more bytes may make it one."""
    if data[0] != ord("8") or data[1] != ord("="):
        raise GarbledMessage("bytes before BeginString (8)")
    head = data.find(SOH, 2, 2 + _LONGEST_BEGIN_STRING + 1)
    if head == -1:
        if len(data) - 2 > _LONGEST_BEGIN_STRING:
            raise GarbledMessage(_FIRST_FIELDS)
        raise IndexError
    at = head + 1
    for expected in b"9=":
        if data[at] != expected or head == 2:
            raise GarbledMessage(_FIRST_FIELDS)
        at += 1
    digits = at
    while data[at] in b"0123456789" and at < digits + 9:
        at += 1
    if data[at] != SOH or at == digits:
        raise GarbledMessage(_BODY_LENGTH)
    end = at + 1 + int(data[digits:at])
    if end + _TRAILER > len(data):
        raise IndexError
    if data[end - 1 : end + 3] != b"\x0110=" or data[end + 6] != SOH:
        other = data.find(b"\x0110=", end - 1)
        if other == -1 or data.find(SOH, other + 4) == -1:
            raise IndexError
        raise GarbledMessage(_BODY_LENGTH)
    written = data[end + 3 : end + 6]
    if not written.isdigit() or int(written) != sum(data[:end]) % 256:
        raise GarbledMessage(_CHECKSUM)
    return end + _TRAILER


def find_fields(data: bytes, data_tags: Mapping[int, int]) -> list[Field]:
    """The fields of a whole message.

    A data field takes as many bytes as its length field says, if it stands right after it and an
    SOH follows; else it ends at its first SOH. ``data_tags`` maps tags of lengths to tags of data.
    """
    fields: list[Field] = []
    at, announced, length = 0, None, 0
    while at < len(data):
        tag = _TAG.match(data, at)
        if tag is None:
            raise GarbledMessage(_BAD_TAG)
        number, start = int(tag[1]), tag.end()
        if number == announced and data[start + length : start + length + 1] == b"\x01":
            end = start + length
        else:
            end = data.find(SOH, start)
        if end == -1:
            raise GarbledMessage(_BAD_TAG)
        fields.append((number, start, end))
        announced = None
        if number in data_tags:
            length = to_int(data[start:end]) or 0
            announced = data_tags[number] if length >= 0 else None
        at = end + 1
    if [tag for tag, _, _ in fields[:3]] != [8, 9, 35]:
        raise GarbledMessage(_FIRST_FIELDS)
    return fields
