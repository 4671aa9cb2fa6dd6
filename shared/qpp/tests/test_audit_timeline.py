"""Wall time goes to what ran: threads, processes, pools of libraries, waiting, a busy machine."""

from collections.abc import Mapping

import pytest

from qpp.audit.monitor import Activity, Interval
from qpp.audit.stacks import Amounts, Frame, Span, Stack
from qpp.audit.timeline import spent

MAIN, OTHER, CHILD, POOL = (1, 1), (1, 2), (5, 5), (1, 9)
STEP = 0.01


def at(line: int) -> Stack:
    return (Frame("f", "/client/main.py", line),)


def shown(thread: tuple[int, int], line: int, start: float, stop: float) -> Span:
    return Span(*thread, start, stop, at(line))


def ran(*threads: dict[tuple[int, int], float], ready: bool = False) -> Activity:
    """One interval for each mapping from a thread to the part of the time that it ran."""
    intervals = []
    for number, parts in enumerate(threads):
        seconds = {thread: part * STEP for thread, part in parts.items()}
        run, waited = ({}, seconds) if ready else (seconds, {})
        intervals.append(Interval(number * STEP, (number + 1) * STEP, run, waited, {}))
    return Activity(0.0, intervals, {1: 0, 5: 1})


def by_line(found: Mapping[Stack, Amounts], what: str = "wall") -> dict[int, object]:
    """Seconds by line, but for the rounding of nothing."""
    lines = {s[0].line if s else 0: getattr(amounts, what) for s, amounts in found.items()}
    return {line: pytest.approx(seconds) for line, seconds in lines.items() if seconds > 1e-9}


def test_threads_that_take_turns_share_the_wall_time() -> None:
    activity = ran(*[{MAIN: 0.75, OTHER: 0.25}] * 10)
    found = spent([shown(MAIN, 1, 0, 1), shown(OTHER, 2, 0, 1)], activity, 1e9)
    assert by_line(found) == {1: 0.075, 2: 0.025}


def test_a_process_that_waits_for_work_gets_none() -> None:
    activity = ran(*[{CHILD: 1.0}] * 10)
    found = spent([shown(MAIN, 1, 0, 1), shown(CHILD, 2, 0, 1)], activity, 1e9)
    assert by_line(found) == {2: 0.1}


def test_parallel_processes_share_the_wall_time_and_keep_their_own_processor_time() -> None:
    activity = ran(*[{MAIN: 1.0, CHILD: 1.0}] * 10)
    found = spent([shown(MAIN, 1, 0, 1), shown(CHILD, 2, 0, 1)], activity, 1e9)
    assert by_line(found) == {1: 0.05, 2: 0.05}
    assert by_line(found, "cpu") == {1: 0.1, 2: 0.1}


def test_a_librarys_pool_works_for_the_thread_that_waits_for_it() -> None:
    activity = ran(*[{POOL: 1.0}] * 10)
    found = spent([shown(MAIN, 1, 0, 1)], activity, 1e9)
    assert by_line(found) == {1: 0.1}
    assert by_line(found, "waiting") == {}


def test_a_process_without_stacks_works_for_its_parent() -> None:
    found = spent([shown(MAIN, 1, 0, 1)], ran(*[{CHILD: 1.0}] * 10), 1e9)
    assert by_line(found) == {1: 0.1}


def test_a_process_works_before_the_profiler_finds_it() -> None:
    activity = ran(*[{CHILD: 1.0}] * 20)
    found = spent([shown(MAIN, 1, 0, 1), shown(CHILD, 2, 0.1, 1)], activity, 1e9)
    assert by_line(found) == {2: 0.2}


def test_what_nothing_ran_for_waits() -> None:
    activity = ran(*[{MAIN: 1.0}] * 10, *[{}] * 10)
    spans = [shown(MAIN, 1, 0, 0.1), shown(MAIN, 2, 0.1, 1)]
    found = spent(spans, activity, 1e9, waiting=0.1)
    assert by_line(found) == {1: 0.1, 2: 0.1}
    assert by_line(found, "waiting") == {2: 0.1}


