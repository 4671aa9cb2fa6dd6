"""Files that are replaced whole or not at all."""

import os
import tempfile
from pathlib import Path

MAX_NAME = 200  # bytes of a file name: systems allow 255, a temporary one beside it is longer


class ResultError(ValueError):
    """A result file cannot be read or written; the message says which and why."""


def destination(path: str | Path) -> Path:
    """The file that writing to ``path`` replaces: links are followed, devices and pipes refused.

    Raises
    ------
    ResultError
        Something stands there that is not a regular file.
    """
    target = Path(os.path.realpath(path))
    if len(os.fsencode(target.name)) > MAX_NAME:
        raise ResultError(f"cannot write {path}: its name is longer than {MAX_NAME} bytes")
    if os.path.lexists(target) and not target.is_file():
        raise ResultError(f"cannot write {path}: it is not a regular file")
    return target


def write_atomically(path: str | Path, text: str) -> None:
    """Write beside the target and rename: on a full disk the old file is kept.

    What UTF-8 cannot encode (lone surrogates) becomes a question mark.
    """
    target = destination(path)
    temporary: str | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except BaseException as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        kept = " (the file that was there is unchanged)" if target.exists() else ""
        raise ResultError(f"cannot write {path}: {error.strerror or error}{kept}") from error
