"""The history: every study's figures over commits, in asv's format.

``qpp history record`` measures HEAD, ``publish`` and ``serve`` show asv's own site,
``--html`` draws everything as one offline page, ``compare`` puts two commits side by
side. The benchmarks asv discovers are generated from the studies
(:mod:`qpp.history.suite`).
"""

from qpp.history.errors import HistoryError

__all__ = ["HistoryError"]