def test_the_stops_of_the_profiler_are_no_waiting() -> None:
    found = spent([shown(MAIN, 1, 0, 1)], ran(*[{MAIN: 0.7}] * 10), 1e9, waiting=0.0)
    assert by_line(found) == {1: 0.1}
    assert sum(one.waiting for one in found.values()) < 1e-6


def test_being_ready_on_a_busy_machine_is_no_waiting() -> None:
    assert ran(*[{MAIN: 1.0}] * 10, ready=True).waiting < 1e-9


def test_a_thread_that_never_enters_the_clients_code_works_for_the_main_thread() -> None:
    library: Stack = (Frame("g", "/lib/pool.py", 1),)
    spans = [shown(MAIN, 1, 0, 1), Span(*OTHER, 0, 1, library)]
    found = spent(spans, ran(*[{OTHER: 1.0}] * 10), 1e9, lambda s: s != library)
    assert by_line(found) == {1: 0.1}


def test_time_that_the_kernel_counts_late_goes_back_to_when_it_was() -> None:
    activity = ran({MAIN: 0.4}, {MAIN: 1.6})
    activity.move_late_time()
    assert activity.waiting == pytest.approx(0.0)


def test_threads_that_only_the_profiler_wakes_are_left_out() -> None:
    activity = ran(*[{MAIN: 0.9, OTHER: 0.01}] * 10)
    for interval in activity.intervals:
        interval.ready[OTHER] = 0.005
    activity.forget_woken()
    assert all(interval.active.keys() == {MAIN} for interval in activity.intervals)


def test_a_thread_that_is_ready_for_much_longer_than_it_runs_was_only_woken() -> None:
    for ready, kept in ((0.9, False), (0.7, True)):
        activity = ran(*[{MAIN: 0.9, OTHER: 0.04}] * 10)
        for interval in activity.intervals:
            interval.ready[OTHER] = ready * STEP
        activity.forget_woken()
        assert all((OTHER in interval.ready) == kept for interval in activity.intervals)
        assert all(OTHER in interval.run for interval in activity.intervals)


def test_a_stack_stands_for_the_time_around_its_sample() -> None:
    spans = [shown(MAIN, 1, 0, 0.1), shown(MAIN, 2, 0.1, 1)]
    assert by_line(spent(spans, ran(*[{MAIN: 1.0}] * 20), 10)) == {1: 0.05, 2: 0.15}


def test_where_the_profilers_clock_starts_late_waiting_tells_how_late() -> None:
    activity = ran(*([{MAIN: 1.0}] * 5 + [{}] * 5) * 6)
    spans = []
    for start in (0.1 * n - 0.01 for n in range(7)):
        spans += [shown(MAIN, 1, max(0.0, start), start + 0.05)]
        spans += [shown(MAIN, 2, start + 0.05, start + 0.1)]
    found = spent(spans, activity, 1e9, waiting=0.3)
    assert found[at(2)].waiting > 0.27  # 0.24 by clocks that are not shifted


def test_without_the_scheduler_the_main_threads_wall_time_is_what_is_known() -> None:
    found = spent([shown(MAIN, 1, 0, 0.5), shown(OTHER, 2, 0, 1)], None, 100)
    assert by_line(found) == by_line(found, "cpu") == {1: 0.5}


def test_while_the_audit_was_stopped_the_threads_that_ran_have_the_time() -> None:
    shows = [shown(MAIN, 1, 0, 2), shown(OTHER, 2, 0, 2)]
    long = [Interval(0.0, 1.0, run, {}, {}) for run in ({OTHER: 0.5}, {})]
    found = [spent(shows, Activity(0.0, [one], {1: 0}), 1e9) for one in long]
    assert [by_line(one) for one in found] == [{2: 1.0}, {}]
    assert by_line(found[0], "waiting") == {}
