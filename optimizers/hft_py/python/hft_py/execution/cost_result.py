"""The costs of orders: the result of :func:`hft_py.execution.analyze_execution`."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.execution import cost_groups
from hft_py.results import Result

__all__ = ["ExecutionCosts"]

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class ExecutionCosts(Result):
    """Costs of orders: a positive number is a cost, for buys and sells alike.

    Attributes
    ----------
    total, parts
        Money in all orders, exact; ``total`` is the sum of ``parts``.
    notional
        The value of the paper portfolio, quantity times decision price.
    basis_points, parts_bp
        The same in hundredths of a per cent of ``notional``.
    orders
        A frame with a row an order: quantities, prices, parts in money, total in money and in basis
        points.
    benchmarks
        A frame with a row an order: average price, and for each benchmark its price and what the
        executed quantity cost against it, in money and in basis points, fees not counted.
    amounts
        ``{part: (orders,)}``: the parts as whole numbers of ``unit``.
    unit
        The smallest amount of money.
    notes
        What could not be computed, and why.

    Examples
    --------
    >>> import pandas as pd
    >>> from hft_py.execution import analyze_execution
    >>> fills = pd.DataFrame({"quantity": [700], "price": [40.05], "side": ["buy"], "fee": [17.0]})
    >>> costs = analyze_execution(fills, 40.00, 40.04, quantity=1000, final=40.08)
    >>> {name: str(part.normalize()) for name, part in costs.parts.items() if part}
    {'delay': '4E+1', 'impact': '7', 'opportunity': '12', 'fees': '17'}
    """

    total: Decimal
    parts: dict[str, Decimal]
    notional: Decimal
    basis_points: float
    parts_bp: dict[str, float]
    orders: Any
    benchmarks: Any
    amounts: dict[str, Ints]
    unit: Decimal
    currency: str | None
    notes: tuple[str, ...]
    _detail: cost_groups.Detail = field(repr=False, compare=False)

    def to_frame(self) -> Any:
        """A row an order: the frame ``orders``."""
        return self.orders

    def by(
        self,
        key: str = "order",
        *,
        confidence: float = 0.95,
        resamples: int = 999,
        least: int = 30,
        seed: Any = 0,
    ) -> Any:
        """Costs by order, by day, or by a column of the orders or of the fills.

        Parameters
        ----------
        key
            ``"order"``; ``"day"``, of the fill in its own time zone; or the name of a column:
            ``"style"``, ``"symbol"``, ``"broker"``. A column of the parents comes first.
        confidence
            Of the interval of the cost in basis points (percentile bootstrap).
        resamples
            Of the bootstrap; default 999, so that the ends of the usual intervals are among them;
            0 for none. Orders are drawn, with all their fills in that group, as fills of one order
            are not independent; by order, its fills are drawn.
        least
            The fewest orders (fills, by order) that an interval is computed from; default 30.
        seed
            Of the resamples.

        Returns
        -------
        frame
            A row a group, in the order of appearance: number of orders and fills, quantity,
            notional, parts and total in money, ``total_bp``, ``sd_bp`` (standard deviation over the
            orders), ``low_bp`` and ``high_bp``, and in ``interval`` why there is none. What was not
            executed belongs to no broker: it has a row of its own, its key missing. By day it
            belongs to the day on which the order ends.

        Raises
        ------
        ValueError
            An unknown key.

        Examples
        --------
        >>> import pandas as pd
        >>> from hft_py.execution import analyze_execution
        >>> fills = pd.DataFrame({
        ...     "parent_id": ["A", "A", "B"], "side": ["buy", "buy", "sell"],
        ...     "quantity": [100, 50, 80], "price": [10.02, 10.03, 9.98],
        ...     "broker": ["X", "Y", "X"]})
        >>> analyze_execution(fills, arrival=10.0).by("broker")[["broker", "orders", "total"]]
          broker  orders  total
        0      X       2    3.6
        1      Y       1    1.5
        """
        return cost_groups.by(
            self._detail, key,
            confidence=checks.real_number("confidence", confidence, above=0.0, below=1.0),
            resamples=checks.whole_number("resamples", resamples, least=0),
            least=checks.whole_number("least", least, least=2),
            seed=checks.seed_number(seed),
        )  # fmt: skip

    def plot(self) -> Any:
        """The shortfall as a waterfall of its parts (a matplotlib figure)."""
        from hft_py.execution.waterfall import waterfall

        return waterfall(self)

    def tear_sheet(self, path: str | Path, *, title: str = "Execution costs") -> Path:
        """One HTML page with tables and pictures inside, which needs no network; its path."""
        from hft_py.execution.tear_sheet import write

        return write(self, path, title)
