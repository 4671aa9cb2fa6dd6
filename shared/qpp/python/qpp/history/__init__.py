"""The history: every study's figures over commits, in asv's format.

``qpp history record`` measures HEAD, ``publish`` and ``serve`` show asv's site, ``--html``
writes one offline page, ``compare`` compares two commits. The benchmarks that asv discovers are
generated from the studies (:mod:`qpp.history.suite`).
"""

__all__ = ["HistoryError"]


class HistoryError(RuntimeError):
    """The history cannot be recorded, read or shown; the message names the cause and the remedy."""
