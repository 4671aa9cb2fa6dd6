"""Texts that both kernel sets show: messages made readable, and errors."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

_PASSWORDS = (554, 925)
_RAW_DATA = 96


def readable(message: Any) -> str:
    """The fields of a message with ``|`` for SOH and ``***`` for secrets."""
    secret = {*_PASSWORDS, _RAW_DATA} if message.msg_type == "A" else _PASSWORDS
    return "".join(f"{tag}={'***' if tag in secret else value}|" for tag, value in message.fields())


def wrong_value(field: str, value: bytes, expected: str) -> ValueError:
    """A value that is not of the type asked for."""
    shown = value[:60].decode("ascii", "backslashreplace")
    return ValueError(f"{field}={shown!r}, expected {expected}")


def wrong_tag(tag: Any) -> TypeError:
    """A field that is asked for by something else than a number or a name."""
    return TypeError(f"tag={tag!r}, expected the number of a field or its name")


def unknown(kind: str, name: str, known: Iterable[str]) -> KeyError:
    """A name that the dictionary does not know."""
    near = difflib.get_close_matches(name, known, 1)
    hint = f"is it {near[0]!r}?" if near else "Dictionary.extend adds others"
    return KeyError(f"{kind} {name!r} is not in the dictionary: {hint}")
