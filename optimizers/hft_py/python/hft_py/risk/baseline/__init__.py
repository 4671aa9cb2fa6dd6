"""The kernels in NumPy: readable, and what runs where the compiled ones are not installed.

The functions of ``hft_py._rust.risk``, with the same signatures.
"""

from hft_py.risk.baseline.cross_section import cross_section
from hft_py.risk.baseline.ewma import ewma_squares

__all__ = ["cross_section", "ewma_squares"]
