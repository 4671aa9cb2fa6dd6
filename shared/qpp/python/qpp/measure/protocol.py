"""Messages between the harness and a worker: length-prefixed pickles over two pipes."""

import pickle
import struct
from typing import IO, Any

_HEADER = struct.Struct("<Q")
_LONGEST = 1 << 30  # outputs are sent as files: nothing longer is a message


def send(stream: IO[bytes], message: Any) -> None:
    """Write one message and flush it."""
    payload = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(_HEADER.pack(len(payload)) + payload)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read one message; ``EOFError`` when the other side has gone.

    Any other exception means that the bytes are no message.
    """
    (length,) = _HEADER.unpack(_exactly(stream, _HEADER.size))
    if length > _LONGEST:
        raise ValueError(f"a message of {length} bytes")
    return pickle.loads(_exactly(stream, length))


def _exactly(stream: IO[bytes], count: int) -> bytes:
    parts = []
    while count:
        part = stream.read(count)
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
