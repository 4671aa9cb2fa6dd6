"""Whether a message is what its dictionary allows: the first thing wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from hft_py.fix.baseline import values
from hft_py.fix.baseline.framing import Field
from hft_py.fix.baseline.levels import HEADER, FieldEntry, Level
from hft_py.fix.errors import RejectedMessage

REASONS = {
    0: "Invalid tag number",
    1: "Required tag missing",
    2: "Tag not defined for this message type",
    4: "Tag specified without a value",
    5: "Value is incorrect (out of range) for this tag",
    6: "Incorrect data format for value",
    11: "Invalid MsgType",
}
TWICE = "Tag appears more than once"
ORDER = "Tag specified out of required order"
COUNT = "Incorrect NumInGroup count for repeating group"
_USER_DEFINED = 5_000


@dataclass(frozen=True)
class Checks:
    """What is checked: see :meth:`hft_py.fix.Dictionary.validate`."""

    fields_order: bool = True
    values: bool = True
    user_defined: bool = True
    required: bool = True


def refused(reason: int, tag: int | None = None) -> RejectedMessage:
    return RejectedMessage(REASONS[reason], reason, tag)


class Walk:
    """A walk through the fields of a message."""

    def __init__(
        self, data: bytes, fields: list[Field], entries: dict[int, FieldEntry], checks: Checks
    ) -> None:
        self.data = data
        self.fields = fields
        self.entries = entries
        self.checks = checks
        self.at = 0

    def value(self, at: int) -> bytes:
        _, start, end = self.fields[at]
        return self.data[start:end]

    def level(self, level: Level, first: int | None = None) -> None:
        """The fields of a message, or of one entry of the group that starts with ``first``."""
        seen: set[int] = set()
        section, start = HEADER, self.at
        while self.at < len(self.fields):
            tag = self.fields[self.at][0]
            if tag == first and self.at > start:
                break
            rule = level.rules.get(tag)
            if rule is None:
                if tag >= _USER_DEFINED and not self.checks.user_defined:
                    self.at += 1
                    continue
                if first is not None:
                    break
                raise refused(2 if tag in self.entries else 0, tag)
            if rule.section < section and self.checks.fields_order:
                raise RejectedMessage(ORDER, None, tag)
            section = max(section, rule.section)
            if tag in seen:
                raise RejectedMessage(TWICE, None, tag)
            seen.add(tag)
            if self.checks.values:
                check_value(self.entries[tag], self.value(self.at))
            self.at += 1
            if rule.group is not None:
                self.group(rule.group, tag, self.value(self.at - 1))
        if self.checks.required:
            for tag, rule in level.rules.items():
                if rule.required and tag not in seen:
                    raise refused(1, tag)

    def group(self, group: Level, count: int, value: bytes) -> None:
        """The entries that follow their count."""
        entries, first = 0, group.first
        while self.at < len(self.fields) and self.fields[self.at][0] == first:
            self.level(group, first)
            entries += 1
        if self.at < len(self.fields) and entries == 0:
            tag = self.fields[self.at][0]
            if tag in group.inside():
                raise RejectedMessage(ORDER, None, tag)
        if values.to_int(value) != entries:
            raise RejectedMessage(COUNT, None, count)


def check_value(entry: FieldEntry, value: bytes) -> None:
    """An error for a value that is empty, of another type, or beside the enumerated ones."""
    if not value:
        raise refused(4, entry.tag)
    if not _is_well_formed(entry.kind, value):
        raise refused(6, entry.tag)
    if entry.values:
        text = value.decode("utf-8", "surrogateescape")
        parts = text.split(" ") if entry.kind == "multiple" else [text]
        if any(part not in entry.values for part in parts):
            raise refused(5, entry.tag)


def _is_well_formed(kind: str, value: bytes) -> bool:
    match kind:
        case "char":
            return len(value) == 1
        case "boolean":
            return value in (b"Y", b"N")
        case "int":
            return values.to_int(value) is not None
        case "count":
            return (values.to_int(value) or -1) >= 0 or values.to_int(value) == 0
        case "day":
            return 1 <= (values.to_int(value) or 0) <= 31
        case "decimal":
            return values.is_decimal(value)
        case "time":
            return values.to_time(value) is not None
        case "time of day":
            return values.to_time_of_day(value) is not None
        case "date":
            return values.to_date(value) is not None
        case "month":
            return len(value) == 6 and values.to_date(value + b"01") is not None
    return True
