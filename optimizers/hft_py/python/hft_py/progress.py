"""Progress of a run: a bar, or a callable that may stop the run.

Functions take ``progress=``: False (default), True (a bar by tqdm where it is installed, else a
line on the standard error), or a callable that receives a :class:`Progress` at the end of every
hundredth part of the run. A callable that returns False, and not None, stops the run, which then
returns what it has with the stop reason ``"stopped_by_callback"``. Its exceptions reach the caller.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

STOPPED = "stopped_by_callback"
_PARTS = 100


@dataclass(frozen=True)
class Progress:
    """The state of a run.

    Attributes
    ----------
    done, total
        Steps: iterations, generations or restarts, as the function says.
    best
        The best objective, log-density or log-likelihood so far; NaN where nothing is sought.
    """

    done: int
    total: int
    best: float

    @property
    def fraction(self) -> float:
        """The part that is done, from 0 to 1; 1 where there is more than was known of."""
        return min(self.done / self.total, 1.0) if self.total else 1.0


class Reporter:
    """What kernels call: ``reporter(done, best)`` is False where the run is to stop.

    They call it when ``done`` passes a multiple of ``every``: at the same steps in both kernel
    sets, so a run that is stopped is stopped at the same place.
    """

    def __init__(
        self, listener: Callable[[Progress], Any], total: int, negated: bool = False
    ) -> None:
        self._listener = listener
        self._sign = -1.0 if negated else 1.0
        self.total = total
        self.every = max(1, total // _PARTS)
        self.stopped = False

    def __call__(self, done: int, best: float) -> bool:
        answer = self._listener(Progress(int(done), self.total, self._sign * float(best)))
        if answer is not None and not isinstance(answer, bool | np.bool_):
            raise TypeError(
                f"progress returned {answer!r}, expected None or True to go on, False to stop"
            )
        self.stopped = answer is not None and not answer
        return not self.stopped

    def due(self, before: int, done: int) -> bool:
        """Whether a multiple of ``every`` lies in ``(before, done]``."""
        return done // self.every != before // self.every


def _line(total: int, description: str) -> tuple[Callable[[Progress], None], Callable[[], None]]:
    def show(now: Progress) -> None:
        text = f"\r{description}: {now.done}/{total} ({now.fraction:.0%})"
        if now.best == now.best:  # a run that searches nothing reports NaN
            text += f", best {now.best:.6g}"
        print(text, end="", file=sys.stderr, flush=True)

    return show, lambda: print(file=sys.stderr)


def _bar(total: int, description: str) -> tuple[Callable[[Progress], None], Callable[[], None]]:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return _line(total, description)
    bar = tqdm(total=total, desc=description)

    def show(now: Progress) -> None:
        if now.best == now.best:  # a run that searches nothing reports NaN
            bar.set_postfix_str(f"best {now.best:.6g}", refresh=False)
        bar.update(now.done - bar.n)

    return show, bar.close


def check_progress(progress: Any) -> None:
    """Refuse what is neither a flag nor a callable, before anything is evaluated."""
    if not (progress is None or isinstance(progress, bool) or callable(progress)):
        raise TypeError(f"progress={progress!r}, expected True, False or a callable")


@contextmanager
def reporting(
    progress: Any, total: int, description: str, negated: bool = False
) -> Iterator[Reporter | None]:
    """The reporter that ``progress=`` asks for; None for none.

    Parameters
    ----------
    progress
        False, None, True or a callable.
    total
        Steps of the run.
    description
        What the bar is called.
    negated
        Whether kernels report the negative of what the user asked for.

    Raises
    ------
    TypeError
        For anything else.

    Examples
    --------
    >>> seen = []
    >>> with reporting(seen.append, 200, "fit") as reporter:
    ...     reporter.every, reporter(2, -1.5)
    (2, True)
    >>> seen
    [Progress(done=2, total=200, best=-1.5)]
    """
    check_progress(progress)
    if progress is None or progress is False:
        yield None
    elif progress is True:
        show, close = _bar(total, description)
        try:
            yield Reporter(show, total, negated)
        finally:
            close()
    else:
        yield Reporter(progress, total, negated)
