"""What a user would write instead: a loop in pandas, vectorised NumPy, CVXPY."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SLICES = 8
DAY = 390 * 60 * 10**9  # nanoseconds of a session
TEMPORARY, RISK_AVERSION = 0.25, 1e-5


def loop(columns: Any, style: str, volume: Floats) -> dict[str, Any]:
    """The baseline: a frame of children for each parent, concatenated."""
    import pandas as pd

    opened = pd.Timestamp("2026-03-02 14:30")
    bins = volume.shape[1]
    edges = opened + pd.to_timedelta(np.arange(bins + 1) * (DAY // bins))
    cumulative = np.concatenate([np.zeros((len(volume), 1)), volume.cumsum(axis=1)], axis=1)
    trades: Any = pd.DataFrame(columns).itertuples()
    frames = []
    for row, trade in enumerate(trades):
        times = pd.date_range(trade.start, trade.end, periods=SLICES + 1)
        profile = cumulative[trade.symbol]
        expected = np.diff(np.interp(times.asi8, edges.as_unit("ns").asi8, profile))
        expected *= trade.adv / profile[-1]
        if style == "twap":
            weight = np.ones(SLICES)
        elif style == "vwap":
            weight = expected
        else:
            eta = TEMPORARY / trade.adv
            days = (trade.end - trade.start).value / DAY
            tilde = np.sqrt(RISK_AVERSION * trade.volatility**2 * trade.arrival_price / eta)
            kappa = 2.0 * np.arcsinh(0.5 * tilde * days / SLICES)
            left = np.sinh(kappa * np.arange(SLICES, -1, -1))
            weight = -np.diff(left)
        share = trade.quantity * (weight / weight.sum())
        lots = np.floor(share + 1e-9).astype(np.int64)
        fraction = np.floor((share - lots) * 1e6 + 0.5)
        most = np.argsort(-fraction, kind="stable")[: trade.quantity - lots.sum()]
        lots[most] += 1
        children = pd.DataFrame({
            "parent": row,
            "release_time": times[:-1],
            "expiry": times[1:],
            "quantity": lots,
            "participation": lots / expected,
        })  # fmt: skip
        children = children[children["quantity"] > 0]
        children.insert(1, "sequence", np.arange(1, len(children) + 1))
        frames.append(children)
    made = pd.concat(frames, ignore_index=True)
    for name in ("release_time", "expiry"):
        made[name] = made[name].to_numpy("M8[ns]").view(np.int64)
    return {str(name): made[name].to_numpy() for name in made}


def vectorised(task: str, columns: Any, style: str, volume: Floats) -> dict[str, Any]:
    """All parents at once, a row each."""
    assert task == "plan"
    opened = np.datetime64("2026-03-02T14:30", "ns").astype(np.int64)
    start, end = (columns[name].view(np.int64) for name in ("start", "end"))
    span = end - start
    times = start[:, None] + span[:, None] * np.arange(SLICES + 1) // SLICES
    bins = volume.shape[1]
    cumulative = np.zeros((len(volume), bins + 1))
    np.cumsum(volume, axis=1, out=cumulative[:, 1:])
    scale = columns["adv"] / cumulative[columns["symbol"], -1]
    place = (times - opened) * (bins / DAY)
    bin_ = np.minimum(place.astype(np.int64), bins - 1)
    row = columns["symbol"][:, None]
    before = cumulative[row, bin_] + (place - bin_) * volume[row, bin_]
    expected = np.diff(before, axis=1) * scale[:, None]
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
            step = np.arange(SLICES)
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
        "release_time": times[:, :-1][kept],
        "expiry": times[:, 1:][kept],
        "quantity": lots[kept],
        "participation": (lots / expected)[kept],
    }


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
