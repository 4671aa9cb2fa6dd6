"""Whether a stack stands in compiled code, from a run in which py-spy unwinds native frames."""

from __future__ import annotations

import re

from qpp.audit.attribution import is_python
from qpp.audit.stacks import Stack

OUTSIDE = ("libc.", "libc-", "ld-linux", "libm.", "libm-", "libpthread", "?")
PYTHON_C = re.compile(r"(^|/(Modules|Objects|Python|Include|Parser)/)[^/]*\.[ch]$")


def compiled(stack: Stack) -> bool:
    """Whether a stack stands in compiled code of a library.

    Python's own compiled code (its evaluation, its built-in types and modules) counts as Python;
    the system's libraries count as whoever calls them.
    """
    for frame in reversed(stack):
        name = frame.file.rpartition("/")[2]
        if is_python(frame.file) or name.startswith(("libpython", "python")):
            return False
        if not name.startswith(OUTSIDE):
            return "lib-dynload" not in frame.file and not PYTHON_C.search(frame.file)
    return False
