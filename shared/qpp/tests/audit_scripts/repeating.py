"""Work of a given length: a share by construction, on any machine and under any profiler."""

import time
from collections.abc import Callable


def for_seconds(seconds: float, function: Callable[..., object], *arguments: object) -> None:
    """Call a function again and again until the seconds are over."""
    stop = time.perf_counter() + seconds
    while time.perf_counter() < stop:
        function(*arguments)
