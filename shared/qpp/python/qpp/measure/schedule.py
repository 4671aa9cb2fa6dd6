"""Which implementations are sampled in which round.

Every implementation gets the rounds that its speed allows within a budget of seconds; slow
ones are spread evenly over the rounds of the fast ones, so that each of their samples
has a neighbour in time to be paired with. Within a round the order is shuffled by a
seed: no implementation always runs after the same one.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Settings:
    """How much time a run may spend.

    ``budget`` is the seconds of one study, the start of its workers included; ``None`` leaves a
    study as long as it takes, with ``row_budget`` seconds of samples for each row. Either way a
    row gets ``minimum`` to ``maximum`` rounds. A call longer than ``slow`` seconds gets
    ``minimum_slow`` at least, and its Python memory is traced only when it takes less
    than ``trace_limit`` seconds (tracing slows a loop two to four times). With ``parts`` an
    implementation that declares a ``quick_part`` runs that.
    """

    preset: str
    budget: float | None
    row_budget: float
    minimum: int
    maximum: int
    slow: float
    minimum_slow: int
    trace_limit: float
    parts: bool = False

    @property
    def full(self) -> bool:
        """Whether every workload runs, not only the quick ones."""
        return self.preset.startswith("full")


QUICK = Settings("quick", 10.0, 0.6, 5, 25, 0.1, 3, 0.1, parts=True)
FULL = Settings("full", None, 2.0, 11, 61, 1.0, 3, 1.5)
# Every call once, nothing timed.
CHECK = Settings("check", None, 0.0, 0, 0, 1.0, 0, 0.0)
FULL_CHECK = replace(CHECK, preset="full check")


def rounds_for(seconds: float, settings: Settings, share: float) -> int:
    """The number of rounds that fit into ``share`` seconds, where a sample takes ``seconds``."""
    least = settings.minimum_slow if seconds > settings.slow else settings.minimum
    return max(least, min(settings.maximum, int(share / max(seconds, 1e-9))))


def rounds_within(
    costs: Mapping[str, float], settings: Settings, available: float | None
) -> dict[str, int]:
    """Rounds for each implementation, from the seconds that one of its samples takes.

    ``available`` seconds are shared out equally; what a fast one does not need goes to the
    slower ones. ``None`` gives each the budget of a row.

    >>> rounds_within({"fast": 0.01, "slow": 1.0}, QUICK, 4.25)
    {'fast': 25, 'slow': 4}
    """
    if available is None:
        return {
            name: rounds_for(cost, settings, settings.row_budget) for name, cost in costs.items()
        }
    counts: dict[str, int] = {}
    left = available
    for name in sorted(costs, key=lambda name: costs[name]):
        share = max(0.0, left) / (len(costs) - len(counts))
        counts[name] = rounds_for(costs[name], settings, share)
        left -= counts[name] * costs[name]
    return {name: counts[name] for name in costs}


def interleave(rounds: Mapping[str, int], seed: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Yield (round, names in the order in which they run)."""
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
