"""A part of the study: the workloads of one task with what solves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qpp.study import Claim, Implementation, Limit, Workload


@dataclass(frozen=True)
class Group:
    """Workloads, implementations, limits and claims of one file.

    ``baseline`` holds a function for each value that the workloads of the group give their input
    ``task``; implementations name the workloads they apply to (``only``).
    """

    workloads: Sequence[Workload]
    baseline: Mapping[str, Callable[..., Any]]
    optimised: Sequence[Implementation] = ()
    peers: Sequence[Implementation] = ()
    limits: Sequence[Limit] = ()
    claims: Sequence[Claim] = ()
    analysis: str = ""


def dispatch(groups: Sequence[Group]) -> Callable[..., Any]:
    """The baseline of all groups as one function: ``task`` chooses."""
    tasks = {task: call for group in groups for task, call in group.baseline.items()}

    def baseline(task: str, **inputs: Any) -> Any:
        return tasks[task](**inputs)

    return baseline
