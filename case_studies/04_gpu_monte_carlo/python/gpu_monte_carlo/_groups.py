"""Options that share paths: simulated until the target error is met.

Prices are simulated on a spot of 1 and scaled back to currency. Where too few paths pay, the
error of the sample is meaningless, and the distance to bounds known without simulation replaces it.
"""

from __future__ import annotations

import importlib
import math
import warnings
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from gpu_monte_carlo import _blocks, backends, closed_form, sobol
from gpu_monte_carlo._certain import certain
from gpu_monte_carlo._request import MAX_PATHS, Request
from gpu_monte_carlo._simulation import GREEKS
from gpu_monte_carlo.bounds import bracket
from gpu_monte_carlo.option import AsianOption, rows

MAX_OPTIONS = 4096  # of one call of a kernel
MARGIN = 1.1  # on the paths that an error measured so far calls for
NEGLIGIBLE = 1e-9  # of the spot: smaller errors need no warning
MAX_STRIKE = 1e300  # of a strike in spots
MAX_GROWTH = 16  # of one round, as an error measured on few paths is itself uncertain


@dataclass
class Group:
    """Options that share paths and a control, and their estimates."""

    indices: list[int]
    options: list[AsianOption]
    found: dict[str, Any] = field(default_factory=dict)
    paths: int = 0
    few: list[int] = field(default_factory=list)
    """Options of which too few paths have paid for an error to be known."""

    @property
    def steps(self) -> int:
        return self.options[0].steps if self.paths else 0

    def controlled(self, request: Request) -> bool:
        """Whether the control applies: a geometric average would be its own."""
        return request.control and self.options[0].average == "arithmetic"

    def units(self) -> list[AsianOption]:
        """The same options on a spot of 1: no square of a price overflows a double."""
        return [
            replace(
                option,
                spot=1.0,
                strike=min(option.strike / option.spot, MAX_STRIKE),
                past_fixings=[min(p / option.spot, MAX_STRIKE) for p in option.past_fixings],
            )
            for option in self.options
        ]

    def exact(self) -> Any:
        """Prices of the controls, on a spot of 1: of all prices, or of those ahead."""
        return np.array([_twin(option) for option in self.units()])

    def keep(self, found: dict[str, Any], samples: int, xp: Any) -> None:
        """Store estimates on a spot of 1, in currency; bounds where too few paths paid."""
        spots = xp.asarray([option.spot for option in self.options])
        powers = {"gamma": -1, "gamma_standard_error": -1, "effective": 0}
        powers |= {"delta": 0, "delta_standard_error": 0}
        self.found = {name: value * spots ** powers.get(name, 1) for name, value in found.items()}
        count = _blocks.to_host(self.found.pop("effective"))
        few = (count < _blocks.ENOUGH) & (count < samples / 20)
        self.few = [
            i for i, option in enumerate(self.options) if few[i] and option.volatility > 0.0
        ]
        for i in list(self.few):
            low, high = bracket(self.options[i])
            value = min(max(float(self.found["price"][i]), low), high)
            self.found["price"][i] = value
            error = max(float(self.found["standard_error"][i]), high - value, value - low)
            self.found["standard_error"][i] = error
            if error <= NEGLIGIBLE * self.options[i].spot:
                self.few.remove(i)
        for name in ("price", "standard_error"):
            self._finite(_blocks.to_host(self.found[name]))

    def _finite(self, values: Any) -> None:
        for option, value in zip(self.options, values, strict=True):
            if not math.isfinite(value):
                raise OverflowError(
                    f"prices of {option} are too large for the precision they are simulated in: "
                    "use precision='float64', or smaller rates and volatility"
                )

    def short_of(self, request: Request) -> float:
        """The largest error over the target; 0 where none is set."""
        if request.target_error is None:
            return 0.0
        return float(self.found["standard_error"].max()) / request.target_error

    def warn(self, request: Request) -> None:
        """Warn where the target is missed or too few paths pay."""
        reasons = []
        short = self.short_of(request)
        if short > 1.0:
            reasons.append(
                f"the standard error is {short:.3g} times target_error={request.target_error:g}"
            )
        if self.few:
            option = self.options[self.few[0]]
            others = f" and {len(self.few) - 1} more" if len(self.few) > 1 else ""
            reasons.append(
                f"too few pay for {option}{others}, so that the error given is the distance to "
                "bounds known without simulation"
            )
        if reasons:
            message = f"after {self.paths:,} paths {'; '.join(reasons)}: allow more paths"
            warnings.warn(message, RuntimeWarning, stacklevel=4)


