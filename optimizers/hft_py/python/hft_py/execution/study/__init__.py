"""The study: each group of workloads is declared in a file of its own."""

from __future__ import annotations

from hft_py.backend import require_release_build
from hft_py.execution.study import schedules, storing, tca
from hft_py.portfolio.study.group import dispatch
from qpp.study import Agreement, Implementation, Study

__all__ = ["study"]

require_release_build()

GROUPS = [schedules.GROUP, tca.GROUP, storing.GROUP]
PARTS = {"plan": schedules.first_parents, "frontier": schedules.first_parents,
         "tca": tca.first_orders}  # fmt: skip

study = Study(
    name="hft_execution",
    title="Execution: schedules, costs, orders",
    question="What does it take to plan, to measure and to store a day of orders?",
    headline=(schedules.LARGE[1], "plan-rust"),
    workloads=[workload for group in GROUPS for workload in group.workloads],
    baseline=Implementation(
        "baseline",
        dispatch(GROUPS),
        part=lambda inputs: PARTS.get(inputs["task"], lambda whole: (whole, 1))(inputs),
        note="a loop over orders in pandas; frontier: CVXPY; store: a statement a row",
    ),
    optimised=[row for group in GROUPS for row in group.optimised],
    peers=[row for group in GROUPS for row in group.peers],
    agreement=Agreement(rtol=1e-9, atol=1e-9),
    claims=[claim for group in GROUPS for claim in group.claims],
    analysis=" ".join(group.analysis for group in GROUPS),
)
