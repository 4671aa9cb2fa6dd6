"""Portfolio allocators in Python, or in Rust compiled on the spot.

>>> from allocation_o2 import Momentum
>>> Momentum(lookback_period=2).predict([[1.0, 1.0, 1.1], [1.0, 2.0, 1.3]]).round(6)
array([0.25, 0.75])
"""

from allocation_o2.allocator import Allocator
from allocation_o2.builtin import (
    EqualWeight,
    HierarchicalRiskParity,
    InverseVolatility,
    MaximumSharpe,
    MeanVariance,
    MinimumVariance,
    Momentum,
    RandomWeights,
    RiskParity,
)
from allocation_o2.comparison import compare
from allocation_o2.compiler import compile_strategy, new_strategy
from allocation_o2.creation import create_allocator_class
from allocation_o2.errors import (
    CompileError,
    LibraryError,
    RollingStoppedError,
    StrategyError,
    StrategyPanic,
)
from allocation_o2.loading import load
from allocation_o2.plotting import plot_performance, plot_weights
from allocation_o2.result import Comparison

__all__ = [
    "Allocator",
    "Comparison",
    "CompileError",
    "EqualWeight",
    "HierarchicalRiskParity",
    "InverseVolatility",
    "LibraryError",
    "MaximumSharpe",
    "MeanVariance",
    "MinimumVariance",
    "Momentum",
    "RandomWeights",
    "RiskParity",
    "RollingStoppedError",
    "StrategyError",
    "StrategyPanic",
    "compare",
    "compile_strategy",
    "create_allocator_class",
    "load",
    "new_strategy",
    "plot_performance",
    "plot_weights",
]
