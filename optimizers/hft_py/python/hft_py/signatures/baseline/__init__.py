"""The readable kernels in NumPy: the reference that the compiled ones agree with.

They offer the same functions as ``hft_py._rust.signatures``, with the same arguments; ``threads``
is ignored.
"""

from hft_py.signatures.baseline.goursat import kernel
from hft_py.signatures.baseline.paths import join, rolling, running, signature
from hft_py.signatures.baseline.tensors import combine, logarithm

__all__ = ["combine", "join", "kernel", "logarithm", "rolling", "running", "signature"]
