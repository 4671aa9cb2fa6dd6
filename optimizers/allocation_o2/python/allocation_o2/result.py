"""What a comparison of allocators found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hft_py.results import Result, pandas

if TYPE_CHECKING:
    from hft_py.portfolio import WeightsBacktest

SHOWN = ("total_return", "cagr", "volatility", "sharpe", "max_drawdown", "mean_turnover")
_PER_CENT = frozenset(SHOWN) - {"sharpe"}


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Result):
    """Backtests of several allocators over the same dates.

    Attributes
    ----------
    names
        Of the allocators.
    backtests
        By name.

    Examples
    --------
    >>> from allocation_o2 import EqualWeight, compare
    >>> found = compare([EqualWeight()], [[1.0, 1.0, 1.1, 1.0], [1.0, 1.0, 1.3, 1.4]])
    >>> print(found.names, repr(found).splitlines()[0].split()[:3])
    ('EqualWeight()',) ['total', 'return', 'CAGR']
    >>> round(found.metrics["EqualWeight()"]["total_return"], 4), found.to_frame().shape
    (0.1916, (1, 10))
    >>> len(found.plot().axes)
    2
    """

    names: tuple[str, ...]
    backtests: dict[str, WeightsBacktest]

    @property
    def metrics(self) -> dict[str, dict[str, float]]:
        """The figures of each backtest, by name of the allocator and of the figure."""
        return {name: one.metrics for name, one in self.backtests.items()}

    def to_frame(self) -> Any:
        """A row an allocator, a column a figure. Needs pandas."""
        return pandas().DataFrame.from_dict(self.metrics, orient="index")

    def __repr__(self) -> str:
        heads = [name.replace("_", " ") for name in SHOWN]
        heads = [{"cagr": "CAGR", "sharpe": "Sharpe"}.get(head, head) for head in heads]
        rows = [["", *heads]]
        for name, found in self.metrics.items():
            cells = [f"{found[k]:.2%}" if k in _PER_CENT else f"{found[k]:.2f}" for k in SHOWN]
            rows.append([name, *cells])
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join(
                cell.rjust(width) if i else cell.ljust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        )

    def plot(self) -> Any:
        """Equity and drawdown of each, as a Matplotlib figure."""
        from allocation_o2.plotting import plot_performance

        return plot_performance(self)
