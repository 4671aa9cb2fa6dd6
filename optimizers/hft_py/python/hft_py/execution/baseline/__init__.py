"""The readable kernels in Python, one algorithm per file; Rust has the same in ``src/execution``.

Schedules: each style is a file that says how much each slice should have; ``schedules`` cuts the
window into slices of trading time and ``rounding`` makes whole lots.
"""

from hft_py.execution.baseline.fills import fill_sums
from hft_py.execution.baseline.resampling import resampled_ratios
from hft_py.execution.baseline.resting import rest_orders
from hft_py.execution.baseline.schedules import plan_children
from hft_py.execution.baseline.texts import match_texts, other_side, repeated_text

__all__ = [
    "fill_sums",
    "match_texts",
    "other_side",
    "plan_children",
    "repeated_text",
    "resampled_ratios",
    "rest_orders",
]
