"""The text of a dictionary, read into its parts.

How it is written is said at the top of ``src/fix/dictionary/parse.rs``.
"""

from __future__ import annotations

import re

from hft_py.fix.baseline.levels import (
    BODY,
    HEADER,
    KINDS,
    TRAILER,
    Block,
    FieldEntry,
    Level,
    Member,
    Rule,
)
from hft_py.fix.errors import DictionaryError

_LARGEST_TAG = 999_999_999
_DEEPEST = 8
_MOST_MEMBERS = 512
_WORD = re.compile(r"(\w+)(!?)(\[?)")


def wrong(line: int, problem: str) -> DictionaryError:
    return DictionaryError(f"line {line}: {problem}")


class Text:
    """What the lines of a dictionary say, before names are looked up."""

    def __init__(self, text: str) -> None:
        self.version: str | None = None
        self.fields: dict[int, FieldEntry] = {}
        self.header: list[Member] = []
        self.trailer: list[Member] = []
        self.messages: dict[str, Block] = {}
        self._open: list[list[Member]] = []
        self._line = 0
        for line, content in enumerate(text.split("\n"), 1):
            if not content.strip() or content.startswith("#"):
                continue
            if not content[0].isspace():
                self._close()
                self._statement(line, content.split())
            elif not self._open:
                raise wrong(line, "an indented line belongs to a block: start one before it")
            else:
                self._members(line, content.split())
        self._close()

    def _close(self) -> None:
        if len(self._open) > 1:
            raise wrong(self._line, 'a group is not closed: write " ]"')
        self._open = []

    def _statement(self, line: int, words: list[str]) -> None:
        match words:
            case ["version", version]:
                self.version = version
            case ["field", *rest]:
                self._field(line, rest)
            case ["header"]:
                self._open = [self.header]
            case ["trailer"]:
                self._open = [self.trailer]
            case ["message", msg_type, *rest]:
                self._open = [self._message(line, msg_type, rest)]
            case _:
                raise wrong(
                    line,
                    f'{" ".join(words)!r} is no "version VERSION", "field TAG NAME TYPE ...", '
                    '"header", "trailer" or "message TYPE NAME [admin]"',
                )

    def _message(self, line: int, msg_type: str, rest: list[str]) -> list[Member]:
        known = self.messages.get(msg_type)
        if known is not None and not rest:
            return known.members
        if len(rest) not in (1, 2) or rest[1:] not in ([], ["admin"]):
            raise wrong(line, f'message {msg_type} needs a name, and perhaps "admin" after it')
        block = Block(rest[0], len(rest) == 2, line)
        if known is None:
            self.messages[msg_type] = known = block
        elif (known.name, known.admin) != (block.name, block.admin):
            raise wrong(line, f"message {msg_type} is {known.name} on line {known.line}")
        return known.members

    def _field(self, line: int, words: list[str]) -> None:
        if len(words) < 3:
            raise wrong(line, "a field needs a tag, a name and a type: field 11 ClOrdID STRING")
        digits, name, type_name, *rest = words
        if not digits.isdecimal() or not 1 <= int(digits) <= _LARGEST_TAG:
            raise wrong(line, f"tag {digits!r}: write a number from 1 to {_LARGEST_TAG}")
        if type_name not in KINDS:
            raise wrong(line, f"type {type_name!r} of field {name}: write a type of FIX")
        found = FieldEntry(int(digits), name, type_name, line)
        if found.kind == "data" and rest:
            if len(rest) > 1 or not rest[0].isdecimal():
                raise wrong(line, f"{rest[0]!r}: after DATA write the tag of its length field")
            found.length = int(rest[0])
        else:
            pairs = (word.partition("=") for word in rest)
            found.values = {value: label if sign else value for value, sign, label in pairs}
        known = self.fields.get(found.tag)
        if known is None:
            for other in self.fields.values():
                if other.name == name:
                    raise wrong(line, f"{name} is field {other.tag} on line {other.line}")
            self.fields[found.tag] = found
        elif (known.name, known.type_name, known.length) != (name, type_name, found.length):
            raise wrong(line, f"field {digits} is {known.name} on line {known.line}")
        else:
            known.values = {**found.values, **known.values}

    def _members(self, line: int, words: list[str]) -> None:
        self._line = line
        for word in words:
            if word == "]":
                if len(self._open) < 2:
                    raise wrong(line, '"]" closes no group: leave it out')
                if not self._open.pop():
                    raise wrong(line, f"group {self._open[-1][-1].name} is empty")
                continue
            parts = _WORD.fullmatch(word)
            if parts is None:
                raise wrong(
                    line, f"{word!r}: write Name, Name! if required, Name[ ... ] if a group"
                )
            member = Member(parts[1], bool(parts[2]), line)
            self._open[-1].append(member)
            if parts[3]:
                if len(self._open) > _DEEPEST:
                    raise wrong(line, f"groups are nested at most {_DEEPEST} deep")
                member.group = []
                self._open.append(member.group)

    def levels(self) -> dict[str, Level]:
        """What each message may hold, names looked up."""
        tags = {entry.name: tag for tag, entry in self.fields.items()}
        found = {}
        for msg_type in sorted(self.messages):
            found[msg_type] = level = Level()
            body = self.messages[msg_type].members
            for section, members in ((HEADER, self.header), (BODY, body), (TRAILER, self.trailer)):
                _add(level, members, section, tags)
        return found


def _add(level: Level, members: list[Member], section: int, tags: dict[str, int]) -> None:
    for member in members:
        if member.name not in tags:
            raise wrong(
                member.line,
                f'there is no field {member.name}: define it with "field TAG {member.name} TYPE"',
            )
        if tags[member.name] in level.rules:
            raise wrong(member.line, f"{member.name} is named twice: leave one out")
        if len(level.rules) == _MOST_MEMBERS:
            raise wrong(member.line, f"a message or a group has at most {_MOST_MEMBERS} fields")
        rule = Rule(section, member.required)
        level.rules[tags[member.name]] = rule
        if member.group is not None:
            rule.group = Level()
            _add(rule.group, member.group, BODY, tags)
