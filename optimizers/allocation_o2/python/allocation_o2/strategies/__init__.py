"""The built-in strategies in NumPy: the rules that Rust has too, to read and to check by."""

from allocation_o2.strategies.equal_weight import EqualWeight
from allocation_o2.strategies.hierarchical_risk_parity import HierarchicalRiskParity
from allocation_o2.strategies.inverse_volatility import InverseVolatility
from allocation_o2.strategies.maximum_sharpe import MaximumSharpe
from allocation_o2.strategies.mean_variance import MeanVariance
from allocation_o2.strategies.minimum_variance import MinimumVariance
from allocation_o2.strategies.momentum import Momentum
from allocation_o2.strategies.random_weights import RandomWeights
from allocation_o2.strategies.risk_parity import RiskParity

__all__ = [
    "EqualWeight",
    "HierarchicalRiskParity",
    "InverseVolatility",
    "MaximumSharpe",
    "MeanVariance",
    "MinimumVariance",
    "Momentum",
    "RandomWeights",
    "RiskParity",
]
