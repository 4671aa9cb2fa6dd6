"""The allocators that are built in, compiled; :mod:`allocation_o2.python` has them in NumPy."""

from __future__ import annotations

from allocation_o2 import _rust
from allocation_o2.allocator import Allocator
from allocation_o2.creation import create_allocator_class

_LOOKBACK = "lookback_period=3"


def _made(name: str, weights: str, parameters: str = _LOOKBACK) -> type[Allocator]:
    """The class, with an example in its docstring."""
    made = create_allocator_class(_rust.builtin(name))
    made.__doc__ = f"""{made.__doc__}

Examples
--------
>>> prices = [[100.0, 101.0, 100.0, 102.0], [50.0, 51.0, 51.5, 50.5]]
>>> {name}({parameters}).predict(prices).round(4).tolist()
{weights}
"""
    return made


EqualWeight = _made("EqualWeight", "[0.5, 0.5]", "")
RandomWeights = _made("RandomWeights", "[0.6907, 0.3093]", "seed=1")
InverseVolatility = _made("InverseVolatility", "[0.5734, 0.4266]")
Momentum = _made("Momentum", "[0.6667, 0.3333]")
MinimumVariance = _made("MinimumVariance", "[0.593, 0.407]")
MaximumSharpe = _made("MaximumSharpe", "[0.6319, 0.3681]")
RiskParity = _made("RiskParity", "[0.5734, 0.4266]")
HierarchicalRiskParity = _made("HierarchicalRiskParity", "[0.6437, 0.3563]")
MeanVariance = _made("MeanVariance", "[1.0, 0.0]")
