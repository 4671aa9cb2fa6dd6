"""Partial information decomposition: what two sources tell of a target, each and together.

``I(T; X, Y)`` is split into what both sources tell (redundant), what only one of them tells
(unique), and what only the two together tell (synergistic). Any one of the four determines the
others, and there is no agreement on how to define it: choose by ``measure``.

* ``"broja"`` (default): unique information is the least ``I(T; X | Y)`` of all distributions in
  which each source alone has the same relation to the target. Bertschinger, Rauh, Olbrich, Jost,
  Ay, Entropy 16 (2014).
* ``"i_min"``: redundant information is the mean, over the target's values, of the smaller specific
  information of the two sources. It counts amounts: two sources that tell different bits of the
  target count as redundant. Williams, Beer, arXiv 1004.2515 (2010).

The least is found by Newton's method with a logarithmic barrier, which bounds its own error. The
time grows with the ninth power of the number of bins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve
from scipy.special import rel_entr, xlogy

from hft_py import checks, results
from hft_py.information_theory._inputs import setting
from hft_py.information_theory._validation import variables

Floats = npt.NDArray[np.float64]

__all__ = ["InformationDecomposition", "compute_information_decomposition"]

MEASURES = ("broja", "i_min")
# So far from the least, in nats, the search ends; at 1e-8 where cells are nearly empty.
_GAP = 1e-11
_NEAR = 1e-10


@dataclass(frozen=True, eq=False, repr=False)
class InformationDecomposition(results.Result):
    """What two sources tell of a target, in units of ``base``; none is negative.

    Attributes
    ----------
    redundant
        What either source tells.
    unique_x, unique_y
        What only that source tells.
    synergistic
        What only both together tell.
    measure, names, base
        How it is defined; the two sources and the target; the unit.

    Examples
    --------
    >>> found = compute_information_decomposition([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 0, 1])
    >>> found
    InformationDecomposition(redundant=0.311278, unique_x=0, unique_y=0, synergistic=0.5, \
measure='broja', names=('x', 'y', 'target'), base=2)
    >>> round(found["total"], 6)
    0.811278
    """

    redundant: float
    unique_x: float
    unique_y: float
    synergistic: float
    measure: str
    names: tuple[str, ...]
    base: float

    @property
    def total(self) -> float:
        """``I(T; X, Y)``, the sum of the four."""
        return self.redundant + self.unique_x + self.unique_y + self.synergistic


def compute_information_decomposition(
    x: Any,
    y: Any,
    target: Any,
    n_bins: Any = 10,
    *,
    measure: str = "broja",
    binning: str = "auto",
    base: float = 2.0,
    backend: str | None = None,
) -> InformationDecomposition:
    """What ``x`` and ``y`` tell of ``target``: redundant, unique and synergistic information.

    Parameters
    ----------
    x, y, target
        Of ``n`` rows each: ``(n,)``, or ``(n, d)`` for several columns together.
    n_bins, binning, base, backend
        As for :func:`compute_entropy`. Probabilities are relative frequencies, so with many cells
        and few rows all four are biased upwards, synergy most: compare with shuffled targets.
    measure
        ``"broja"`` or ``"i_min"``: see the module.

    Errors are those of :func:`compute_entropy`.

    Examples
    --------
    Whether two coins agree is known from both together and from neither alone; where the target is
    the pair of coins, each tells a bit of its own:

    >>> x, y = [0, 0, 1, 1], [0, 1, 0, 1]
    >>> compute_information_decomposition(x, y, [0, 1, 1, 0]).synergistic
    1.0
    >>> pair = compute_information_decomposition(x, y, [0, 1, 2, 3])
    >>> round(pair.unique_x, 6), round(pair.unique_y, 6), round(pair.redundant, 6)
    (1.0, 1.0, 0.0)
    >>> compute_information_decomposition(x, y, [0, 1, 2, 3], measure="i_min").redundant
    1.0
    """
    checks.choice("measure", measure, MEASURES)
    chosen = setting(n_bins, binning, "plugin", base, backend)
    given = variables(x=x, y=y, target=target)
    codes = (chosen.binner.variable(one).codes for one in given)
    parts = decompose(_table(*codes), measure) / np.log(2) * chosen.scale
    redundant, unique_x, unique_y, synergistic = (float(part) for part in parts)
    names = tuple("+".join(one.names) for one in given)
    return InformationDecomposition(
        redundant, unique_x, unique_y, synergistic, measure, names, chosen.base
    )


def decompose(table: Floats, measure: str) -> Floats:
    """Redundant, unique and synergistic information in nats of ``p(t, x, y)``."""
    of_x, of_y = table.sum(axis=2), table.sum(axis=1)
    tells_x, tells_y = _information(of_x), _information(of_y)
    together = _information(table.reshape(len(table), -1))
    if measure == "i_min":
        redundant = float(np.minimum(_specific(of_x), _specific(of_y)).sum())
    else:
        redundant = tells_x + tells_y - _least_information(of_x, of_y)
    # Bounds that hold in theory; what is as near to one as a search ends is at it.
    least, most = max(0.0, tells_x + tells_y - together), min(tells_x, tells_y)
    if redundant > most - _NEAR:
        redundant = most
    elif redundant < least + _NEAR:
        redundant = least
    synergistic = together - tells_x - tells_y + redundant
    parts = np.array([redundant, tells_x - redundant, tells_y - redundant, synergistic])
    found: Floats = np.maximum(parts, 0.0)  # rounding leaves some below
    return found


def _table(x: Any, y: Any, target: Any) -> Floats:
    """Relative frequencies ``(t, x, y)`` of the codes that occur."""
    seen = [np.unique(codes, return_inverse=True) for codes in (target, x, y)]
    shape = tuple(len(values) for values, _ in seen)
    cells = np.ravel_multi_index(tuple(codes for _, codes in seen), shape)
    counts = np.bincount(cells, minlength=int(np.prod(shape)))
    return counts.reshape(shape) / len(cells)


def _information(table: Floats) -> float:
    """Mutual information of rows and columns, in nats."""
    product = table.sum(axis=1, keepdims=True) * table.sum(axis=0)
    return float(rel_entr(table, product).sum())


def _specific(table: Floats) -> Floats:
    """What the columns tell of each row, times its probability: ``(t,)``, in nats."""
    product = table.sum(axis=1, keepdims=True) * table.sum(axis=0)
    found: Floats = rel_entr(table, product).sum(axis=1)
    return found


def _least_information(of_x: Floats, of_y: Floats) -> float:
    """The least ``I(T; X, Y)`` of all distributions with these ``p(t, x)`` and ``p(t, y)``.

    It is ``H(T)`` less the largest ``H(T | X, Y)``, a concave function of the cells.
    """
    targets = of_x.sum(axis=1)
    allowed = (of_x[:, :, None] > 0) & (of_y[:, None, :] > 0)
    t, x, y = np.nonzero(allowed)
    cells = of_x[t, x] * of_y[t, y] / targets[t]
    pair = np.unique(x * of_y.shape[1] + y, return_inverse=True)[1]
    moves = _moves(of_x, of_y, allowed)
    weight = 1.0 / len(cells)
    while moves.shape[1] and weight * len(cells) > _GAP:
        weight /= 100.0
        try:
            cells = _centre(cells, pair, moves, weight)
        except np.linalg.LinAlgError:
            break  # Rounding hides the curvature: the last cells are within 1e-8.
    return float(-xlogy(targets, targets).sum() - _entropy(cells, pair))


def _moves(of_x: Floats, of_y: Floats, allowed: npt.NDArray[np.bool_]) -> Any:
    """Columns that change cells and no sum over ``x`` or ``y``: two go up and two down.

    One of the four is where both sums are largest: its cell is not the smallest of any move, so
    that moves are far from dependent however small other cells are.
    """
    number = np.cumsum(allowed).reshape(allowed.shape) - 1
    moves: list[list[int]] = []
    for cells, sums_x, sums_y in zip(number, of_x, of_y, strict=True):
        x, *others_x = np.argsort(-sums_x)[: np.count_nonzero(sums_x)]
        y, *others_y = np.argsort(-sums_y)[: np.count_nonzero(sums_y)]
        for a in others_x:
            moves += [[cells[x, y], cells[a, b], cells[x, b], cells[a, y]] for b in others_y]
    signs = np.tile([1.0, 1.0, -1.0, -1.0], len(moves))
    at = (np.array(moves, dtype=int).ravel(), np.repeat(np.arange(len(moves)), 4))
    return sparse.csr_array((signs, at), shape=(int(allowed.sum()), len(moves)))


def _entropy(q: Floats, pair: Any) -> float:
    """``H(T | X, Y)`` of the cells."""
    return float(xlogy(q, np.bincount(pair, q)[pair]).sum() - xlogy(q, q).sum())


def _centre(q: Floats, pair: Any, moves: Any, weight: float) -> Floats:
    """The cells where ``H(T | X, Y) + weight * sum(ln q)`` is largest, by Newton's method."""

    def value(cells: Floats) -> float:
        return _entropy(cells, pair) + weight * float(np.log(cells).sum())

    in_pair = sparse.csr_array((np.ones(len(q)), (np.arange(len(q)), pair)))
    for _ in range(100):
        sums = np.bincount(pair, q)
        gradient = moves.T @ (np.log(sums[pair] / q) + weight / q)
        # Minus the Hessian of the cells: diagonal, less 1 / sum between the cells of a pair.
        of_pairs = moves.T @ in_pair
        curvature = (moves.T * (1.0 / q + weight / q**2)) @ moves - (of_pairs / sums) @ of_pairs.T
        step = cho_solve(cho_factor(curvature.toarray()), gradient)
        rise = float(gradient @ step)
        if rise < 0.5 * weight:
            break
        change = moves @ step
        falling = change < 0
        size = min(1.0, 0.99 * float((-q[falling] / change[falling]).min(initial=np.inf)))
        now = value(q)
        while value(q + size * change) < now + 0.1 * size * rise and size > 1e-10:
            size /= 2.0
        q = q + size * change
    return q
