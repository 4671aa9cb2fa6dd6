"""Who is sampled in which round.

Every implementation gets the rounds its speed allows within the time budget; slow
ones are spread evenly over the rounds of the fast ones, so that each of their samples
has a neighbour in time to be paired with. Within a round the order is shuffled by a
seed: no implementation always runs after the same one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """How much time a run may spend.

    ``budget`` seconds of samples per implementation and workload, within
    ``minimum`` and ``maximum`` rounds. A call longer than ``slow`` seconds gets
    ``minimum_slow`` rounds, and its Python memory is traced only when it takes less
    than ``trace_limit`` seconds (tracing slows a loop two to four times).
    """

    preset: str
    budget: float
    minimum: int
    maximum: int
    slow: float
    minimum_slow: int
    trace_limit: float

    @property
    def full(self) -> bool:
        """Whether every workload runs, not only the quick ones."""
        return self.preset == "full"


QUICK = Settings("quick", 0.6, 7, 25, 1.0, 3, 1.5)
FULL = Settings("full", 2.0, 11, 61, 1.0, 3, 1.5)
CHECK = Settings("check", 0.0, 0, 0, 1.0, 0, 0.0)  # every call once, nothing timed


def rounds_for(seconds: float, settings: Settings) -> int:
    """The number of rounds for an implementation whose sample takes ``seconds``."""
    least = settings.minimum_slow if seconds > settings.slow else settings.minimum
    return max(least, min(settings.maximum, int(settings.budget / max(seconds, 1e-9))))


def interleave(rounds: Mapping[str, int], seed: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Yield (round, who runs in it, in which order)."""
    total = max(rounds.values(), default=0)
    turns = {name: _spread(count, total) for name, count in rounds.items()}
    shuffle = random.Random(seed).shuffle
    for turn in range(total):
        names = [name for name in rounds if turn in turns[name]]
        shuffle(names)
        yield turn, names


def _spread(count: int, total: int) -> set[int]:
    """``count`` rounds spread evenly over ``total``, the first and the last included."""
    if count <= 1:
        return set(range(count))
    return {round(i * (total - 1) / (count - 1)) for i in range(count)}