def known(options: list[AsianOption]) -> Group:
    """Those whose price is certain, without a path."""
    found = {i: values for i, one in enumerate(options) if (values := certain(one)) is not None}
    group = Group(list(found), [options[i] for i in found])
    for name in (
        "price",
        "standard_error",
        *GREEKS,
        *(f"{name}_standard_error" for name in GREEKS),
    ):
        group.found[name] = np.array([values.get(name, 0.0) for values in found.values()])
    return group


def _twin(option: AsianOption) -> float:
    reduced = option.average == "arithmetic" and option.strike_type == "fixed"
    if reduced and option.past_fixings:
        return option.ahead / option.terms * closed_form.geometric(option.reduced())
    return closed_form.geometric(option)


def groups_of(options: list[AsianOption], indices: list[int]) -> list[list[int]]:
    """Indices of options that one call of a kernel prices: on the same dates."""
    groups: dict[Any, list[int]] = {}
    for i in indices:
        option = options[i]
        own = None if option.lengths is None else option.lengths.tobytes()
        key = (option.steps, own, option.exercised_later, option.average)
        groups.setdefault(key, []).append(i)
    return [
        indices[at : at + MAX_OPTIONS]
        for indices in groups.values()
        for at in range(0, len(indices), MAX_OPTIONS)
    ]


def simulate_pseudo(group: Group, request: Request, executor: Executor | None) -> None:
    on_device = request.device_output
    xp: Any = importlib.import_module("cupy") if on_device else np
    control = group.controlled(request)
    exact = xp.asarray(group.exact())
    run = _blocks.Run(
        backends.kernel(request.backend, on_device=on_device),
        rows(group.units()),
        request.simulation(group.options[0], control),
    )
    sums: Any = 0.0
    totals = _blocks.Totals()
    done, wanted = 0, request.blocks()
    while True:
        if on_device:
            sums = sums + run(done, wanted).sum(axis=0)
        else:
            more = _blocks.compute(run, done, wanted, executor, request.parts)
            totals.join(more.columns, more.shape)
            sums = totals.value()
        done += wanted
        group.keep(_blocks.finish(xp, sums, exact, control=control), done * _blocks.BLOCK, xp)
        short = group.short_of(request)
        if short <= 1.0 or done >= request.max_blocks():
            break
        enough = math.ceil(done * min(short * short * MARGIN, MAX_GROWTH))
        wanted = min(max(enough, done + 1), request.max_blocks()) - done
    group.paths = done * request.paths_of_block
    group.warn(request)


def simulate_sobol(group: Group, request: Request, executor: Executor | None) -> None:
    control = group.controlled(request)
    points = request.points()
    simulation = request.simulation(group.options[0], control)
    table, exact = rows(group.units()), group.exact()
    while True:
        each = [(table, simulation, i, 1, points) for i in range(sobol.REPLICATIONS)]
        if executor is None:
            sums = np.concatenate([sobol.replication_sums(*one) for one in each])
        else:
            sums = np.concatenate(_blocks.gather(executor, sobol.replication_sums, each))
        found = sobol.finish(sums, exact, control=control)
        group.keep(found, points * sobol.REPLICATIONS, np)
        most = request.paths or MAX_PATHS
        if group.short_of(request) <= 1.0 or 2 * points * sobol.REPLICATIONS > most:
            break
        points *= 2
    group.paths = points * sobol.REPLICATIONS
    group.warn(request)
