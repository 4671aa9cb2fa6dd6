"""What a version of FIX allows, as both kernel sets offer it, and where dictionaries come from."""

from __future__ import annotations

import functools
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

from hft_py.backend import active_backend, extension
from hft_py.checks import short
from hft_py.fix.errors import DictionaryError
from hft_py.fix.message import Data, Message, Tag
from hft_py.fix.xml_dictionary import text_of_quickfix_xml


class Dictionary(ABC):
    """Messages, fields, types, groups and enumerated values of a version of FIX.

    Made by :meth:`fix42`, :meth:`load` and :meth:`from_quickfix_xml`, never changed. The kernel
    set is chosen when a dictionary is made, and :meth:`decode` and :meth:`encode` of a dictionary
    are the fastest way to both.

    Examples
    --------
    >>> from hft_py.fix import Dictionary, RejectedMessage
    >>> fix = Dictionary.fix42().extend('''
    ... field 5001 Desk STRING
    ... message D
    ...   Desk
    ... ''')
    >>> fix.tag("Desk"), fix.name(54), fix.label("Side", "1")
    (5001, 'Side', 'Buy')
    >>> order = fix.decode(fix.encode("NewOrderSingle", {"ClOrdID": "7", "Desk": "Zurich"}))
    >>> try:
    ...     fix.validate(order)
    ... except RejectedMessage as refused:
    ...     print(refused)
    Required tag missing (tag 49, reason 1)
    """

    __slots__ = ()

    @staticmethod
    def fix42(backend: str | None = None) -> Dictionary:
        """FIX 4.2: all its messages and fields; read once a process.

        Parameters
        ----------
        backend
            ``"auto"``, ``"rust"`` or ``"python"``; default: as :func:`hft_py.use_backend` or the
            environment say.
        """
        return _of_text(None, active_backend(backend))

    @staticmethod
    def load(source: str | os.PathLike[str], backend: str | None = None) -> Dictionary:
        """A dictionary from its text.

        Parameters
        ----------
        source
            A path, or the text itself: a string with a line break. How it is written is shown by
            the text of FIX 4.2, ``Dictionary.fix42().text``.
        backend
            As for :meth:`fix42`.

        Raises
        ------
        DictionaryError
            A line that cannot be read, with its number and the remedy.
        """
        if isinstance(source, str) and "\n" in source:
            return _of_text(source, active_backend(backend))
        if not isinstance(source, str | os.PathLike):
            raise TypeError(f"source={short(source)}, expected a path or a text")
        path = Path(source)
        try:
            return _of_text(path.read_text(encoding="utf-8"), active_backend(backend))
        except DictionaryError as error:
            raise DictionaryError(f"{path}: {error}") from None

    @staticmethod
    def from_quickfix_xml(path: str | os.PathLike[str], backend: str | None = None) -> Dictionary:
        """A dictionary from a data dictionary of QuickFIX.

        Components are put in the place where they are named. Documents with a DOCTYPE are refused,
        as entities may make a small file fill the memory.

        Parameters
        ----------
        path
            The XML file, ``FIX44.xml`` or another.
        backend
            As for :meth:`fix42`.

        Raises
        ------
        DictionaryError
            What cannot be read, with file, line and remedy.
        """
        return _of_text(text_of_quickfix_xml(path), active_backend(backend))

    @abstractmethod
    def extend(self, text: str) -> Dictionary:
        """A dictionary with further fields and messages, or more members of its messages.

        Parameters
        ----------
        text
            Written as a dictionary is. ``message D`` and an indented line of names add fields to a
            message there is; a field there is gets more values.
        """

    @property
    @abstractmethod
    def text(self) -> str:
        """What it was read from."""

    @property
    @abstractmethod
    def begin_string(self) -> str:
        """BeginString (8) of its messages: ``"FIX.4.2"``."""

    @property
    @abstractmethod
    def messages(self) -> dict[str, str]:
        """The name of each MsgType."""

    @abstractmethod
    def tag(self, name: Tag) -> int:
        """The tag of a field by its name; a tag is returned as it is."""

    @abstractmethod
    def name(self, tag: int) -> str | None:
        """The name of a field; None where the dictionary does not have it."""

    @abstractmethod
    def label(self, tag: Tag, value: str) -> str | None:
        """The name of an enumerated value, as ``"Buy"`` of Side ``"1"``; None where it has none."""

    @abstractmethod
    def decode(self, data: Data, validate: bool = False) -> Message:
        """The message in ``data``: see :func:`decode`."""

    @abstractmethod
    def encode(self, msg_type: str, fields: Mapping[Any, Any] | Iterable[tuple[Tag, Any]]) -> bytes:
        """A message: see :func:`encode`."""

    @abstractmethod
    def validate(
        self,
        message: Message,
        *,
        fields_order: bool = True,
        values: bool = True,
        user_defined: bool = True,
        required: bool = True,
    ) -> None:
        """Check a message against the definition of its type; the first error is raised.

        Parameters
        ----------
        message
            A decoded message, of whichever kernel set.
        fields_order
            Fields of the header come first, those of the trailer last.
        values
            No value is empty, of another type, or beside the enumerated ones.
        user_defined
            Tags from 5000 on must be defined, too.
        required
            The required fields are there.

        Raises
        ------
        RejectedMessage
            With SessionRejectReason 0, 1, 2, 4, 5, 6 or 11; or with none for a field that appears
            twice or out of order, or a group with another number of entries than its count says.
        """


@functools.cache
def _fix42_text() -> str:
    return files("hft_py.fix").joinpath("FIX42.txt").read_text(encoding="utf-8")


@functools.lru_cache(maxsize=32)
def _of_text(text: str | None, backend: str) -> Dictionary:
    """The dictionary of a text, None for FIX 4.2; kept, as messages are pickled with theirs."""
    module = compiled() if backend == "rust" else import_module("hft_py.fix.baseline")
    found: Dictionary = module.Dictionary.parse(_fix42_text() if text is None else text)
    return found


@functools.cache
def compiled() -> Any:
    """The compiled kernel set, its classes known as those of this package."""
    module: Any = extension().fix
    Message.register(module.Message)
    Dictionary.register(module.Dictionary)
    return module


def pickled(text: str) -> tuple[Any, ...]:
    """How a dictionary is pickled: by its text, which for FIX 4.2 is here already."""
    return _restored, (None if text == _fix42_text() else text,)


def _restored(text: str | None) -> Dictionary:
    return _of_text(text, active_backend())
