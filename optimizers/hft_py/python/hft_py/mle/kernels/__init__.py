"""Kernels in NumPy, one algorithm a file; :mod:`hft_py.mle.baseline` offers them."""
