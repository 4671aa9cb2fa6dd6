"""From numbers and categories to codes: whole numbers from 0, with how many there can be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.backend import KernelSet
from hft_py.information_theory._validation import Column, Floats, Variable, refuse_missing

BINNINGS = ("auto", "equal_width", "equal_frequency", "freedman_diaconis", "discrete")
MAX_BINS = 2**20


class Codes(NamedTuple):
    """Codes ``(n,)``, uint8 or uint32, all below ``size``."""

    codes: npt.NDArray[Any]
    size: int


@dataclass(frozen=True)
class Binner:
    """How columns become codes: ``n_bins`` and ``binning`` as in :func:`compute_entropy`."""

    binning: str
    n_bins: int | Floats
    kernels: KernelSet

    def column(self, variable: Variable, index: int = 0) -> Codes:
        """The codes of a column."""
        values, label = variable.columns[index], variable.column_label(index)
        if self.is_discrete(values):
            return _categories(label, values, self.kernels)
        numbers = self.numbers(label, values)
        low, high = self.kernels.extremes(numbers[:, None])
        edges = self.edges(label, numbers, float(low[0]), float(high[0]))
        return Codes(self.kernels.bin_codes(numbers, edges), len(edges) + 1)

    def variable(self, variable: Variable) -> Codes:
        """The codes of all columns together: one for each combination that can occur."""
        return joint([self.column(variable, index) for index in range(len(variable.columns))])

    def is_discrete(self, values: Column) -> bool:
        """Whether a column is taken as it is."""
        if isinstance(self.n_bins, np.ndarray):
            return False
        return self.binning == "discrete" or (self.binning == "auto" and values.dtype.kind != "f")

    def numbers(self, label: str, values: Column) -> Floats:
        """A column as numbers in one piece."""
        if values.dtype.kind in "US":
            raise TypeError(f'{label} holds strings, expected numbers, or binning="discrete"')
        return np.ascontiguousarray(values, dtype=np.float64)

    def edges(self, label: str, values: Floats, low: float, high: float) -> Floats:
        """The inner edges of a column with these extremes: a value at an edge is in the bin above.

        A constant has one bin and no inner edge.
        """
        if math.isnan(low):
            refuse_missing(label, values)
        if isinstance(self.n_bins, np.ndarray):
            outer = self.n_bins
            if low < outer[0] or high > outer[-1]:
                raise ValueError(
                    f"{label} ranges from {low} to {high}, outside the edges n_bins from "
                    f"{outer[0]} to {outer[-1]}: begin with -inf and end with inf"
                )
            return np.ascontiguousarray(outer[1:-1])
        if not math.isfinite(high - low):
            raise ValueError(f"{label} ranges from {low} to {high}: divide it by a large number")
        if low == high:
            return np.empty(0)
        if self.binning == "equal_frequency":
            shares = np.arange(1, self.n_bins) / self.n_bins
            edges = np.unique(np.quantile(values, shares))
            above: Floats = edges[edges > low]
            return above
        bins = self.n_bins
        if self.binning == "freedman_diaconis":
            bins = _freedman_diaconis(values, high - low)
        # As numpy.histogram makes them.
        inner: Floats = np.linspace(low, high, bins + 1)[1:-1]
        return inner


def _freedman_diaconis(values: Floats, spread: float) -> int:
    """How many bins of width 2 IQR / n^(1/3) there are; one where the quartiles are equal."""
    first, third = np.quantile(values, [0.25, 0.75])
    width = 2.0 * float(third - first) / math.cbrt(len(values))
    if not width > 0.0:
        return 1
    # More bins than values hold nothing more.
    bins = math.ceil(min(spread / width, 1e9))
    return max(1, min(bins, len(values), MAX_BINS))


def binner(binning: Any, n_bins: Any, kernels: KernelSet) -> Binner:
    """The arguments ``binning`` and ``n_bins``, checked."""
    checks.choice("binning", binning, BINNINGS)
    if np.ndim(n_bins) == 0:
        return Binner(
            binning, checks.whole_number("n_bins", n_bins, least=1, most=MAX_BINS), kernels
        )
    edges = checks.array("n_bins", n_bins, least=2)
    if not (np.diff(edges) > 0).all():
        raise ValueError(f"n_bins={checks.short(edges.tolist())}, expected increasing edges")
    if binning == "discrete":
        raise ValueError('n_bins has edges, but binning="discrete" takes values as they are')
    return Binner(binning, edges, kernels)


def _categories(label: str, values: Column, kernels: KernelSet) -> Codes:
    """One code for each value that occurs, in their order."""
    if values.dtype.kind == "f":
        refuse_missing(label, values)
    elif values.dtype.kind in "iub":
        # Whole numbers that lie close together need no sorting: bins of width 1.
        numbers = np.ascontiguousarray(values, dtype=np.float64)
        low, high = (float(side[0]) for side in kernels.extremes(numbers[:, None]))
        if high - low < 2**16 and max(high, -low) < 2**52:
            return _occurring(kernels.bin_codes(numbers, np.arange(low, high) + 0.5))
    known, codes = np.unique(values, return_inverse=True)
    return Codes(codes.astype(kind(len(known))), len(known))


def _occurring(codes: npt.NDArray[Any]) -> Codes:
    """The same codes without those that do not occur."""
    span = int(codes.max()) + 1
    if codes.dtype == np.uint8:
        # A search in bytes ends where it finds one, mostly at once.
        data = codes.tobytes()
        occurs = np.array([bytes((code,)) in data for code in range(span)])
    else:
        occurs = np.zeros(span, dtype=bool)
        occurs[codes] = True
    size = int(occurs.sum())
    if size == span:
        return Codes(codes, size)
    return Codes((np.cumsum(occurs) - 1).astype(kind(size))[codes], size)


def kind(size: int) -> type[np.uint8] | type[np.uint32]:
    """The dtype of codes below ``size``."""
    return np.uint8 if size <= 256 else np.uint32


def joint(variables: Sequence[Codes]) -> Codes:
    """One code for each combination; only for those that occur, where too many can."""
    codes: Any = variables[0].codes
    size = variables[0].size
    for other in variables[1:]:
        size *= other.size
        if size > 2**32:
            both = np.stack([codes, other.codes], axis=1)
            known, codes = np.unique(both, axis=0, return_inverse=True)
            codes, size = codes.reshape(-1).astype(kind(len(known))), len(known)
        else:
            dtype = kind(size)
            # A factor that does not fit is that of a constant, whose codes are 0.
            factor = np.array(min(other.size, np.iinfo(dtype).max), dtype=dtype)
            codes = codes.astype(dtype) * factor + other.codes.astype(dtype)
    return Codes(codes, size)


def alike(*variables: Codes | None) -> list[Any]:
    """Arguments of a kernel, ``codes, size`` of each: all codes of one dtype, None a constant."""
    known = [v for v in variables if v is not None]
    dtype = kind(max(v.size for v in known))
    found: list[Any] = []
    for one in variables:
        if one is None:
            found += [None, 1]
        else:
            found += [np.ascontiguousarray(one.codes, dtype=dtype), one.size]
    return found


def counts(variables: Sequence[Codes]) -> npt.NDArray[np.int64]:
    """How often the values of each observation occur together in these variables, ``(n,)``."""
    codes, size = joint(variables)
    if size > max(2**16, 4 * len(codes)):
        codes = np.unique(codes, return_inverse=True)[1]
    found: npt.NDArray[np.int64] = np.bincount(codes)[codes]
    return found
