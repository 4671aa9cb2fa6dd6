"""What a user would write instead: a loop in pandas, vectorised NumPy, frames of it, CVXPY."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SLICES = 8
DAY = 390 * 60 * 10**9  # nanoseconds of a session
TEMPORARY, RISK_AVERSION = 0.25, 1e-5


def loop(columns: Any, style: str, volume: Floats, sessions: Any) -> dict[str, Any]:
    """The baseline: a frame of children for each parent, concatenated."""
    import pandas as pd

    opens, closes = sessions.T
    before = np.concatenate([[0], np.cumsum(closes - opens)[:-1]])
    bins = volume.shape[1]
    edges = np.linspace(0.0, 1.0, bins + 1)
    cumulative = np.concatenate([np.zeros((len(volume), 1)), volume.cumsum(axis=1)], axis=1)
    trades: Any = pd.DataFrame(columns).itertuples()
    frames = []
    for row, trade in enumerate(trades):
        window = np.array([trade.start.value, trade.end.value])
        day = np.searchsorted(opens, window, side="right") - 1
        first, last = before[day] + np.minimum(window, closes[day]) - opens[day]
        times = first + (last - first) * np.arange(SLICES + 1) // SLICES
        day = np.searchsorted(before, times, side="right") - 1
        length = closes[day] - opens[day]
        profile = cumulative[trade.symbol]
        part = np.interp((times - before[day]) / length, edges, profile)
        expected = np.diff(profile[-1] * before[day] / DAY + length / DAY * part)
        expected *= trade.adv / profile[-1]
        if style == "twap":
            weight = np.ones(SLICES)
        elif style == "vwap":
            weight = expected
        else:
            eta = TEMPORARY / trade.adv
            tilde = np.sqrt(RISK_AVERSION * trade.volatility**2 * trade.arrival_price / eta)
            kappa = 2.0 * np.arcsinh(0.5 * tilde * (last - first) / (DAY * SLICES))
            left = np.sinh(kappa * np.arange(SLICES, -1, -1))
            weight = -np.diff(left)
        share = trade.quantity * (weight / weight.sum())
        lots = np.floor(share + 1e-9).astype(np.int64)
        fraction = np.floor((share - lots) * 1e6 + 0.5)
        most = np.argsort(-fraction, kind="stable")[: trade.quantity - lots.sum()]
        lots[most] += 1
        opened, closed = opens[day[:-1]], closes[day[:-1]]
        children = pd.DataFrame({
            "parent": row,
            "release_time": opened + times[:-1] - before[day[:-1]],
            "expiry": np.minimum(closed, opened + times[1:] - before[day[:-1]]),
            "quantity": lots,
            "participation": lots / expected,
        })  # fmt: skip
        children = children[children["quantity"] > 0]
        children.insert(1, "sequence", np.arange(1, len(children) + 1))
        frames.append(children)
    made = pd.concat(frames, ignore_index=True)
    return {str(name): made[name].to_numpy() for name in made}


def vectorised(
    task: str, columns: Any, style: str, volume: Floats, sessions: Any
) -> dict[str, Any]:
    """All parents at once, a row each."""
    assert task == "plan"
    opens, closes = np.ascontiguousarray(sessions.T)
    start, end = (columns[name].view(np.int64) for name in ("start", "end"))
    bins = volume.shape[1]
    cumulative = np.zeros((len(volume), bins + 1))
    np.cumsum(volume, axis=1, out=cumulative[:, 1:])
    whole = cumulative[columns["symbol"], -1]
    row = columns["symbol"][:, None]
    steps = np.arange(SLICES + 1)
    if len(opens) == 1:  # a single session needs no calendar
        span = end - start
        times = start[:, None] + span[:, None] * steps // SLICES
        release, expiry = times[:, :-1], times[:, 1:]
        place = (times - opens[0]) * (bins / DAY)
        bin_ = np.minimum(place.astype(np.int64), bins - 1)
        amount = cumulative[row, bin_] + (place - bin_) * volume[row, bin_]
    else:
        lengths = closes - opens
        before = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        first, last = (
            before[day] + np.minimum(instant, closes[day]) - opens[day]
            for instant in (start, end)
            for day in (np.searchsorted(opens, instant, side="right") - 1,)
        )
        span = last - first
        times = first[:, None] + span[:, None] * steps // SLICES
        day = np.searchsorted(before, times, side="right") - 1
        into = times - before[day]
        place = into * (bins / lengths)[day]
        bin_ = np.minimum(place.astype(np.int64), bins - 1)
        part = cumulative[row, bin_] + (place - bin_) * volume[row, bin_]
        amount = whole[:, None] * (before / DAY)[day] + (lengths / DAY)[day] * part
        opened = opens[day[:, :-1]]
        release = opened + into[:, :-1]
        expiry = np.minimum(closes[day[:, :-1]], opened + times[:, 1:] - before[day[:, :-1]])
    expected = np.diff(amount, axis=1) * (columns["adv"] / whole)[:, None]
    quantity = columns["quantity"]
    if style == "twap":
        lots = np.repeat(quantity[:, None] // SLICES, SLICES, axis=1)
        lots += np.arange(SLICES) < (quantity % SLICES)[:, None]
    else:
        if style == "vwap":
            weight = expected
        else:
            urgency = RISK_AVERSION * columns["volatility"] ** 2 * columns["arrival_price"]
            tilde = np.sqrt(urgency * columns["adv"] / TEMPORARY)
            kappa = 2.0 * np.arcsinh(0.5 * tilde * span / (DAY * SLICES))
            step = steps[:-1]
            weight = np.exp(-kappa[:, None] * step)
            weight += np.exp(-kappa[:, None] * (2 * SLICES - 1 - step))
        share = quantity[:, None] * (weight / weight.sum(axis=1, keepdims=True))
        lots = np.floor(share + 1e-9).astype(np.int64)
        fraction = np.floor((share - lots) * 1e6 + 0.5)
        order = np.argsort(-fraction, axis=1, kind="stable")
        rest = quantity - lots.sum(axis=1)
        np.put_along_axis(
            lots, order,
            np.take_along_axis(lots, order, axis=1) + (np.arange(SLICES) < rest[:, None]), axis=1,
        )  # fmt: skip
    kept = lots > 0
    parent = np.broadcast_to(np.arange(len(lots))[:, None], lots.shape)
    return {
        "parent": parent[kept],
        "sequence": np.cumsum(kept, axis=1)[kept],
        "release_time": release[kept],
        "expiry": expiry[kept],
        "quantity": lots[kept],
        "participation": (lots / expected)[kept],
    }


def vectorised_polars(ids: Any, **inputs: Any) -> Any:
    """The same as a Polars frame with ids, as ours delivers it."""
    import polars as pl

    made = vectorised(**inputs)
    owner = ids.gather(made["parent"])
    endings = pl.Series([f"-{k}" for k in range(SLICES + 1)])
    time = pl.Datetime("ns", "UTC")
    return pl.DataFrame({
        "parent_id": owner,
        "child_id": owner + endings.gather(made["sequence"]),
        "sequence": made["sequence"],
        "release_time": pl.Series(made["release_time"]).cast(time),
        "expiry": pl.Series(made["expiry"]).cast(time),
        "quantity": made["quantity"],
        "limit_price": np.full(len(owner), np.nan),
        "participation": made["participation"],
    })  # fmt: skip


def vectorised_pandas(ids: Any, **inputs: Any) -> Any:
    """The same as a pandas frame with ids, as ours delivers it."""
    import pandas as pd

    made = vectorised(**inputs)
    endings = [f"-{k}" for k in range(SLICES + 1)]
    names, sequence = ids.tolist(), made["sequence"].tolist()
    pairs = zip(made["parent"].tolist(), sequence, strict=True)
    return pd.DataFrame({
        "parent_id": ids.take(made["parent"]).array,
        "child_id": [names[row] + endings[k] for row, k in pairs],
        "sequence": made["sequence"],
        "release_time": pd.Series(made["release_time"].view("M8[ns]")).dt.tz_localize("UTC"),
        "expiry": pd.Series(made["expiry"].view("M8[ns]")).dt.tz_localize("UTC"),
        "quantity": made["quantity"],
        "limit_price": np.nan,
        "participation": made["participation"],
    })  # fmt: skip


def cvxpy_frontier(model: Any, risk_aversion: Floats) -> dict[str, Any]:
    """The same trade-off as a quadratic program, its risk aversion a parameter."""
    cp: Any = import_module("cvxpy")

    n, tau = model.slices, model.duration / model.slices
    net = model.temporary_impact - 0.5 * model.permanent_impact * tau
    trades = cp.Variable(n)  # as parts of the quantity
    held = 1.0 - cp.cumsum(trades)
    weight = cp.Parameter(nonneg=True)
    cost = cp.sum_squares(trades) + weight * cp.sum_squares(held)
    problem = cp.Problem(cp.Minimize(cost), [cp.sum(trades) == 1.0, trades >= 0.0])
    costs, variances = [], []
    for lam in risk_aversion:
        weight.value = lam * model.volatility**2 * tau / (net / tau)
        problem.solve(solver=cp.CLARABEL, tol_gap_abs=1e-13, tol_gap_rel=1e-13, tol_feas=1e-13)
        sold = model.quantity * np.asarray(trades.value)
        left = model.quantity - np.cumsum(sold)[:-1]
        costs.append(
            0.5 * model.permanent_impact * model.quantity**2
            + model.fixed_cost * np.abs(sold).sum()
            + net / tau * (sold @ sold)
        )
        variances.append(model.volatility**2 * tau * (left @ left))
    return {"cost": np.array(costs), "variance": np.array(variances)}
