"""Which protocol an order goes by: those that answer, the fastest first; and when to try again."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from hft_py import checks
from hft_py.broker.protocols import Protocol

__all__ = ["Backoff", "Route", "Routes"]

_WEIGHT = 0.2  # of the last latency in the mean: ten answers replace what was before
_FAILURES = 3  # in a row, after which a protocol rests


@dataclass(frozen=True)
class Backoff:
    """Seconds between attempts: doubled each time up to ``most``, and moved at random.

    Parameters
    ----------
    first, most
        Seconds. Defaults: 0.1 and 30.
    jitter
        The part of each pause that is random, from 0 to 1, so that clients that failed together do
        not return together. Default: 0.5.

    Examples
    --------
    >>> import random
    >>> pause = Backoff(jitter=0.0)
    >>> [pause.seconds(n, random.Random(1)) for n in (1, 2, 3, 99)]
    [0.1, 0.2, 0.4, 30.0]
    """

    first: float = 0.1
    most: float = 30.0
    jitter: float = 0.5

    def __post_init__(self) -> None:
        checks.real_number("first", self.first, above=0.0)
        checks.real_number("most", self.most, least=self.first)
        checks.real_number("jitter", self.jitter, least=0.0, most=1.0)

    def seconds(self, failures: int, random_numbers: random.Random) -> float:
        """The pause after so many failures in a row, one or more."""
        pause = min(self.first * 2.0 ** min(failures - 1, 60), self.most)
        return pause * (1.0 - self.jitter * random_numbers.random())


class Route:
    """One protocol: how fast it answers, how often it failed, how many orders it may take."""

    def __init__(self, protocol: Protocol, per_second: float, burst: float) -> None:
        self.protocol = protocol
        self.latency: float | None = None
        self.failures = 0
        self.rests_until = float("-inf")
        self.probed = float("-inf")
        self._per_second, self._burst = per_second, burst
        self._tokens, self._filled_at = burst, float("-inf")

    def answered(self, seconds: float | None = None) -> None:
        """It answered, after so long where that was measured."""
        self.failures = 0
        if seconds is not None and seconds >= 0:
            old = seconds if self.latency is None else self.latency
            self.latency = old + _WEIGHT * (seconds - old)

    def failed(self, now: float, pause: float) -> None:
        """It did not answer; after a few times it rests."""
        self.failures += 1
        if self.failures >= _FAILURES:
            self.rests_until = now + pause

    def rest(self, now: float, seconds: float) -> None:
        """It asked to be left alone."""
        self.rests_until = max(self.rests_until, now + seconds)

    def is_healthy(self, now: float) -> bool:
        """Whether an order may go this way now, limits of the rate aside."""
        return now >= self.rests_until and self.protocol.is_up

    def wait(self, now: float) -> float:
        """Seconds until the rate allows another order; 0 if it does now."""
        if self._filled_at == float("-inf"):
            self._filled_at = now
        gained = max(now - self._filled_at, 0.0) * self._per_second
        self._tokens = min(self._tokens + gained, self._burst)
        self._filled_at = max(now, self._filled_at)
        return 0.0 if self._tokens >= 1.0 - 1e-9 else (1.0 - self._tokens) / self._per_second

    def take(self) -> None:
        """An order goes this way."""
        self._tokens -= 1.0


class Routes:
    """The protocols of a broker."""

    def __init__(self, protocols: Sequence[Protocol], per_second: float, burst: float) -> None:
        self.all = [Route(protocol, per_second, burst) for protocol in protocols]
        self.named = {route.protocol.name: route for route in self.all}

    def best(self, now: float, avoid: set[str]) -> Route | None:
        """The healthy route with the lowest latency, in the order given where none is measured.

        One that was never measured counts as the fastest: it is tried. Routes of ``avoid`` are
        taken only where there is no other.
        """
        healthy = [route for route in self.all if route.is_healthy(now)]
        fresh = [route for route in healthy if route.protocol.name not in avoid]
        ready = [route for route in fresh or healthy if route.wait(now) == 0.0]
        return min(ready, key=lambda route: route.latency or 0.0, default=None)
