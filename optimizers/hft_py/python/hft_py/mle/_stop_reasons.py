"""Why a search stopped: messages, which of the reasons mean success, and the status of each."""

from __future__ import annotations

MESSAGES = {
    "target_reached": "a value as good as the target was found",
    "converged": "the values of the whole population agree within the tolerance",
    "function_tolerance": "values no longer differ by more than the tolerance",
    "parameter_tolerance": "steps have become shorter than the tolerance",
    "no_effect_axis": "a step along an axis of the search no longer changes the mean",
    "no_effect_coordinate": "a step in a coordinate no longer changes the mean",
    "condition_number": "the search distribution has become too flat to go on",
    "step_too_large": "the steps grow without end: the objective has no minimum here, or sigma "
    "was far too small",
    "stagnation": "best and median values have not improved for a long time",
    "max_iterations": "the number of iterations is used up",
    "max_evaluations": "the number of evaluations is used up",
    "max_restarts": "the number of restarts is used up",
    "retries_done": "every retry has come to its end",
    "stopped_by_callback": "the progress callback returned False",
}
"""The message of each stop reason."""

SUCCESS_REASONS = (
    "target_reached",
    "converged",
    "function_tolerance",
    "parameter_tolerance",
    "no_effect_axis",
    "no_effect_coordinate",
)
"""The stop reasons that mean success."""


# These judge values: where all are equal from the first generation on, as those of a constant
# objective are, there is nothing to search. The others judge steps: a run that they end after its
# first generation has not searched, as its steps were too short.
_BY_VALUES = ("target_reached", "converged", "function_tolerance")


def succeeded(reason: str, iterations: int) -> bool:
    """Whether a run that ended so has found what it looked for."""
    return reason in SUCCESS_REASONS and (iterations > 1 or reason in _BY_VALUES)


def status_of(reason: str, success: bool, violation: float) -> int:
    """The number of :class:`OptimizeResult`."""
    if violation > 0.0:
        return 4
    if success:
        return 0
    if reason in ("max_iterations", "max_evaluations", "max_restarts", "retries_done"):
        return 1
    return 2 if reason == "stopped_by_callback" else 3
