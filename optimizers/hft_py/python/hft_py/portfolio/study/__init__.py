"""The study: each group of workloads is declared in a file of its own."""

from __future__ import annotations

from hft_py.portfolio.study import allocators, multi_strategy, mvo
from hft_py.portfolio.study.group import dispatch
from qpp.study import Agreement, Implementation, Study

__all__ = ["study"]

GROUPS = [
    mvo.GROUP,
    allocators.GROUP,
    multi_strategy.GROUP,
]

study = Study(
    name="hft_portfolio",
    title="Portfolio construction",
    question="What does a rebalance cost beside the solver, and an allocator beside its formula?",
    headline=mvo.HEADLINE,
    workloads=[workload for group in GROUPS for workload in group.workloads],
    baseline=Implementation(
        "baseline",
        dispatch(GROUPS),
        part=mvo.first_rebalances,
        note=f"{mvo.BASELINE}; other tasks: NumPy as a user writes it",
    ),
    optimised=[row for group in GROUPS for row in group.optimised],
    peers=[row for group in GROUPS for row in group.peers],
    agreement=Agreement(
        rtol=1e-6,
        atol=1e-6,
        outputs={
            # In hundredths of a per cent; in a row each solver starts from weights of its own.
            "utility": Agreement(rtol=1e-6, atol=1e-5),
            # pymoo's volume at equal evaluations is up to 29 % smaller (five seeds, the shortest
            # workload); its first population's, without a search, 55 % and more.
            multi_strategy.ANY_SEARCH: Agreement(rtol=0.3),
        },
    ),
    limits=[limit for group in GROUPS for limit in group.limits],
    claims=[claim for group in GROUPS for claim in group.claims],
    analysis=" ".join(group.analysis for group in GROUPS),
)
