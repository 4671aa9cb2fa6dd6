"""Loads on a venue in another process: no order lost or doubled; heartbeats; a session's life."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("hft_py._rust", reason="the extension is not installed")
pytest.importorskip("qpp", reason="the harness is not installed")
pytest.importorskip("httpx", reason="the REST client is not installed")
pytest.importorskip("fastapi", reason="the REST server is not installed")

from hft_py.broker.study import latency, loads
from hft_py.broker.study.answers import Answers
from hft_py.broker.study.echo import round_trips, sizes
from hft_py.broker.study.session_life import recorded, steps
from hft_py.broker.study.sessions import many_sessions
from hft_py.broker.study.workloads import orders


def test_fix_and_rest_at_a_rate() -> None:
    """All three clients hear of each order once, and no answer comes before its order was due."""
    found = latency.compared(rate=100.0, seconds=0.4)
    assert len(found) == 3
    for load in found.values():
        assert (load.count, load.lost, load.doubled) == (40, 0, 0)
        assert load.latencies.min() > 0
        values = list(load.quantiles().values())
        assert values == sorted(values) and values[-1] == load.latencies.max()


def test_a_late_order_counts_from_when_it_was_due() -> None:
    """A client that pauses once delays the orders that were due meanwhile, and all show it."""

    class Pausing:
        def __init__(self) -> None:
            self.answers = Answers(0)
            self.sent: list[float] = []

        def send(self, number: int, lots: int, price: str) -> None:
            if number == 10:
                loads.time.sleep(0.2)
            self.answers.acknowledged(number)
            self.answers.over(number, 0)

        def close(self) -> None:
            pass

    load = loads.at_rate(Pausing(), rate=1_000.0, seconds=0.1)
    # Orders 11 to 99 were due within 0.1 s of the pause of 0.2 s.
    assert (load.latencies[11:] > 0.1).all()
    assert load.sent_late > 0.1


@pytest.mark.parametrize(
    ("acknowledged", "over", "lost", "doubled"),
    [([0, 1], [0, 1], 0, 0), ([0], [0], 1, 0), ([0, 1, 1], [0, 1], 0, 1), ([0, 1], [1, 1], 1, 1)],
)
def test_lost_and_doubled_orders_are_counted(
    acknowledged: list[int], over: list[int], lost: int, doubled: int
) -> None:
    answers = Answers(2)
    for number in acknowledged:
        answers.acknowledged(number)
    for number in over:
        answers.over(number, 1)
    assert (answers.lost(), answers.doubled()) == (lost, doubled)
    assert answers.number(Answers(1).name(0)) is None and answers.unknown == 1
    with pytest.raises(TimeoutError, match="of 2 orders are over"):
        answers.wait(4, timeout=0.01)


def _check_burst(count: int) -> None:
    load, memory = latency.burst_of(count)
    assert (load.count, load.lost, load.doubled, load.unknown) == (count, 0, 0, 0)
    for before, after in memory.values():
        # Each message may leave its place in the store's index, and nothing else.
        assert after - before < (16 << 20) + 200 * count


def _check_sustained(seconds: float) -> None:
    load, seen = latency.sustained(1_000.0, seconds)
    assert (load.lost, load.doubled, load.unknown) == (0, 0, 0)
    growth = np.array(seen[-1]) - np.array(seen[1])  # the first tenth fills caches
    assert (growth < (16 << 20) + 100 * load.count).all()


def test_burst() -> None:
    _check_burst(5_000)


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_large_burst() -> None:
    _check_burst(100_000)


def test_a_rate_kept_up() -> None:
    _check_sustained(1.0)


@pytest.mark.thorough
@pytest.mark.timeout(1200)
def test_a_rate_kept_up_for_a_minute() -> None:
    """Ten minutes: ``python -m hft_py.broker.study.latency sustain --full``."""
    _check_sustained(60.0)


def test_sessions_get_their_heartbeats() -> None:
    found = many_sessions(40, 1, 2.5)
    assert (found.sessions, found.closed, found.unexpected) == (40, 0, 0)
    assert found.fewest >= 1 and found.heartbeats >= 40


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_a_thousand_sessions() -> None:
    found = many_sessions(1_000, 5, 22.5)
    assert (found.sessions, found.closed) == (1_000, 0)
    assert found.fewest >= 2


def test_a_life_of_a_session() -> None:
    """Its log shows the gap, the request, and the lost report with PossDupFlag."""
    found = recorded()
    kinds = [step.message.msg_type for step in found if step.message and step.direction == "out"]
    assert kinds == ["A", "D", "D", "2", "5"]
    again = [step.message for step in found if step.message and step.message.get(43) == "Y"]
    assert (again[0].get(11), again[0].get(39)) == ("order-1", "2")
    with pytest.raises(ValueError, match="none of an operator's log"):
        steps("no log")


def test_the_socket_echo_exchanges_real_sizes() -> None:
    order, reports = sizes()
    assert 100 < order < reports < 1_000
    assert (round_trips(20) > 0).all()


def test_orders_are_the_same_each_time() -> None:
    first, again = orders(100), orders(100)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert 0 < first["trades"].sum() < 100 and first["lots"].min() >= 1


def test_wrong_arguments_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["bursts"], ["burst", "--burst", "0"]):
        with pytest.raises(SystemExit) as ended:
            latency.main(arguments)
        assert ended.value.code == 2
    assert "expected some of compare, burst" in capsys.readouterr().err


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert latency.main(["burst", "--burst", "500"]) == 0
    printed = capsys.readouterr().out
    assert "burst of 500 orders" in printed and "lost 0, doubled 0" in printed
