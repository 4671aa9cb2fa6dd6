"""The readable kernels in NumPy, one algorithm per file; Rust has the same in ``src/portfolio``."""

from hft_py.portfolio.baseline.minimum_variance import minimum_variance
from hft_py.portfolio.baseline.moments import moments
from hft_py.portfolio.baseline.nsga import nsga2
from hft_py.portfolio.baseline.risk_parity import bounded_risk_parity, risk_parity

__all__ = ["bounded_risk_parity", "minimum_variance", "moments", "nsga2", "risk_parity"]
