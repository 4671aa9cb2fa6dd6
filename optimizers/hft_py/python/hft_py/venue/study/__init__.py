"""The study: workloads, implementations, claims of the matching engine alone."""

from __future__ import annotations

from hft_py.backend import require_release_build
from hft_py.venue.study import peers
from hft_py.venue.study.implementations import run_hft_py, seconds_at_a_million
from hft_py.venue.study.workloads import LARGE, LIMITS, SMALL, flow, limits_only
from qpp.study import BEST_PEER, Agreement, Claim, Implementation, Limit, Study, Workload

require_release_build()

RATE = "1,000,000 orders a second"

study = Study(
    name="hft_venue",
    title="A matching engine in Rust",
    question="How many orders a second does one book match on one core?",
    headline=(SMALL, "rust"),
    workloads=[
        Workload(SMALL, flow, quick=True, count=100_000),
        Workload(LIMITS, limits_only, quick=True, count=100_000),
        Workload(LARGE, flow, count=1_000_000),
    ],
    baseline=Implementation(
        "python", run_hft_py("python"), note="sorted prices, a dict of orders at each"
    ),
    optimised=[
        Implementation("rust", run_hft_py("rust"), note="levels of case study 02, linked queues"),
    ],
    peers=[
        Implementation(
            "pyorderbook",
            peers.pyorderbook,
            needs=("pyorderbook",),
            prepare=peers.prepare,
            only=(LIMITS,),
            note="0.4, pure Python; a call makes its orders",
        ),
    ],
    limits=[Limit(RATE, seconds_at_a_million, kind="target", note="the bar of this study")],
    agreement=Agreement(rtol=0, atol=0),
    claims=[
        Claim("rust", over="python", at_least=50),
        Claim("rust", over=RATE, at_least=1),
        Claim("rust", over=BEST_PEER, at_least=50, on=LIMITS),
    ],
    analysis=(
        "An order that rests costs two look-ups by hash, of its price and of its number, a link "
        "in a queue and one level of the book; a trade takes the first order of the best queue. "
        "All of it is a few hundred bytes of memory near the touch, so what is left are "
        "branches that depend on random orders and are predicted wrong. Python does the same "
        "steps; each costs a bytecode or ten. The engine alone is timed: text, sockets, "
        "accounts and reports come on top. Where every order is a fill-or-kill through many "
        "small orders, both look through the same queues, and the lead is smaller."
    ),
)
