"""Options whose exercise is decided by the prices already known, and so their prices."""

from __future__ import annotations

import math

from gpu_monte_carlo._dates import growths
from gpu_monte_carlo.option import AsianOption


def certain(option: AsianOption) -> dict[str, float] | None:
    """Price and sensitivities where no later price decides on exercise, else ``None``.

    With a fixed strike, where nothing is left to be observed, or where the prices known alone
    lift the arithmetic average to the strike.

    Examples
    --------
    >>> option = AsianOption(100, 40, 0.0, 0.0, 0.2, 1.0, 1, past_fixings=[90, 110])
    >>> found = certain(option)
    >>> round(found["price"], 12), round(found["delta"], 12), found["vega"]
    (60.0, 0.333333333333, 0.0)
    >>> certain(AsianOption(100, 40, 0.0, 0.0, 0.2, 1.0, 1))
    """
    if option.strike_type != "fixed":
        return None
    bend = timed = 0.0
    if option.observations == 0:
        average, slope, bend = _known(option)
    elif option.average == "arithmetic" and option.reduced_strike <= 0.0:
        slope, timed = (total / option.terms for total in growths(option))
        average = option.past + option.spot * slope
    else:
        return None
    gain = average - option.strike
    held = option.phi * option.discount if option.phi * gain > 0.0 else 0.0
    price, drift = held * gain, option.rate - option.dividend
    # Today's price does not move with time.
    moving = option.spot * (slope - option.includes_spot / option.terms) if timed else 0.0
    return {
        "price": price,
        "delta": held * slope,
        "vega": 0.0,
        "gamma": held * bend,
        "theta": option.rate * price - held * drift * moving,
        "rho": held * option.spot * timed - option.maturity * price,
    }


def _known(option: AsianOption) -> tuple[float, float, float]:
    """An average of which nothing is left to be observed, and its derivatives by the spot."""
    share = option.ahead / option.terms
    if option.average == "arithmetic":
        return option.past + option.spot * share, share, 0.0
    logs = math.fsum(math.log(p) - math.log(option.spot) for p in option.past_fixings)
    average = option.spot * math.exp(logs / option.terms)
    slope = share * average / option.spot
    return average, slope, (share - 1.0) * slope / option.spot
