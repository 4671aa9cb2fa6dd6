"""A data dictionary of QuickFIX, written as the text of a dictionary here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from hft_py.fix.errors import DictionaryError

_DEEPEST = 32
_LARGEST = 64 * 1024 * 1024  # bytes; the dictionaries of QuickFIX have 0.2 to 2 million


def text_of_quickfix_xml(path: str | os.PathLike[str]) -> str:
    """The text of a dictionary that says what the XML file says."""
    return _Document(Path(path)).text()


class _Document:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[Element, int] = {}
        self.root = self._read()
        if self.root.tag != "fix":
            self._fail(self.root, f"the root is <{self.root.tag}>, expected <fix>")
        self.components = {
            self._attribute(one, "name"): one for one in self.root.iterfind("components/component")
        }

    def _fail(self, element: Element | int, problem: str) -> NoReturn:
        line = element if isinstance(element, int) else self.lines.get(element, 1)
        raise DictionaryError(f"{self.path}, line {line}: {problem}")

    def _read(self) -> Element:
        """The document with the line of each element; by expat, as ElementTree keeps no lines."""
        if self.path.stat().st_size > _LARGEST:
            self._fail(1, f"more than {_LARGEST} bytes: is it a dictionary of QuickFIX?")
        parser = expat.ParserCreate()
        builder = TreeBuilder()

        def start(tag: str, attributes: dict[str, str]) -> None:
            self.lines[builder.start(tag, attributes)] = parser.CurrentLineNumber

        def doctype(*_: object) -> NoReturn:
            self._fail(parser.CurrentLineNumber, "a DOCTYPE is refused: remove it")

        parser.StartElementHandler = start
        parser.EndElementHandler = builder.end
        parser.StartDoctypeDeclHandler = doctype
        try:
            with self.path.open("rb") as file:
                parser.ParseFile(file)
        except expat.ExpatError as error:
            self._fail(error.lineno, f"{expat.ErrorString(error.code)}: mend the XML")
        return builder.close()

    def _attribute(self, element: Element, name: str) -> str:
        value = element.get(name)
        if not value or any(character.isspace() for character in value):
            self._fail(element, f"<{element.tag}> needs {name}, one word: {name}={value!r}")
        return value

    def _choice(self, element: Element, name: str) -> bool:
        value = element.get(name, "N").upper()
        if value not in ("Y", "N"):
            self._fail(element, f"{name}={value!r}, expected Y or N")
        return value == "Y"

    def text(self) -> str:
        """All parts in the order in which this project writes them."""
        written = [f"version {self._version()}", "", *self._fields(), ""]
        for block in ("header", "trailer"):
            element = self.root.find(block)
            if element is None:
                self._fail(self.root, f"there is no <{block}>")
            written += [block, *self._members(element)]
        for message in self.root.iterfind("messages/message"):
            kind, name = (self._attribute(message, key) for key in ("msgtype", "name"))
            admin = " admin" if message.get("msgcat") == "admin" else ""
            written += [f"message {kind} {name}{admin}", *self._members(message)]
        return "\n".join([*written, ""])

    def _version(self) -> str:
        kind, *numbers = (self.root.get(key) for key in ("type", "major", "minor"))
        if None in numbers:
            self._fail(self.root, "<fix> needs major and minor")
        return f"{kind or 'FIX'}.{numbers[0]}.{numbers[1]}"

    def _fields(self) -> list[str]:
        """A line for each field; the length of a data field is the field named so or before it."""
        elements = {self._attribute(one, "name"): one for one in self.root.iterfind("fields/field")}
        written = []
        for name, element in elements.items():
            number, kind = (self._attribute(element, key) for key in ("number", "type"))
            words = ["field", number, name, kind.upper()]
            if words[3] in ("DATA", "XMLDATA"):
                length = next((e for e in (f"{name}Length", f"{name}Len") if e in elements), None)
                if length is not None:
                    words.append(self._attribute(elements[length], "number"))
            else:
                words += self._values(element)
            written.append(" ".join(words))
        return written

    def _values(self, field: Element) -> list[str]:
        """Enumerated values; none where one has blanks: ``ISO Country Code`` is no value."""
        words = []
        for value in field.iterfind("value"):
            enum, label = value.get("enum", ""), (value.get("description") or "").split()
            if not enum:
                self._fail(value, "<value> needs enum")
            if len(enum.split()) > 1:
                return []
            words.append(f"{enum}={'_'.join(label)}" if label else enum)
        return words

    def _members(self, block: Element) -> list[str]:
        words = list(self._words(block, 0))
        return ["  " + " ".join(words)] if words else []

    def _words(self, block: Element, depth: int, required: bool = True) -> list[str]:
        """Members; fields of an optional component are optional."""
        if depth > _DEEPEST:
            self._fail(block, "components and groups name one another in a circle")
        words = []
        for member in block:
            name = self._attribute(member, "name")
            needed = required and self._choice(member, "required")
            mark = "!" if needed else ""
            if member.tag == "component":
                if name not in self.components:
                    self._fail(member, f"there is no component {name}: define it")
                words += self._words(self.components[name], depth + 1, needed)
            elif member.tag == "group":
                words += [f"{name}{mark}[", *self._words(member, depth + 1), "]"]
            elif member.tag == "field":
                words.append(f"{name}{mark}")
            else:
                self._fail(member, f"<{member.tag}>, expected <field>, <group> or <component>")
        return words
