"""A problem, or the part of it over some of the assets, as a cone program.

Minimise ``q'z + z'Pz / 2`` subject to ``A z + s = b`` with ``s`` in a product of cones. The
variables ``z`` are, in this order: the free weights; the portfolio's exposures ``f = L'w`` (lifting
the factors keeps ``P`` diagonal, and ``A`` at ``n k`` numbers where a covariance has ``n^2``); the
amounts bought ``max(x, 0)``, so that ``|x| = 2 buy - x`` needs one variable; the amounts short
``max(-w, 0)`` of assets that may be; and bounds on ``|x|^(3/2)`` (a power cone each).

``P`` and ``A`` depend on the assets, the risk model and on which limits there are, never on
forecasts, current weights or the value of a limit. So a solver is built once, and its ``q`` and
``b`` are replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse

from hft_py.portfolio import _problem as names
from hft_py.portfolio._problem import Problem

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

ZERO, NONNEGATIVE, SECOND_ORDER, POWER = "zero", "nonnegative", "second order", "power"
TRADE_UNIT = 0.01  # a power cone holds trades in this unit: a solver wants numbers near 1


@dataclass(frozen=True)
class Held:
    """What the assets that are not free contribute."""

    weights: Floats  # zero where free
    trades: float  # the sum of their absolute values
    exposures: Floats  # to every factor
    used: Floats  # of each range


@dataclass(frozen=True)
class Block:
    """Consecutive rows: ``names`` of the limits they hold, empty where the formulation needs them.

    ``value(problem, held)`` is their right-hand side.
    """

    key: str
    cone: str
    rows: slice
    names: tuple[str, ...]
    value: Callable[[Problem, Held], Any]


def pattern(problem: Problem) -> tuple[Any, ...]:
    """What a program's variables and rows depend on, beside its assets and the risk model."""
    ranges = problem.ranges
    return (
        ranges.names,
        (ranges.lower == ranges.upper).tobytes(),
        np.isfinite(ranges.lower).tobytes(),
        np.isfinite(ranges.upper).tobytes(),
        (problem.lower < 0).tobytes(),
        (problem.power_cost > 0).tobytes(),
        bool(problem.linear_cost.any()),
        bool(problem.borrow.any()),
        problem.trade_limit is None,
        problem.turnover is None,
        problem.gross is None,
        problem.tracking_error is None,
        problem.volatility is None,
    )


