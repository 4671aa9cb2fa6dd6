"""The harness of the Quant Performance Portfolio.

Declare a :class:`Study` once; ``qpp reproduce`` checks that its implementations agree,
measures them interleaved in one run and judges every claim. The tests, the history and
the reports read the same declaration.
"""

from qpp.claim import BEST_PEER, Claim, StudyError
from qpp.results import Run, StudyResult
from qpp.study import Agreement, Implementation, Limit, Scaling, Study, Workload

__all__ = [
    "BEST_PEER",
    "Agreement",
    "Claim",
    "Implementation",
    "Limit",
    "Run",
    "Scaling",
    "Study",
    "StudyError",
    "StudyResult",
    "Workload",
]
__version__ = "0.1.0"
