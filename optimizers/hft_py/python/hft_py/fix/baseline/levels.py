"""The parts of a dictionary: fields, and what a message or an entry of a group may hold."""

from __future__ import annotations

from dataclasses import dataclass, field

# The kind of value of each type of FIX 4.0 to 5.0.
KINDS = {
    "STRING": "text", "CURRENCY": "text", "EXCHANGE": "text", "COUNTRY": "text",
    "LANGUAGE": "text", "TZTIMEONLY": "text", "TZTIMESTAMP": "text", "LOCALMKTTIME": "text",
    "TIME": "text", "CHAR": "char", "BOOLEAN": "boolean", "INT": "int", "SEQNUM": "int",
    "TAGNUM": "int", "LENGTH": "count", "NUMINGROUP": "count", "DAYOFMONTH": "day",
    "FLOAT": "decimal", "PRICE": "decimal", "PRICEOFFSET": "decimal", "QTY": "decimal",
    "QUANTITY": "decimal", "AMT": "decimal", "PERCENTAGE": "decimal",
    "MULTIPLEVALUESTRING": "multiple", "MULTIPLESTRINGVALUE": "multiple",
    "MULTIPLECHARVALUE": "multiple", "UTCTIMESTAMP": "time", "UTCTIMEONLY": "time of day",
    "UTCDATE": "date", "UTCDATEONLY": "date", "LOCALMKTDATE": "date", "DATE": "date",
    "MONTHYEAR": "month", "DATA": "data", "XMLDATA": "data",
}  # fmt: skip

HEADER, BODY, TRAILER = range(3)


@dataclass
class FieldEntry:
    """One field: its enumerated values have names, a data field the tag of its length."""

    tag: int
    name: str
    type_name: str
    line: int
    length: int | None = None
    values: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return KINDS[self.type_name]


@dataclass
class Member:
    """A field as a block names it."""

    name: str
    required: bool
    line: int
    group: list[Member] | None = None


@dataclass
class Block:
    """A message."""

    name: str
    admin: bool
    line: int
    members: list[Member] = field(default_factory=list)


@dataclass
class Rule:
    """A field at its place in a message or in an entry of a group."""

    section: int
    required: bool
    group: Level | None = None


@dataclass
class Level:
    """What a message, or an entry of a group, may hold: rules by tag, as they are defined."""

    rules: dict[int, Rule] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """The tag that starts an entry of a group."""
        return next(iter(self.rules))

    def inside(self) -> set[int]:
        """The tags of all members, those of groups inside among them."""
        groups = (rule.group.inside() for rule in self.rules.values() if rule.group is not None)
        return set(self.rules).union(*groups)

    def find(self, count: int) -> Level | None:
        """The group counted by that tag, at any depth."""
        for tag, rule in self.rules.items():
            if rule.group is not None:
                found = rule.group if tag == count else rule.group.find(count)
                if found is not None:
                    return found
        return None
