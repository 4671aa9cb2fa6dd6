"""The baseline: what a competent user of pandas and NumPy writes first.

The covariances follow their definitions, with whole matrices of products. The factor model stacks
the tables into one long frame with a row for each date and asset, and regresses group by group.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]


def ewma(returns: pd.DataFrame, decay: float) -> Floats:
    """The recursion, divided by the sum of its weights."""
    n = returns.shape[1]
    covariance = np.zeros((n, n))
    for row in returns.to_numpy():
        covariance = decay * covariance + (1.0 - decay) * np.outer(row, row)
    return covariance / (1.0 - decay ** len(returns))


def ledoit_wolf(returns: pd.DataFrame) -> Floats:
    """Shrinkage to the identity as the paper has it: every fourth moment in a matrix."""
    x = (returns - returns.mean()).to_numpy()
    count, n = x.shape
    sample = x.T @ x / count
    mean = np.trace(sample) / n
    distance = ((sample - mean * np.eye(n)) ** 2).sum() / n
    fourth = (x**2).T @ (x**2) / count
    error = (fourth - sample**2).sum() / count / n
    shrinkage = min(error, distance) / distance
    found: Floats = shrinkage * mean * np.eye(n) + (1.0 - shrinkage) * sample
    return found


def factor_model(
    returns: pd.DataFrame,
    styles: dict[str, pd.DataFrame],
    sectors: pd.Series,
    market_cap: pd.DataFrame,
    universe: pd.DataFrame,
    half_life: float,
) -> dict[str, Any]:
    """Factor returns, their covariance and specific variances, all by groups of a long frame."""
    names = sorted(sectors.unique())
    cap = market_cap.where(universe & returns.notna())
    shares = cap.T.groupby(sectors).sum().T[names]
    shares = shares.div(shares.sum(axis=1), axis=0)
    left_out: Any = shares.mean().idxmax()
    kept = [name for name in names if name != left_out]
    ratios = shares[kept].div(shares[left_out], axis=0)

    # Exposures and weights of the day before, with the returns of the day.
    columns = {name: table.shift(1).stack(future_stack=True) for name, table in styles.items()}
    columns["return"] = returns.stack(future_stack=True)
    columns["weight"] = market_cap.shift(1).pow(0.5).stack(future_stack=True)
    columns["inside"] = universe.stack(future_stack=True)
    panel = pd.DataFrame(columns).dropna()
    sector = panel.index.get_level_values(1).map(sectors.to_dict())
    dummies = pd.get_dummies(pd.Series(sector, index=panel.index), dtype=float)

    rows, residuals = [], []
    date: Any
    for date, group in panel.groupby(level=0):
        ratio = ratios.shift(1).loc[date].to_numpy()
        one_hot = dummies.loc[[date]]
        relative = one_hot[kept].to_numpy() - np.outer(one_hot[left_out], ratio)
        x = np.hstack([np.ones((len(group), 1)), relative, group[list(styles)].to_numpy()])
        y = group["return"].to_numpy()
        used = group["inside"].to_numpy(dtype=bool)
        weight = np.sqrt(group["weight"].to_numpy()[used])
        f = np.linalg.lstsq(weight[:, None] * x[used], weight * y[used], rcond=None)[0]
        residuals.append(pd.Series(y - x @ f, index=group.index))
        rows.append([*f, -float(ratio @ f[1 : 1 + len(kept)])])
    reduced = ["market", *kept, *styles]
    order = ["market", *names, *styles]
    factor_returns = pd.DataFrame(rows, columns=[*reduced, left_out])[order]

    # The covariance of the factors that are left, and what the last constraint adds.
    decay = 0.5 ** (1.0 / half_life)
    covariance = ewma(factor_returns[reduced], decay)
    basis = pd.DataFrame(np.eye(len(reduced)), index=reduced, columns=reduced)
    basis.loc[left_out] = 0.0
    basis.loc[left_out, kept] = -ratios.iloc[-1]
    basis = basis.loc[order]
    squares = pd.concat(residuals).unstack().reindex(columns=returns.columns) ** 2
    specific = squares.ewm(halflife=half_life, ignore_na=True).mean().iloc[-1]
    covered = pd.concat([table.iloc[-1] for table in styles.values()], axis=1).notna().all(axis=1)
    return {
        "factor_returns": factor_returns.to_numpy(),
        "factor_covariance": basis.to_numpy() @ covariance @ basis.to_numpy().T,
        "specific_variance": specific.where(covered).to_numpy(),
    }
