"""The parts of the shortfall as users of pandas and of Polars write them."""

from __future__ import annotations

from typing import Any

import numpy as np

PARTS = ("delay", "timing", "spread", "impact", "opportunity", "fees")


def loop(fills: Any, orders: Any) -> dict[str, Any]:
    """An order at a time."""
    rows = []
    groups = dict(iter(fills.groupby("parent_id", sort=False)))
    for order in orders.itertuples():
        own = groups[order.parent_id]
        sign = 1 if order.side == "buy" else -1
        mid = (own["bid"] + own["ask"]) / 2
        touch = own["price"].clip(own["bid"], own["ask"])
        left = order.quantity - own["quantity"].sum()
        rows.append(
            {
                "delay": sign * order.quantity * (order.arrival_price - order.decision_price),
                "timing": sign * (own["quantity"] * (mid - order.arrival_price)).sum(),
                "spread": sign * (own["quantity"] * (touch - mid)).sum(),
                "impact": sign * (own["quantity"] * (own["price"] - touch)).sum(),
                "opportunity": sign * left * (order.final_price - order.arrival_price),
                "fees": own["fee"].sum(),
            }
        )
    return {part: np.array([row[part] for row in rows]) for part in PARTS}


def pandas_merged(fills: Any, orders: Any) -> dict[str, Any]:
    """Each fill meets its order; columns of both; a group-by."""
    both = fills.merge(orders, on="parent_id", suffixes=("", "_order"))
    sign = np.where(both["side"] == "buy", 1, -1)
    quantity, arrival = both["quantity"], both["arrival_price"]
    mid = (both["bid"] + both["ask"]) / 2
    touch = both["price"].clip(both["bid"], both["ask"])
    terms = both.assign(
        timing=sign * quantity * (mid - arrival),
        spread=sign * quantity * (touch - mid),
        impact=sign * quantity * (both["price"] - touch),
    )
    columns = ["quantity", "timing", "spread", "impact", "fee"]
    sums = terms.groupby("parent_id", sort=False)[columns].sum()
    found = orders.set_index("parent_id").join(sums.rename(columns={"quantity": "filled"}))
    sign = np.where(found["side"] == "buy", 1, -1)
    arrival, left = found["arrival_price"], found["quantity"] - found["filled"]
    found["delay"] = sign * found["quantity"] * (arrival - found["decision_price"])
    found["opportunity"] = sign * left * (found["final_price"] - arrival)
    found["fees"] = found["fee"]
    return {part: found[part].to_numpy() for part in PARTS}


def pandas_summed(fills: Any, orders: Any) -> dict[str, Any]:
    """The fills are summed before they meet the orders."""
    quantity = fills["quantity"]
    touch = fills["price"].clip(fills["bid"], fills["ask"])
    terms = fills[["parent_id", "quantity", "fee"]].assign(
        paid=quantity * fills["price"],
        mid=quantity * (fills["bid"] + fills["ask"]) / 2,
        touch=quantity * touch,
    )
    sums = terms.groupby("parent_id", sort=False).sum()
    found = orders.set_index("parent_id").join(sums.rename(columns={"quantity": "filled"}))
    sign = np.where(found["side"] == "buy", 1, -1)
    arrival, filled = found["arrival_price"], found["filled"]
    parts = {
        "delay": sign * found["quantity"] * (arrival - found["decision_price"]),
        "timing": sign * (found["mid"] - filled * arrival),
        "spread": sign * (found["touch"] - found["mid"]),
        "impact": sign * (found["paid"] - found["touch"]),
        "opportunity": sign * (found["quantity"] - filled) * (found["final_price"] - arrival),
        "fees": found["fee"],
    }
    return {part: values.to_numpy() for part, values in parts.items()}


def polars(fills: Any, orders: Any) -> Any:
    """One lazy query: the fills are summed before they meet the orders."""
    import polars as pl

    quantity, price = pl.col("quantity"), pl.col("price")
    sums = (
        fills.lazy()
        .group_by("parent_id")
        .agg(
            filled=quantity.sum(),
            fees=pl.col("fee").sum(),
            paid=quantity.dot(price),
            mid=quantity.dot(pl.col("bid") + pl.col("ask")) / 2,
            touch=quantity.dot(price.clip(pl.col("bid"), pl.col("ask"))),
        )
    )
    sign = pl.when(pl.col("side") == "buy").then(1).otherwise(-1)
    arrival = pl.col("arrival_price")
    return (
        orders.lazy()
        .join(sums, on="parent_id", how="left", maintain_order="left")
        .select(
            delay=sign * quantity * (arrival - pl.col("decision_price")),
            timing=sign * (pl.col("mid") - pl.col("filled") * arrival),
            spread=sign * (pl.col("touch") - pl.col("mid")),
            impact=sign * (pl.col("paid") - pl.col("touch")),
            opportunity=sign * (quantity - pl.col("filled")) * (pl.col("final_price") - arrival),
            fees=pl.col("fees"),
        )
        .collect()
    )


def arrays(frame: Any) -> dict[str, Any]:
    """What is compared, of a Polars frame."""
    return {part: frame[part].to_numpy() for part in PARTS}
