"""Pictures are drawn, without a display."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("clarabel", reason="clarabel is not installed")
pytest.importorskip("matplotlib", reason="matplotlib is not installed: the extra `plot`")
import matplotlib as mpl

mpl.use("agg")

from hft_py.portfolio import (
    MVOConfig,
    MVORebalancer,
    backtest_weights,
    efficient_frontier,
    weights_over_time,
)
from hft_py.portfolio.plotting import pyplot, rebalances

from .markets import market


def test_frontier_and_rebalances(tmp_path: Path) -> None:
    m = market(12, seed=1)
    curve = efficient_frontier(m.alpha, m.risk, points=5)
    rebalancer = MVORebalancer(m.risk, config=MVOConfig(max_weight=0.2))
    first = rebalancer.rebalance(m.alpha)
    row = [first, rebalancer.rebalance(-m.alpha, current_weights=first.weights)]
    dated = [
        rebalancer.rebalance(m.alpha, np.datetime64("2024-01-01") + i, current_weights=one.weights)
        for i, one in enumerate(row)
    ]
    one = {"equal": (0.05, 0.0)}
    for i, figure in enumerate((curve.plot(points=one), rebalances(row), rebalances(dated))):
        figure.savefig(tmp_path / f"{i}.png", dpi=40)
        pyplot().close(figure)
        assert (tmp_path / f"{i}.png").stat().st_size > 2_000


def test_weights_over_time() -> None:
    """Longs lie above zero, shorts below, those beyond the largest in one area."""
    weights = [0.6, 0.2, -0.5, 0.1, -0.1]
    figure = backtest_weights(weights, np.ones((4, 5)), rebalance=2).plot()
    top = figure.axes[0]
    ends = [area.get_paths()[0].get_extents() for area in top.collections]
    assert max(end.y1 for end in ends) == pytest.approx(90)
    assert min(end.y0 for end in ends) == pytest.approx(-60)
    assert len(top.get_legend().get_texts()) == 5
    few = weights_over_time(backtest_weights(weights, np.ones((4, 5))), largest=2)
    assert "3 others" in [text.get_text() for text in few.axes[0].get_legend().get_texts()]
    pyplot().close(figure)
    pyplot().close(few)
