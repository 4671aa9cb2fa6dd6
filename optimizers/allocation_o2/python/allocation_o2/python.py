"""The allocators that are built in, in Python: slower, to read and to check the compiled ones by.

>>> from allocation_o2 import python
>>> python.Momentum(lookback_period=2).predict([[1.0, 1.0, 1.1], [1.0, 2.0, 1.3]]).round(6)
array([0.25, 0.75])
"""

from __future__ import annotations

from typing import Any

from allocation_o2 import _rust, strategies
from allocation_o2._parameters import native_parameters
from allocation_o2.allocator import Allocator
from allocation_o2.creation import create_allocator_class

__all__ = [*strategies.__all__]


def _made(strategy: Any) -> type[Allocator]:
    """With the ranges and descriptions that the compiled strategy declares."""
    rows = _rust.builtin(strategy.__name__).parameters
    made = create_allocator_class(strategy, native_parameters(rows))
    made.__module__ = __name__
    return made


EqualWeight = _made(strategies.EqualWeight)
RandomWeights = _made(strategies.RandomWeights)
InverseVolatility = _made(strategies.InverseVolatility)
Momentum = _made(strategies.Momentum)
MinimumVariance = _made(strategies.MinimumVariance)
MaximumSharpe = _made(strategies.MaximumSharpe)
RiskParity = _made(strategies.RiskParity)
HierarchicalRiskParity = _made(strategies.HierarchicalRiskParity)
MeanVariance = _made(strategies.MeanVariance)
