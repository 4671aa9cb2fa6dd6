"""From runs to a result: the best run, sums over all, the history of the best retry."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from hft_py.mle._history import Attempt, History
from hft_py.mle._runner import Run
from hft_py.mle._stop_reasons import MESSAGES, status_of, succeeded
from hft_py.mle.baseline.loop import Array, precedes
from hft_py.mle.result import OptimizeResult

INFEASIBLE = "no feasible point was found"


@dataclass
class RestartSequence:
    """The runs of one retry: one, or one for every restart."""

    runs: list[Run] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    reason: str = ""

    @property
    def best(self) -> Run:
        """The run with the best point."""
        leader = self.runs[0]
        for run in self.runs[1:]:
            if precedes(run.value, run.violation, leader.value, leader.violation):
                leader = run
        return leader

    @property
    def evaluations(self) -> int:
        """Of all runs."""
        return sum(run.evaluations for run in self.runs)

    def history(self) -> History:
        """All generations, evaluations and best values counted through."""
        if len(self.runs) == 1:
            rows = self.runs[0].history
            return History(**rows, restart=np.zeros(len(rows["best"])))
        spent, best, params = 0.0, math.inf, np.empty(0)
        columns: dict[str, list[Array]] = {}
        for number, run in enumerate(self.runs):
            rows = dict(run.history)
            count = len(rows["best"])
            values, points = rows["best"].copy(), rows["best_params"].copy()
            behind = values >= best
            values[behind] = best
            if params.size:
                points[behind] = params
            rows |= {"best": values, "best_params": points}
            rows["evaluations"] = rows["evaluations"] + spent
            rows["restart"] = np.full(count, float(number))
            spent = float(rows["evaluations"][-1])
            best, params = float(values[-1]), points[-1]
            for name, row in rows.items():
                columns.setdefault(name, []).append(row)
        return History(**{name: np.concatenate(parts) for name, parts in columns.items()})


def _message(reason: str, best: str) -> str:
    """Why it stopped, and with restarts also why the best run ended."""
    if reason != "max_restarts":
        return MESSAGES[reason]
    return f"{MESSAGES[reason]}; in the best run {MESSAGES[best]}"


def aggregate(
    sequences: list[RestartSequence], seed: int, reason: str | None = None
) -> OptimizeResult:
    """The result of one retry, or of several."""
    winner = sequences[0]
    for sequence in sequences[1:]:
        here, there = sequence.best, winner.best
        if precedes(here.value, here.violation, there.value, there.violation):
            winner = sequence
    best = winner.best
    reason = reason or winner.reason
    success = (
        (succeeded(best.reason, best.iterations) or reason == "target_reached")
        and best.violation == 0.0
        and math.isfinite(best.value)
        and reason != "stopped_by_callback"
    )
    status = status_of(reason, success, best.violation)
    attempts = tuple(
        Attempt(
            x=run.point,
            fun=run.value,
            constr_violation=run.violation,
            nfev=run.evaluations,
            nit=run.iterations,
            population_size=size,
            retry=number,
            stop_reason=run.reason,
        )
        for number, sequence in enumerate(sequences)
        for run, size in zip(sequence.runs, sequence.sizes, strict=True)
    )
    return OptimizeResult(
        x=best.point,
        fun=best.value,
        success=status == 0,
        status=status,
        message=INFEASIBLE if status == 4 else _message(reason, best.reason),
        stop_reason=reason,
        nfev=sum(sequence.evaluations for sequence in sequences),
        nit=sum(run.iterations for sequence in sequences for run in sequence.runs),
        constr_violation=best.violation,
        n_invalid=sum(run.n_invalid for sequence in sequences for run in sequence.runs),
        seed=seed,
        backend=best.backend,
        history=winner.history(),
        attempts=attempts,
    )
