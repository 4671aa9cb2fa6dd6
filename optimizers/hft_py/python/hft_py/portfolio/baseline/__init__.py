"""The readable kernels in NumPy, one algorithm per file; Rust has the same in ``src/portfolio``."""

__all__: list[str] = []
