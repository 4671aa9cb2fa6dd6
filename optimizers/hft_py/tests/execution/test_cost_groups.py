"""Costs by group, their intervals, and the tear sheet."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hft_py.execution import analyze_execution
from hft_py.execution.cost_groups import PARTS

START = pd.Timestamp("2024-06-03 10:00", tz="America/New_York")


def many(orders: int = 60, fills: int = 600, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Orders of two styles over two days, fills at two brokers, a tenth not filled."""
    rng = np.random.default_rng(seed)
    owner = np.sort(rng.integers(0, orders, fills))
    quantity = rng.integers(1, 50, fills)
    side = np.array(["buy", "sell"])[rng.integers(0, 2, orders)]
    day = pd.to_timedelta(np.arange(orders) % 2, unit="D")
    parents = pd.DataFrame(
        {
            "parent_id": [f"P{i}" for i in range(orders)],
            "side": side,
            "quantity": np.bincount(owner, quantity, orders).astype(int)
            + (np.arange(orders) % 10 == 0),
            "style": np.array(["twap", "vwap", "is"])[np.where(np.arange(orders) < 40, 0, 1)],
            "start": START + day,
            "end": START + day + pd.Timedelta(hours=3),
            "arrival_price": 50.0,
            "decision_price": 50.01,
            "final_price": 50.2,
        }
    )
    price = 50 + np.round(rng.normal(0, 0.05, fills), 2)
    made = pd.DataFrame(
        {
            "parent_id": parents["parent_id"].to_numpy()[owner],
            "quantity": quantity,
            "price": price,
            "bid": price - 0.01,
            "ask": price + 0.01,
            "time": START + (day[owner] + pd.to_timedelta(np.arange(fills), unit="s")),
            "broker": np.array(["<One & Co>", "Two"])[rng.integers(0, 2, fills)],
        }
    )
    return made, parents


@pytest.mark.parametrize("key", ["order", "day", "style", "broker"])
def test_groups_add_up(key: str, kernel_set: str) -> None:
    fills, parents = many()
    costs = analyze_execution(fills, parents=parents, backend=kernel_set)
    groups = costs.by(key, resamples=50)
    for part in PARTS:
        assert groups[part].sum() == pytest.approx(float(costs.parts[part]), abs=1e-6)
    assert groups["notional"].sum() == pytest.approx(float(costs.notional))
    assert groups["fills"].sum() == len(fills)
    if key == "broker":
        rest = groups.iloc[-1]
        assert pd.isna(rest["broker"]) and rest["fills"] == 0 and rest["opportunity"] != 0
    if key == "style":
        assert groups["orders"].tolist() == [40, 20]
        assert groups["interval"].tolist() == ["", "20 orders, 30 needed"]
        assert groups["low_bp"].notna().tolist() == [True, False]
    if key == "day":
        assert [str(day) for day in groups["day"]] == ["2024-06-03", "2024-06-04"]


def test_intervals_agree_and_cover(kernel_set: str) -> None:
    """Of a ratio of means: the interval is near that of the normal approximation."""
    fills, parents = many(orders=400, fills=8000)
    parents["style"] = "one"
    costs = analyze_execution(fills, parents=parents, backend=kernel_set)
    group = costs.by("style", resamples=999, seed=3).iloc[0]
    totals = np.sum([costs.amounts[p] for p in PARTS], axis=0).astype(float)
    notional = (parents["quantity"] * parents["decision_price"]).to_numpy() / float(costs.unit)
    ratio = totals.sum() / notional.sum()
    error = 1e4 * np.std(totals - ratio * notional) * np.sqrt(len(totals)) / notional.sum()
    assert group["total_bp"] == pytest.approx(1e4 * ratio)
    assert group["high_bp"] - group["low_bp"] == pytest.approx(2 * 1.96 * error, rel=0.1)
    other = analyze_execution(fills, parents=parents, backend="python").by("style", seed=3).iloc[0]
    assert group["low_bp"] == pytest.approx(other["low_bp"], rel=1e-9)
    assert group["low_bp"] != costs.by("style", seed=4).iloc[0]["low_bp"]


def test_intervals_of_an_order_draw_its_fills() -> None:
    fills, parents = many(orders=3, fills=300)
    parents["quantity"] += 10
    costs = analyze_execution(fills, parents=parents)
    groups = costs.by("order")
    assert (groups["low_bp"] < groups["total_bp"]).all()
    assert (groups["total_bp"] < groups["high_bp"]).all()
    assert groups["total"].tolist() == costs.orders["total"].tolist()


class _Page(HTMLParser):
    """Tags that are open, and addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in ("meta", "img"):
            self.open.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_tear_sheet_is_one_file(tmp_path: Path) -> None:
    fills, parents = many()
    costs = analyze_execution(fills, parents=parents)
    path = costs.tear_sheet(tmp_path / "page.html", title="A & B")
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    assert not page.open
    assert len(page.addresses) == 2
    assert all(address.startswith("data:image/png;base64,") for address in page.addresses)
    for words in ("A & B", "By day", "By style", "<One & Co>", "20 orders, 30 needed"):
        assert words in page.text
    assert f"{float(costs.total):,.2f}" in page.text
    assert not re.search(r"https?://", path.read_text(encoding="utf-8"))


def test_the_waterfall_ends_at_the_total() -> None:
    fills, parents = many()
    costs = analyze_execution(fills, parents=parents)
    bars = costs.plot().axes[0].patches
    assert len(bars) == len(PARTS) + 1
    assert bars[-2].get_y() + bars[-2].get_height() == pytest.approx(costs.basis_points)
    assert bars[-1].get_height() == pytest.approx(costs.basis_points)
