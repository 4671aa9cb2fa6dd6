"""Options that share paths: simulated until their error is met, and judged.

Prices are simulated on a spot of 1 and come back in currency. Where too few paths pay, the error
of the sample means nothing, and what bounds say takes its place.
"""

from __future__ import annotations

import importlib
import math
import warnings
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from gpu_monte_carlo import backends, blocks, closed_form, sobol
from gpu_monte_carlo.bounds import bracket
from gpu_monte_carlo.option import AsianOption, rows
from gpu_monte_carlo.request import MOST_PATHS, Request

MOST_OPTIONS = 4096  # of one call of a kernel
MARGIN = 1.1  # on the paths that an error measured so far calls for
NOTHING = 1e-9  # of the spot: an error that nobody has to be told of
LARGEST = 1e300  # of a strike in spots
GROWTH = 16  # of one round, as an error measured on few paths is itself uncertain


@dataclass
class Group:
    """Options that share paths and a control, and what was found of them."""

    indices: list[int]
    options: list[AsianOption]
    found: dict[str, Any] = field(default_factory=dict)
    paths: int = 0
    few: list[int] = field(default_factory=list)
    """Options of which too few paths have paid for an error to be known."""

    @property
    def observations(self) -> int:
        return self.options[0].observations

    def controlled(self, asked: Request) -> bool:
        """A geometric average is its own control: no simulation would be left."""
        return asked.control and self.options[0].average == "arithmetic"

    def units(self) -> list[AsianOption]:
        """The same options on a spot of 1: no square of a price leaves what a double holds."""
        return [
            replace(option, spot=1.0, strike=min(option.strike / option.spot, LARGEST))
            for option in self.options
        ]

    def exact(self) -> Any:
        """Prices of the geometric twins, on a spot of 1."""
        return np.array([closed_form.geometric(option) for option in self.units()])

    def keep(self, found: dict[str, Any], samples: int, xp: Any) -> None:
        """What was found on a spot of 1, in currency; where few paths paid, what bounds say."""
        spots = xp.asarray([option.spot for option in self.options])
        powers = {"gamma": -1, "gamma_standard_error": -1, "effective": 0}
        powers |= {"delta": 0, "delta_standard_error": 0}
        self.found = {name: value * spots ** powers.get(name, 1) for name, value in found.items()}
        count = blocks.to_host(self.found.pop("effective"))
        few = (count < blocks.ENOUGH) & (count < samples / 20)
        self.few = [
            i for i, option in enumerate(self.options) if few[i] and option.volatility > 0.0
        ]
        for i in list(self.few):
            low, high = bracket(self.options[i])
            value = min(max(float(self.found["price"][i]), low), high)
            self.found["price"][i] = value
            error = max(float(self.found["standard_error"][i]), high - value, value - low)
            self.found["standard_error"][i] = error
            if error <= NOTHING * self.options[i].spot:
                self.few.remove(i)
        for name in ("price", "standard_error"):
            self._finite(blocks.to_host(self.found[name]))

    def _finite(self, values: Any) -> None:
        for option, value in zip(self.options, values, strict=True):
            if not math.isfinite(value):
                raise OverflowError(
                    f"prices of {option} are too large for the precision they are simulated in: "
                    "use precision='float64', or smaller rates and volatility"
                )

    def short_of(self, asked: Request) -> float:
        """The largest error over the target; 0 where none is set."""
        if asked.target_error is None:
            return 0.0
        return float(self.found["standard_error"].max()) / asked.target_error

    def warn(self, asked: Request) -> None:
        """Tell what the estimate itself cannot."""
        told = []
        short = self.short_of(asked)
        if short > 1.0:
            told.append(
                f"the standard error is {short:.3g} times target_error={asked.target_error:g}"
            )
        if self.few:
            option = self.options[self.few[0]]
            others = f" and {len(self.few) - 1} more" if len(self.few) > 1 else ""
            told.append(
                f"too few pay for {option}{others}, so that the error given is the distance to "
                "bounds known without simulation"
            )
        if told:
            message = f"after {self.paths:,} paths {'; '.join(told)}: allow more paths"
            warnings.warn(message, RuntimeWarning, stacklevel=4)


def shared(options: list[AsianOption]) -> list[list[int]]:
    """Indices of options that one call of a kernel prices."""
    groups: dict[tuple[int, str], list[int]] = {}
    for i, option in enumerate(options):
        groups.setdefault((option.observations, option.average), []).append(i)
    return [
        indices[at : at + MOST_OPTIONS]
        for indices in groups.values()
        for at in range(0, len(indices), MOST_OPTIONS)
    ]


def pseudo(group: Group, asked: Request, executor: Executor | None) -> None:
    on_device = asked.device_output
    xp: Any = importlib.import_module("cupy") if on_device else np
    control = group.controlled(asked)
    exact = xp.asarray(group.exact())
    run = blocks.Run(
        kernel=backends.kernel(asked.backend, on_device=on_device),
        options=rows(group.units()),
        seed=asked.seed,
        observations=group.observations,
        antithetic=asked.antithetic,
        control=control,
        greeks=asked.greeks,
        precision=asked.precision,
        threads=asked.threads,
    )
    sums: Any = 0.0
    totals = blocks.Totals()
    done, wanted = 0, asked.blocks()
    while True:
        if on_device:
            sums = sums + run(done, wanted).sum(axis=0)
        else:
            more = blocks.compute(run, done, wanted, executor, asked.parts)
            totals.join(more.columns, more.shape)
            sums = totals.value()
        done += wanted
        group.keep(blocks.finish(xp, sums, exact, control=control), done * blocks.BLOCK, xp)
        short = group.short_of(asked)
        if short <= 1.0 or done >= asked.most_blocks():
            break
        enough = math.ceil(done * min(short * short * MARGIN, GROWTH))
        wanted = min(max(enough, done + 1), asked.most_blocks()) - done
    group.paths = done * asked.paths_of_block
    group.warn(asked)


def quasi(group: Group, asked: Request, executor: Executor | None) -> None:
    control = group.controlled(asked)
    points = asked.points()
    how = (group.observations, control, asked.greeks, asked.precision)
    table, exact = rows(group.units()), group.exact()
    while True:
        each = [(table, asked.seed, i, 1, points, *how) for i in range(sobol.REPLICATIONS)]
        if executor is None:
            sums = np.concatenate([sobol.replication_sums(*one) for one in each])
        else:
            sums = np.concatenate(blocks.gather(executor, sobol.replication_sums, each))
        found = sobol.finish(sums, exact, control=control)
        group.keep(found, points * sobol.REPLICATIONS, np)
        most = asked.paths or MOST_PATHS
        if group.short_of(asked) <= 1.0 or 2 * points * sobol.REPLICATIONS > most:
            break
        points *= 2
    group.paths = points * sobol.REPLICATIONS
    group.warn(asked)
