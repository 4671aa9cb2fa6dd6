"""The readable kernels in plain Python: the reference of the compiled ones, same signatures."""

from hft_py.information_theory.baseline.binning import bin_codes, extremes
from hft_py.information_theory.baseline.information import information
from hft_py.information_theory.baseline.ksg import ksg_information
from hft_py.information_theory.baseline.mic import equicharacteristic_matrix
from hft_py.information_theory.baseline.permutation import permuted
from hft_py.information_theory.baseline.rolling import rolling
from hft_py.information_theory.baseline.selection import relevance

__all__ = [
    "bin_codes",
    "equicharacteristic_matrix",
    "extremes",
    "information",
    "ksg_information",
    "permuted",
    "relevance",
    "rolling",
]
