"""One message to bytes and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hft_py.backend import _context
from hft_py.fix.dictionary import Dictionary
from hft_py.fix.message import Data, Message, Tag

# The dictionary for each backend that use_backend may have chosen: to look one up costs a tenth of
# asking for the backend, which reads the environment.
_defaults: dict[str | None, Dictionary] = {}


def _default() -> Dictionary:
    chosen = _context.get()
    found = _defaults.get(chosen)
    if found is None:
        found = _defaults[chosen] = Dictionary.fix42()
    return found


def decode(data: Data, dictionary: Dictionary | None = None, *, validate: bool = False) -> Message:
    r"""One message from its bytes.

    Parameters
    ----------
    data
        Exactly one message, from ``8=`` to the SOH after the checksum. ``bytes`` are not copied, a
        bytearray or a memoryview is.
        BodyLength and CheckSum are checked. A data field may hold SOH where its length field
        stands right before it.
    dictionary
        Default: FIX 4.2. Its kernel set decodes. The default one is chosen by
        :func:`hft_py.use_backend`, or by the environment at the first call.
    validate
        Check the message by :meth:`Dictionary.validate` as well. Default: no, as a reader of logs
        wants what is there.

    Raises
    ------
    GarbledMessage
        The bytes are not one message.
    RejectedMessage
        With ``validate``: the message breaks a rule of the dictionary.

    Examples
    --------
    >>> heartbeat = b"8=FIX.4.2|9=10|35=0|34=7|10=169|".replace(b"|", b"\x01")
    >>> message = decode(heartbeat)
    >>> message.name, message.int("MsgSeqNum")
    ('Heartbeat', 7)
    """
    return (dictionary or _default()).decode(data, validate)


def encode(
    msg_type: str,
    fields: Mapping[Any, Any] | Iterable[tuple[Tag, Any]],
    dictionary: Dictionary | None = None,
) -> bytes:
    r"""The bytes of a message.

    Parameters
    ----------
    msg_type
        MsgType (35), ``"D"``, or the name, ``"NewOrderSingle"``.
    fields
        Values by tag or name, or pairs of them, in the order in which they are written. 8, 9, 35
        and 10 are written by this function; the other fields of the header come from the caller,
        or from the session that sends.

        A value is text, bytes, a bool (``Y`` or ``N``), an integer, a float (its shortest
        decimals, without exponent), a Decimal (all its digits) or an aware datetime (in UTC, cut
        to milliseconds). A list is a repeating group: its count is written, then the fields of
        each entry. The length field of a data field is not written by itself.
    dictionary
        Default: FIX 4.2.

    Raises
    ------
    KeyError
        The dictionary has no such message or field.
    TypeError, ValueError
        A value that FIX cannot carry: None, empty, not finite, a datetime without a zone, SOH
        in a field that is not data.

    Examples
    --------
    >>> data = encode("NewOrderSingle", {"ClOrdID": "7", 55: "AAPL", "Side": 1, "Price": 175.25})
    >>> data.replace(b"\x01", b"|")
    b'8=FIX.4.2|9=33|35=D|11=7|55=AAPL|54=1|44=175.25|10=051|'
    """
    return (dictionary or _default()).encode(msg_type, fields)
