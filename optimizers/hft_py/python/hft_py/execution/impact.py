"""Models of market impact, and their calibration from executions.

A purchase moves the price up and a sale down; impact is given as a cost, positive for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.execution._tables import Table
from hft_py.results import Result

__all__ = ["ImpactFit", "calibrate_impact", "linear_impact", "square_root_impact"]

Floats = npt.NDArray[np.float64]
MODELS = ("square_root", "power", "linear")


def square_root_impact(
    quantity: Any, volatility: Any, adv: Any, coefficient: float = 1.0, exponent: float = 0.5
) -> Any:
    """The impact ``Y sigma (Q / V)^delta`` of an order as a whole.

    Parameters
    ----------
    quantity
        What is traded, 0 or more; numbers or arrays, as in the following.
    volatility
        For the square root of a day; the impact is in its unit, a fraction of the price or money.
    adv
        Average daily volume, in the unit of the quantity.
    coefficient, exponent
        ``Y`` and ``delta``. Defaults 1 and 1/2, near what is found across markets (Toth et al.,
        Phys. Rev. X 1, 2011).

    Examples
    --------
    >>> round(square_root_impact(50_000, 0.02, 5e6) * 1e4, 2)  # basis points
    20.0
    """
    q, v = np.asarray(quantity, dtype=np.float64), np.asarray(adv, dtype=np.float64)
    if not (q >= 0).all():
        raise ValueError(f"quantity={checks.short(quantity)}, expected 0 or more")
    if not (v > 0).all():
        raise ValueError(f"adv={checks.short(adv)}, expected more than 0")
    found = coefficient * np.asarray(volatility, dtype=np.float64) * (q / v) ** exponent
    return float(found) if found.ndim == 0 else found


def linear_impact(
    quantity: Any, duration: Any, temporary: float, permanent: float = 0.0, fixed: float = 0.0
) -> Any:
    """The average cost of a unit traded evenly: ``epsilon + eta Q / T + gamma Q / 2``.

    Parameters
    ----------
    quantity
        What is traded, 0 or more; numbers or arrays.
    duration
        The time in which it is, in days.
    temporary, permanent, fixed
        ``eta``, ``gamma`` and ``epsilon`` of :class:`hft_py.execution.AlmgrenChriss`, without its
        correction for slices, which vanishes as they get short.

    Examples
    --------
    >>> linear_impact(1e6, 5.0, 2.5e-6, 2.5e-7, 0.0625)
    0.6875
    """
    q, t = np.asarray(quantity, dtype=np.float64), np.asarray(duration, dtype=np.float64)
    if not (q >= 0).all():
        raise ValueError(f"quantity={checks.short(quantity)}, expected 0 or more")
    if not (t > 0).all():
        raise ValueError(f"duration={checks.short(duration)}, expected more than 0")
    found = fixed + temporary * q / t + 0.5 * permanent * q
    return float(found) if found.ndim == 0 else found


@dataclass(frozen=True, eq=False, repr=False)
class ImpactFit(Result):
    """A calibrated model.

    Attributes
    ----------
    model
        Its name.
    names, coefficients, standard_errors
        The parameters.
    covariance
        Of the estimates.
    residual_deviation
        The standard deviation of what the model leaves, a fraction of the price.
    observations
        Orders used.

    Examples
    --------
    >>> import pandas as pd
    >>> fills = pd.DataFrame({"side": ["buy"] * 3, "price": [10.01, 10.02, 10.04],
    ...     "arrival_price": 10.0, "quantity": [1e3, 4e3, 16e3], "adv": 1e6, "volatility": 0.02})
    >>> calibrate_impact(fills).observations
    3
    """

    model: str
    names: tuple[str, ...]
    coefficients: Floats
    standard_errors: Floats
    covariance: Floats
    residual_deviation: float
    observations: int


def calibrate_impact(fills: Any, model: str = "square_root", *, fixed: bool = False) -> ImpactFit:
    """Coefficients of an impact model from executed orders, by least squares.

    Parameters
    ----------
    fills
        A pandas or Polars frame, a row an order (its fills' average price): ``side``, ``quantity``,
        ``price``, ``arrival_price``, ``adv``, and ``volatility`` (a fraction of the price, for the
        square root of a day) or, for ``"linear"``, ``duration`` in days.
    model
        The cost of an order, ``side (price - arrival) / arrival``, is taken as ``"square_root"``:
        ``Y sigma sqrt(Q / V)``, the default; ``"power"``: ``Y sigma (Q / V)^delta``; ``"linear"``:
        ``temporary (Q / V) / T + permanent / 2 (Q / V)``, the impacts of
        :class:`hft_py.execution.ExecutionConfig`.
    fixed
        Estimate a constant too, half a spread. Default: False.

    Returns
    -------
    ImpactFit
        Standard errors take the deviations from the model as equal and uncorrelated. Prices of
        orders at the same time in one symbol are not: theirs are larger.

    Raises
    ------
    TypeError, ValueError
        Columns missing, values not positive, fewer orders than parameters and one.

    Notes
    -----
    SciPy's ``curve_fit``, weighted by one over the volatility: costs of volatile symbols scatter
    more.

    Examples
    --------
    >>> import pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> q = 10.0 ** rng.uniform(3, 6, 4000)
    >>> cost = 0.8 * 0.02 * np.sqrt(q / 1e7) + 0.005 * rng.normal(size=4000)
    >>> fills = pd.DataFrame({"side": "sell", "quantity": q, "arrival_price": 20.0,
    ...     "price": 20.0 * (1 - cost), "adv": 1e7, "volatility": 0.02})
    >>> fit = calibrate_impact(fills)
    >>> bool(abs(fit.coefficients[0] - 0.8) < 3 * fit.standard_errors[0])
    True
    """
    from scipy.optimize import curve_fit

    checks.choice("model", model, MODELS)
    checks.flag("fixed", fixed)
    needed = ["side", "quantity", "price", "arrival_price", "adv"]
    needed.append("duration" if model == "linear" else "volatility")
    table = Table("fills", fills, needed)
    sides = table.values("side")
    table.check("side", [one not in ("buy", "sell") for one in sides], '"buy" or "sell"')
    values = {column: table.numbers(column) for column in needed[1:]}
    for column, found in values.items():
        table.check(column, found <= 0, "more than 0")
    sign = np.array([1.0 if side == "buy" else -1.0 for side in sides])
    arrival = values["arrival_price"]
    cost = sign * (values["price"] - arrival) / arrival
    share = values["quantity"] / values["adv"]
    names: tuple[str, ...]
    sigma = None
    if model == "linear":
        names, x = ("temporary", "permanent"), np.array([share / values["duration"], 0.5 * share])
        start = [0.25, 0.025]
    else:
        names, start = ("coefficient", "exponent"), [1.0, 0.5]
        sigma = values["volatility"]
        x = np.array([sigma, share])
        if model == "square_root":
            names, start = names[:1], start[:1]

    def predicted(x: Floats, *theta: float) -> Floats:
        found: Floats
        free = theta[-1] if fixed else 0.0
        if model == "linear":
            found = free + theta[0] * x[0] + theta[1] * x[1]
        else:
            exponent = theta[1] if model == "power" else 0.5
            found = free + theta[0] * x[0] * x[1] ** exponent
        return found

    if fixed:
        names, start = (*names, "fixed"), [*start, 0.0]
    if len(cost) <= len(start):
        raise ValueError(f"fills has {len(cost)} orders, expected more than {len(start)}")
    found, covariance = curve_fit(predicted, x, cost, p0=start, sigma=sigma)
    left = cost - predicted(x, *found)
    spread = float(np.sqrt(left @ left / (len(cost) - len(start))))
    errors = np.sqrt(np.diag(covariance))
    return ImpactFit(model, names, found, errors, covariance, spread, len(cost))