class Program:
    """The cone program over the assets ``free``; the others keep given weights.

    ``separate`` keeps weight bounds and trade limits in rows of their own, so that either can be
    relaxed.
    """

    def __init__(self, problem: Problem, free: Indices, *, separate: bool = False) -> None:
        self.free = free
        loadings = problem.loadings[free]
        self._basis: Floats | None = None
        if loadings.shape[1] > len(free):
            # Fewer assets than factors: a basis of the exposures that they can change is enough.
            self._basis, triangle = np.linalg.qr(loadings.T)
            loadings = triangle.T
        m, self.k = loadings.shape
        trading = problem.turnover is not None or bool(problem.linear_cost.any())
        shorting = problem.gross is not None or bool(problem.borrow.any())
        self.short_of = np.flatnonzero(problem.lower[free] < 0) if shorting else np.empty(0, int)
        self.power_of = np.flatnonzero(problem.power_cost[free] > 0)
        sizes = [0, m, self.k, m * trading, len(self.short_of), len(self.power_of)]
        ends = [int(end) for end in np.cumsum(sizes)]
        self.w, self.f, self.buy, self.short, self.power = (slice(*p) for p in pairwise(ends))
        self.size = ends[-1]
        self.blocks: list[Block] = []
        self.rows = 0
        self._entries: list[Any] = []
        ranges = problem.ranges
        self.equal = ranges.lower == ranges.upper
        self.capped = ~self.equal & np.isfinite(ranges.upper)
        self.floored = ~self.equal & np.isfinite(ranges.lower)
        self._zero_rows(problem, loadings)
        self._box_rows(problem, separate)
        self._range_rows("most", self.capped, problem, 1.0)
        self._range_rows("least", self.floored, problem, -1.0)
        self._absolute_rows(problem, trading)
        self._risk_rows(problem)
        self._power_rows()
        self.A = self._matrix()
        del self._entries

    def _matrix(self) -> Any:
        """The entries by column; SciPy's own conversion checks and sums what cannot be twice."""
        rows, columns, values = (np.concatenate(part) for part in zip(*self._entries, strict=True))
        order = np.lexsort((rows, columns))
        starts = np.zeros(self.size + 1, dtype=np.int64)
        np.cumsum(np.bincount(columns, minlength=self.size), out=starts[1:])
        parts = values[order], rows[order], starts
        return sparse.csc_matrix(parts, shape=(self.rows, self.size))

    def _block(
        self,
        key: str,
        cone: str,
        count: int,
        entries: list[tuple[Any, Any, Any]],
        value: Callable[[Problem, Held], Any],
        limits: tuple[str, ...] = (),
    ) -> None:
        """Append rows; an entry is ``(rows from 0, columns, values)``, columns an array."""
        if not count:
            return
        for rows, columns, values in entries:
            filled = [x if np.ndim(x) else np.full(len(columns), x) for x in (rows, values)]
            self._entries.append((filled[0] + self.rows, columns, filled[1]))
        self.blocks.append(Block(key, cone, slice(self.rows, self.rows + count), limits, value))
        self.rows += count

    def _limit(
        self, name: str, entries: list[tuple[Any, Any, Any]], value: Callable[[Problem, Held], Any]
    ) -> None:
        """Append the one row of a limit."""
        self._block(name, NONNEGATIVE, 1, entries, value, (name,))

    def _columns(self, part: slice) -> Indices:
        return np.arange(part.start, part.stop)

    def _zero_rows(self, problem: Problem, loadings: Floats) -> None:
        count, f, w = np.arange(self.k), self._columns(self.f), self._columns(self.w)
        lifted = np.repeat(count, len(w)), np.tile(w, self.k), -loadings.T.ravel()
        entries: list[tuple[Any, Any, Any]] = [(count, f, 1.0), lifted]
        self._block("exposures", ZERO, self.k, entries, lambda _, h: self._seen(h.exposures))
        self._range_rows("equal", self.equal, problem, 1.0)

    def _range_rows(
        self, key: str, chosen: npt.NDArray[np.bool_], problem: Problem, sign: float
    ) -> None:
        where = np.flatnonzero(chosen)
        matrix = sign * problem.ranges.matrix[where][:, self.free]
        rows, columns = np.nonzero(matrix)

        def value(problem: Problem, held: Held) -> Any:
            ends = problem.ranges.upper if sign > 0 else problem.ranges.lower
            return sign * (ends[where] - held.used[where])

        limits = tuple(problem.ranges.names[i] for i in where)
        cone = ZERO if key == "equal" else NONNEGATIVE
        self._block(key, cone, len(where), [(rows, columns, matrix[rows, columns])], value, limits)

    def _box_rows(self, problem: Problem, separate: bool) -> None:
        def rows(name: str, box: Callable[[Problem], tuple[Floats, Floats]]) -> None:
            count, w = np.arange(len(self.free)), self._columns(self.w)
            limits = (name,) * len(count)
            above, below = [(count, w, 1.0)], [(count, w, -1.0)]
            upper: Callable[[Problem, Held], Floats] = lambda p, _: box(p)[1][self.free]  # noqa: E731
            lower: Callable[[Problem, Held], Floats] = lambda p, _: -box(p)[0][self.free]  # noqa: E731
            self._block("upper", NONNEGATIVE, len(count), above, upper, limits)
            self._block("lower", NONNEGATIVE, len(count), below, lower, limits)

        rows(names.BOUNDS, (lambda p: (p.lower, p.upper)) if separate else Problem.box)
        if separate and problem.trade_limit is not None:
            rows(names.LIQUIDITY, Problem.trade_box)

    def _absolute_rows(self, problem: Problem, trading: bool) -> None:
        m, free = len(self.free), self.free
        count, w, buy = np.arange(m), self._columns(self.w), self._columns(self.buy)
        if trading:
            self._block("buy", NONNEGATIVE, m, [(count, buy, -1.0)], lambda *_: 0.0)
            entries: list[tuple[Any, Any, Any]] = [(count, buy, -1.0), (count, w, 1.0)]
            self._block("sell", NONNEGATIVE, m, entries, lambda p, _: p.current[free])
        if problem.turnover is not None:
            self._limit(
                names.TURNOVER,
                [(0, buy, 2.0), (0, w, -1.0)],
                lambda p, h: (p.turnover or 0.0) - h.trades - p.current[free].sum(),
            )
        count, short = np.arange(len(self.short_of)), self._columns(self.short)
        self._block("short", NONNEGATIVE, len(count), [(count, short, -1.0)], lambda *_: 0.0)
        entries = [(count, short, -1.0), (count, self.short_of, -1.0)]
        self._block("long", NONNEGATIVE, len(count), entries, lambda *_: 0.0)
        if problem.gross is not None:
            self._limit(
                names.GROSS,
                [(0, w, 1.0), (0, short, 2.0)],
                lambda p, h: (p.gross or 0.0) - np.abs(h.weights).sum(),
            )

    def _risk_rows(self, problem: Problem) -> None:
        m, f, w = len(self.free), self._columns(self.f), self._columns(self.w)
        deviation = np.sqrt(problem.specific[self.free])
        count = 2 + self.k + m
        entries = [(1 + np.arange(self.k), f, -1.0), (1 + self.k + np.arange(m), w, -deviation)]

        def tracking(problem: Problem, held: Held) -> Floats:
            return self._risk_value(problem, held, problem.benchmark, problem.tracking_error)

        def volatility(problem: Problem, held: Held) -> Floats:
            return self._risk_value(problem, held, np.zeros(problem.n), problem.volatility)

        if problem.tracking_error is not None:
            self._block(names.TRACKING, SECOND_ORDER, count, entries, tracking, (names.TRACKING,))
        if problem.volatility is not None:
            self._block(
                names.VOLATILITY, SECOND_ORDER, count, entries, volatility, (names.VOLATILITY,)
            )

    def _risk_value(self, problem: Problem, held: Held, benchmark: Any, limit: Any) -> Floats:
        """The limit, the benchmark's part of each deviation, and what no free asset changes."""
        deviation = np.sqrt(problem.specific)
        apart = deviation * (held.weights - benchmark)
        exposures = problem.loadings.T @ benchmark
        gap = held.exposures - exposures
        out_of_reach = gap @ gap - np.sum(self._seen(gap) ** 2) if self._basis is not None else 0.0
        own = apart[self.free]
        fixed = np.sqrt(max(apart @ apart - own @ own + out_of_reach, 0.0))
        return np.concatenate([[limit], -self._seen(exposures), own, [fixed]])

    def _power_rows(self) -> None:
        """``t^(2/3) 1^(1/3) >= |x|`` bounds ``|x|^(3/2)``."""
        first = 3 * np.arange(len(self.power_of))
        entries = [
            (first, self._columns(self.power), -1.0),
            (first + 2, self.power_of, -1.0 / TRADE_UNIT),
        ]

        def value(problem: Problem, _: Held) -> Floats:
            found = np.zeros(3 * len(self.power_of))
            found[1::3] = 1.0
            found[2::3] = -problem.current[self.free][self.power_of] / TRADE_UNIT
            return found

        self._block("power", POWER, 3 * len(self.power_of), entries, value)

    def _seen(self, exposures: Floats) -> Floats:
        """Exposures in the coordinates of ``f``."""
        return exposures if self._basis is None else self._basis.T @ exposures

    # -------------------------------------------------------------------- P, q and b

    def P(self, problem: Problem) -> Any:  # noqa: N802  # the name that solvers use
        """The quadratic part, a diagonal matrix."""
        diagonal = np.zeros(self.size)
        diagonal[self.w] = 2 * problem.risk_aversion * problem.specific[self.free]
        diagonal[self.f] = 2 * problem.risk_aversion
        places = np.arange(self.size + 1)
        return sparse.csc_matrix((diagonal, places[:-1], places), shape=(self.size, self.size))

    def q(self, problem: Problem) -> Floats:
        """The linear part."""
        found = np.zeros(self.size)
        cost = problem.linear_cost[self.free]
        found[self.w] = -problem.alpha[self.free]
        if self.buy.stop > self.buy.start:
            found[self.w] -= cost
            found[self.buy] = 2 * cost
        found[self.short] = problem.borrow[self.free][self.short_of]
        found[self.power] = problem.power_cost[self.free][self.power_of] * TRADE_UNIT**1.5
        return found

    def b(self, problem: Problem, weights: Floats) -> Floats:
        """The right-hand side; of all ``weights`` those of assets that are not free matter."""
        rest = weights.copy()
        rest[self.free] = 0.0
        trades = np.abs(weights - problem.current)
        trades[self.free] = 0.0
        exposures, used = problem.loadings.T @ rest, problem.ranges.matrix @ rest
        held = Held(rest, float(trades.sum()), exposures, used)
        found = np.empty(self.rows)
        for block in self.blocks:
            found[block.rows] = block.value(problem, held)
        return found
