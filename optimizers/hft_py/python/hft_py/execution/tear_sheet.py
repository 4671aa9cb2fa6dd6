"""Costs as one HTML page: tables, and pictures inside the page. It needs no network."""

from __future__ import annotations

import base64
import html
import io
from pathlib import Path
from typing import Any

import numpy as np

from hft_py.execution import _columns
from hft_py.execution.waterfall import waterfall
from hft_py.results import pyplot

__all__ = ["write"]

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;color:#222}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem}
table{border-collapse:collapse;font-size:13px}td,th{padding:.2rem .6rem;text-align:right}
td{white-space:nowrap}
td:first-child,th:first-child{text-align:left}tr:nth-child(even){background:#f4f6f8}
th{border-bottom:1px solid #888}img{max-width:100%}.wide{overflow-x:auto}
"""
_WORST = 20
_SHOWN = ("orders", "fills", "filled", "notional", "delay", "timing", "spread", "impact",
          "opportunity", "fees", "total", "total_bp", "sd_bp", "low_bp", "high_bp",
          "interval")  # fmt: skip


def write(costs: Any, path: str | Path, title: str) -> Path:
    """Write the page of :meth:`hft_py.execution.ExecutionCosts.tear_sheet`."""
    target = Path(path)
    currency = f" {costs.currency}" if costs.currency else ""
    orders = costs.orders.shape[0]
    pieces = [
        f"<h1>{html.escape(title)}</h1>",
        f"<p>{orders:,} orders of {float(costs.notional):,.2f}{html.escape(currency)} cost "
        f"<b>{float(costs.total):,.2f}{html.escape(currency)}</b>, "
        f"<b>{costs.basis_points:.2f} basis points</b>. Positive numbers are costs.</p>",
        _picture(waterfall(costs), "The shortfall by its parts"),
        "<h2>Parts</h2>",
        _table(
            ["part", "money", "basis points"],
            [[n, float(v), costs.parts_bp[n]] for n, v in costs.parts.items()]
            + [["total", float(costs.total), costs.basis_points]],
        ),
        "<h2>Against benchmarks</h2>",
        _benchmarks(costs),
    ]
    for key in _keys(costs):
        frame = costs.by(key)
        pieces += [f"<h2>By {key}</h2>", _groups(frame, key)]
        if key == "day" and frame.shape[0] > 1:
            pieces.append(_picture(_days(frame), "Cost by day"))
    pieces += [f"<h2>The {min(_WORST, orders)} most expensive orders</h2>", _worst(costs)]
    if costs.notes:
        pieces += [
            "<h2>Notes</h2><ul>",
            *(f"<li>{html.escape(n)}</li>" for n in costs.notes),
            "</ul>",
        ]
    page = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}'
        f"</title><style>{_STYLE}</style></head><body>{''.join(pieces)}</body></html>"
    )
    target.write_text(page, encoding="utf-8")
    return target


def _keys(costs: Any) -> list[str]:
    """The groups that there are columns for."""
    detail = costs._detail
    fills = set(detail.fills.frame.columns)
    parents = set() if detail.parents is None else set(detail.parents.columns)
    keys = ["day"] if "time" in fills else []
    return keys + [key for key in ("style", "broker") if key in fills | parents]


def _picture(figure: Any, text: str) -> str:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100, metadata={"Software": None})
    pyplot().close(figure)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f'<p><img alt="{html.escape(text)}" src="data:image/png;base64,{data}"></p>'


def _cell(value: Any) -> str:
    if value is None:
        return "not executed"
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else f"{value:,.2f}"
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    return html.escape(str(value))


def _table(heads: list[str], rows: list[list[Any]]) -> str:
    head = "".join(f"<th>{html.escape(name.replace('_', ' '))}</th>" for name in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row) + "</tr>" for row in rows
    )
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def _groups(frame: Any, key: str) -> str:
    heads = [key, *_SHOWN]
    columns = [_keys_of(frame, key), *(_values(frame, name) for name in _SHOWN)]
    return _table(heads, [list(row) for row in zip(*columns, strict=True)])


def _keys_of(frame: Any, key: str) -> list[Any]:
    """The groups; pandas has NaN or NaT where there is none."""
    return [None if value is None or value != value else value for value in _values(frame, key)]


def _values(frame: Any, name: str) -> list[Any]:
    return list(frame[name].to_list())


def _benchmarks(costs: Any) -> str:
    frame = costs.benchmarks
    rows: list[list[Any]] = []
    for name in (c[:-5] for c in frame.columns if c.endswith("_cost")):
        money = _columns.numbers("benchmarks", frame, f"{name}_cost")
        bp = _columns.numbers("benchmarks", frame, f"{name}_bp")
        known = ~np.isnan(money)
        middle = float(np.median(bp[known])) if known.any() else float("nan")
        rows.append([name, int(known.sum()), float(money[known].sum()), middle])
    return _table(["benchmark", "orders", "cost", "median of the orders, basis points"], rows)


def _worst(costs: Any) -> str:
    frame = costs.orders
    total = _columns.numbers("orders", frame, "total")
    rows = np.argsort(-total, kind="stable")[:_WORST]
    heads = [c for c in frame.columns if c not in ("fills", "decision_price")]
    columns = [_values(frame, name) for name in heads]
    return _table(heads, [[column[row] for column in columns] for row in rows])


def _days(frame: Any) -> Any:
    days = ["not executed" if d is None else str(d) for d in _keys_of(frame, "day")]
    values = _columns.numbers("frame", frame, "total_bp")
    low, high = (_columns.numbers("frame", frame, name) for name in ("low_bp", "high_bp"))
    figure, axis = pyplot().subplots(figsize=(8, 3.2), layout="constrained")
    axis.bar(days, values, color="#5b8db8", width=0.7)
    there = np.flatnonzero(~np.isnan(low))
    if len(there):
        ends = np.abs(np.array([values - low, high - values])[:, there])
        axis.errorbar(
            there, values[there], yerr=ends, fmt="none", ecolor="black", capsize=2, lw=0.8
        )
    axis.axhline(0.0, color="black", lw=0.6)
    axis.set_ylabel("basis points")
    axis.set_title("Cost by day; bars: 95 per cent intervals")
    axis.tick_params(axis="x", rotation=90 if len(days) > 6 else 0, labelsize=7)
    axis.spines[["top", "right"]].set_visible(False)
    return figure
