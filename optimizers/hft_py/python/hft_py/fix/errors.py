"""What is wrong with a message: its bytes, or what they say."""

from __future__ import annotations


class GarbledMessage(ValueError):  # noqa: N818  # the name in FIX
    """Bytes that are not one message: a session ignores them and counts them.

    The message of the error says what is wrong and where.
    """


class RejectedMessage(ValueError):  # noqa: N818  # the name in FIX
    """A message that is well formed and breaks a rule of the dictionary.

    A session answers it with a Reject (35=3) of these values.

    Parameters
    ----------
    text
        What is wrong, in the words of the FIX specification: Text (58) of the Reject.
    reason
        SessionRejectReason (373); None for the cases to which FIX 4.2 gives no number: a tag that
        appears twice, a header field in the body, a wrong count of a repeating group.
    tag
        RefTagID (371), the field that is wrong; None where it is no one field.

    Examples
    --------
    >>> str(RejectedMessage("Required tag missing", 1, 55))
    'Required tag missing (tag 55, reason 1)'
    """

    def __init__(self, text: str, reason: int | None = None, tag: int | None = None) -> None:
        super().__init__(text, reason, tag)
        self.text = text
        self.reason = reason
        self.tag = tag

    def __str__(self) -> str:
        named = (("tag", self.tag), ("reason", self.reason))
        told = ", ".join(f"{name} {value}" for name, value in named if value is not None)
        return f"{self.text} ({told})" if told else self.text


class NotSentError(RuntimeError):
    """A message was not sent, and its number was not used; the message of the error says why.

    The session is not logged on and does not store messages for later, or it is closed at this
    time, or all its numbers are used.
    """


class DictionaryError(ValueError):
    """A dictionary that cannot be read; the message names the line and says what was expected."""
