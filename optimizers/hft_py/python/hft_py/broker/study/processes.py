"""Processes that run ``children.py``: started, asked for their memory, stopped."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_SCRIPT = Path(__file__).with_name("children.py")
_ENDS_WITHIN = 20.0  # seconds; then the child is killed


class Child:
    """One of its roles in a process of its own; ``ready`` is what it printed first.

    Raises
    ------
    RuntimeError
        It ended before it was ready; its own error is on stderr.
    """

    def __init__(self, role: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(_SCRIPT), role, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        line = self._out.readline()
        if not line:
            self.close()
            raise RuntimeError(f"the {role} ended before it was ready")
        self.ready: dict[str, Any] = json.loads(line)

    def resident(self) -> int:
        """Bytes of its resident set."""
        self._in.write("\n")
        self._in.flush()
        return int(self._out.readline())

    def close(self) -> None:
        """End its input, and wait until it has ended."""
        self._in.close()
        try:
            self._process.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._out.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
