"""Names of regimes, and strategy parameters for a regime by two tables of rules.

**By regime**, the default: larger positions and wider stops in a bull market, smaller positions and
tighter stops in a bear market, and between the two the parameters of a strategy that trades back to
the mean. The factors are starting points, not estimates.

========  ====================================================  =====  ========  =====
kind      names that contain                                    bear   sideways  bull
========  ====================================================  =====  ========  =====
lookback  ``lookback``, ``window``, ``period``, ``half_life``,  1      0.5       1
          ``horizon``
size      ``size``, ``leverage``, ``exposure``, ``quantity``,   0.5    1         1.5
          ``notional``
stop      ``stop``                                              0.5    1         1.5
exit      ``exit``                                              1      0.5       1
entry     ``entry``, ``threshold``                              1.25   0.75      1
target    ``take_profit``, ``target``                           0.75   0.75      1.5
========  ====================================================  =====  ========  =====

**By volatility**: with ``v`` the regime's volatility over the average, kept within [1/4, 4]:

=========  =========================================================  =========================
rule       applies to names that contain                              value
=========  =========================================================  =========================
widen      ``entry``, ``exit``, ``stop``, ``take_profit``,            times ``v``: distances that
           ``threshold``, ``spread``, ``target``                      volatility must not cross
shrink     ``size``, ``leverage``, ``exposure``, ``quantity``,        over ``v``: equal risk a day
           ``notional``
shorten    ``lookback``, ``window``, ``period``, ``half_life``,       over ``v``, rounded, 1 or
           ``horizon``                                                more: react faster
keep       everything else                                            as it is
=========  =========================================================  =========================

There a z-score (``_z`` or ``zscore`` in the name) is in units of volatility already and is kept,
and in a regime labelled ``bear`` sizes are halved once more. In both tables the first kind that a
name contains applies; whole lookbacks stay whole; anything that is not a number is kept.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any

from hft_py import checks

WIDEN = ("entry", "exit", "stop", "take_profit", "threshold", "spread", "target")
SHRINK = ("size", "leverage", "exposure", "quantity", "notional")
SHORTEN = ("lookback", "window", "period", "half_life", "horizon")
RULES = ("widen", "shrink", "shorten", "keep")
# Kind, parts of names, and the factor in each regime.
REGIME_RULES: dict[str, tuple[tuple[str, ...], dict[str, float]]] = {
    "lookback": (SHORTEN, {"sideways": 0.5}),
    "size": (SHRINK, {"bear": 0.5, "bull": 1.5}),
    "stop": (("stop",), {"bear": 0.5, "bull": 1.5}),
    "exit": (("exit",), {"sideways": 0.5}),
    "entry": (("entry", "threshold"), {"bear": 1.25, "sideways": 0.75}),
    "target": (("take_profit", "target"), {"bear": 0.75, "sideways": 0.75, "bull": 1.5}),
}
LIMITS = (0.25, 4.0)
BEAR_FACTOR = 0.5

Rule = str | Callable[[Any, float], Any]


def regime_labels(n_states: int) -> tuple[str, ...]:
    """Names of regimes ordered from worst to best.

    Examples
    --------
    >>> regime_labels(3)
    ('bear', 'sideways', 'bull')
    """
    n_states = checks.whole_number("n_states", n_states, least=1)
    if n_states == 1:
        return ("sideways",)
    if n_states <= 3:
        return ("bear", *("sideways",) * (n_states - 2), "bull")
    middle = (f"sideways_{i}" for i in range(1, n_states - 1))
    return ("bear", *middle, "bull")


def scaling_rule(name: str) -> str:
    """The rule of the table that applies to a parameter of that name.

    Examples
    --------
    >>> scaling_rule("stop_loss"), scaling_rule("entry_z"), scaling_rule("max_position_size")
    ('widen', 'keep', 'shrink')
    """
    if not isinstance(name, str):
        raise TypeError(f"name={checks.short(name)}, expected a parameter's name")
    lower = name.lower()
    if lower.endswith("_z") or "zscore" in lower or "z_score" in lower:
        return "keep"
    for rule, parts in (("shorten", SHORTEN), ("shrink", SHRINK), ("widen", WIDEN)):
        if any(part in lower for part in parts):
            return rule
    return "keep"


def scale_parameters(
    base_params: Mapping[str, Any],
    ratio: float,
    label: str,
    rules: Mapping[str, Rule] | None = None,
) -> dict[str, Any]:
    """``base_params`` for a regime whose volatility is ``ratio`` times the average.

    ``rules`` overrides the table by name: a rule, or a function ``(value, ratio) -> value``. A
    ``ratio`` that is not finite counts as 1.

    Examples
    --------
    >>> scale_parameters({"stop_loss": 0.02, "position_size": 100}, 2.0, "bull")
    {'stop_loss': 0.04, 'position_size': 50.0}
    """
    if not isinstance(base_params, Mapping):
        raise TypeError(f"base_params={checks.short(base_params)}, expected a mapping")
    if rules is not None and not isinstance(rules, Mapping):
        raise TypeError(f"rules={checks.short(rules)}, expected a mapping")
    number: Any = ratio
    if isinstance(number, bool) or not isinstance(number, Real):
        raise TypeError(f"ratio={checks.short(ratio)}, expected a real number")
    if not isinstance(label, str):
        raise TypeError(f"label={checks.short(label)}, expected a regime's name")
    for name in base_params:
        if not isinstance(name, str):
            raise TypeError(f"base_params has the key {checks.short(name)}, expected names")
    given = dict(rules or {})
    unknown = sorted(set(given) - set(base_params))
    if unknown:
        raise ValueError(f"rules name {unknown[0]!r}, which is not in base_params")
    v = min(max(ratio, LIMITS[0]), LIMITS[1]) if math.isfinite(ratio) else 1.0
    return {
        name: _apply(name, given.get(name, scaling_rule(name)), value, v, label)
        for name, value in base_params.items()
    }


def regime_parameters(base_params: Mapping[str, Any], label: str) -> dict[str, Any]:
    """``base_params`` for a regime of that name, by the first table of this module.

    Examples
    --------
    >>> regime_parameters({"stop_loss": 0.02, "position_size": 100, "entry_z": 2.0}, "bear")
    {'stop_loss': 0.01, 'position_size': 50.0, 'entry_z': 2.5}
    """
    return scale_parameters(base_params, 1.0, label, choose_rules(base_params, label, "regime", {}))


def regime_rule(name: str, label: str) -> Rule:
    """The factor of the first table that applies to a parameter in a regime, as a rule."""
    own = "sideways" if label.startswith("sideways") else label
    for kind, (parts, factors) in REGIME_RULES.items():
        if any(part in name.lower() for part in parts):
            factor = factors.get(own, 1.0)
            return functools.partial(_multiplied, factor=factor, whole=kind == "lookback")
    return "keep"


def choose_rules(
    base_params: Mapping[str, Any], label: str, default: str, own: Any
) -> dict[str, Rule]:
    """A rule for each name: its own, else that of the table ``default``."""
    if not isinstance(own, Mapping):
        raise TypeError(f"rules={checks.short(own)}, expected a mapping or a table's name")
    if not isinstance(base_params, Mapping):
        raise TypeError(f"base_params={checks.short(base_params)}, expected a mapping")
    if not isinstance(label, str):
        raise TypeError(f"label={checks.short(label)}, expected a regime's name")
    chosen: dict[str, Rule] = dict.fromkeys(base_params, default) | dict(own)
    for name, rule in chosen.items():
        if rule == "volatility":
            chosen[name] = scaling_rule(name)
        elif rule == "regime" and isinstance(name, str):
            chosen[name] = regime_rule(name, label)
    return chosen


def _multiplied(value: Any, _: float, factor: float, whole: bool) -> Any:
    if factor == 1.0 or isinstance(value, bool) or not isinstance(value, Real):
        return value
    return _shortened(value, 1.0 / factor) if whole else float(value) * factor


def _shortened(value: Any, over: float) -> Any:
    return max(1, round(int(value) / over)) if isinstance(value, Integral) else float(value) / over


def _apply(name: str, rule: Rule, value: Any, v: float, label: str) -> Any:
    if callable(rule):
        return rule(value, v)
    checks.choice(f"rules[{name!r}]", rule, RULES)
    if rule == "keep" or isinstance(value, bool) or not isinstance(value, Real):
        return value
    if rule == "widen":
        return float(value) * v
    if rule == "shrink":
        return float(value) / v * (BEAR_FACTOR if label == "bear" else 1.0)
    return _shortened(value, v)
