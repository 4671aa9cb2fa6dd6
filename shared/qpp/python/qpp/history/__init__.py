"""The history: what `qpp reproduce` measured at each commit, in asv's format.

Nothing is timed here. ``qpp history record`` and ``backfill`` store result files of the harness
as points of asv's store (:mod:`qpp.history.points`, :mod:`qpp.history.store`); ``check`` looks
for regressions (:mod:`qpp.history.changes`); the page, the terminal and asv's own site show them.
"""

__all__ = ["HistoryError"]


class HistoryError(RuntimeError):
    """The history cannot be recorded, read or shown; the message names the cause and the remedy."""
