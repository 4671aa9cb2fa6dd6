"""Entropies and (conditional) mutual information: count, then add up."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy.typing as npt

from hft_py.information_theory.baseline.terms import Terms

Codes = npt.NDArray[Any]
Counts = Counter[Any]
_SHRINKAGE_UNIT = 2.0**-52


def information(
    x: Codes, nx: int, y: Codes | None, ny: int, z: Codes | None, nz: int, estimator: str
) -> tuple[float, float, float]:
    """``I(X; Y | Z)``, not clipped, ``H(X | Z)`` and ``H(Y | Z)`` in bits.

    Parameters
    ----------
    x, y, z
        Whole numbers below ``nx``, ``ny`` and ``nz``; None is a constant.
    """
    return of_margins(margins(x, y, z), (nx, ny, nz), estimator, len(x))


def margins(x: Codes, y: Codes | None, z: Codes | None) -> tuple[Counts, Counts, Counts, Counts]:
    """How often each (x, y, z), (x, z), (y, z) and z occurs."""
    joint = Counter(zip(x.tolist(), _listed(y, len(x)), _listed(z, len(x)), strict=True))
    of_xz: Counts = Counter()
    of_yz: Counts = Counter()
    of_z: Counts = Counter()
    for (a, b, c), count in joint.items():
        of_xz[a, c] += count
        of_yz[b, c] += count
        of_z[c] += count
    return joint, of_xz, of_yz, of_z


def _listed(codes: Codes | None, n: int) -> list[int]:
    return [0] * n if codes is None else codes.tolist()


def of_margins(
    counts: tuple[Counts, Counts, Counts, Counts],
    sizes: tuple[int, int, int],
    estimator: str,
    n: int,
) -> tuple[float, float, float]:
    """What the counts of :func:`margins` say, in bits."""
    if estimator == "shrinkage":
        xyz, xz, yz, z = _shrunk(counts, sizes, n)
        unit = _SHRINKAGE_UNIT
    else:
        terms = Terms(estimator, n)
        xyz, xz, yz, z = (terms.sum(margin.values()) for margin in counts)
        unit = terms.unit
    return (xyz + z - xz - yz) * unit, (z - xz) * unit, (z - yz) * unit


def _shrunk(
    counts: tuple[Counts, Counts, Counts, Counts], sizes: tuple[int, int, int], n: int
) -> list[int]:
    """Sums of p log2 p over the margins of the joint table, shrunk towards equal cells."""
    nx, ny, nz = map(float, sizes)
    cells = nx * ny * nz
    purity = sum(c * c for c in counts[0].values()) / (n * n)
    distance = purity - 1.0 / cells
    weight = 1.0
    if n > 1 and distance > 0.0:
        weight = min((1.0 - purity) / ((n - 1) * distance), 1.0)
    sums = []
    for margin, size in zip(counts, (cells, nx * nz, ny * nz, nz), strict=True):
        floor = weight / size
        total = _units(floor, size - len(margin))
        total += sum(_units(floor + (1.0 - weight) / n * c, 1.0) for c in margin.values())
        sums.append(total)
    return sums


def _units(p: float, cells: float) -> int:
    return round(cells * (p * math.log2(p)) / _SHRINKAGE_UNIT) if p > 0.0 else 0
