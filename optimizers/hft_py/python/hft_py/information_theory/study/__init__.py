"""The study: workloads, implementations, bounds, claims."""

from hft_py.information_theory.study import continuous, peers
from hft_py.information_theory.study.runs import ours, outputs, part, warm
from hft_py.information_theory.study.workloads import (
    MRMR,
    PAIR,
    ROLLING,
    SELECTION,
    STOCKS,
    TEST,
    TRANSFER,
    WORKLOADS,
)
from qpp.study import BEST_PEER, Agreement, Claim, Implementation, Study

__all__ = ["study"]


def _ours(name: str, backend: str, **more: object) -> Implementation:
    call = ours(backend, int(str(more.get("threads", 1))))
    return Implementation(name, call, prepare=warm(call), collect=outputs, **more)  # type: ignore[arg-type]


def _peer(name: str, call: object, only: tuple[str, ...], **more: object) -> Implementation:
    given = {"prepare": peers.coded, "note": "given bin numbers", **more}
    return Implementation(
        name, call, collect=outputs, only=only, compare=("value",), **given  # type: ignore[arg-type]
    )  # fmt: skip


study = Study(
    name="hft_information_theory",
    title="Information theory in Rust",
    question="How long do an information, a selection of features and a permutation test take?",
    headline=(PAIR, "rust"),
    workloads=[*WORKLOADS, *continuous.WORKLOADS],
    baseline=_ours(
        "python", "python", part=part, note="plain Python: counts in a dict, a logarithm a cell"
    ),
    optimised=[
        _ours("rust", "rust"),
        _ours(
            "rust-2-threads",
            "rust",
            threads=2,
            only=(SELECTION, STOCKS, TEST, continuous.KSG_LARGE),
        ),
    ],
    peers=[
        _peer(
            "numpy-histogram2d",
            peers.histogram2d,
            (PAIR,),
            prepare=None,
            note="bins included, as ours",
        ),
        _peer("scikit-learn", peers.scikit_learn, (PAIR, SELECTION), needs="sklearn"),
        _peer("infomeasure", peers.infomeasure, (PAIR, TRANSFER), needs="infomeasure"),
        _peer("pyinform", peers.pyinform, (PAIR, TRANSFER), needs="pyinform"),
        _peer("dit", peers.dit, (PAIR,), needs="dit"),
        *continuous.PEERS,
    ],
    limits=continuous.LIMITS,
    agreement=Agreement(
        rtol=1e-9, atol=1e-11, outputs={"selected": Agreement(), **continuous.AGREEMENT}
    ),
    claims=[
        Claim("rust", over="python", at_least=50, on=[PAIR, SELECTION]),
        Claim("rust", over="python", at_least=50, on=[MRMR, ROLLING, TEST, STOCKS]),
        Claim("rust", over="numpy-histogram2d", at_least=10, on=PAIR),
        Claim("rust", over="scikit-learn", at_least=10, on=[PAIR, SELECTION]),
        Claim("rust", over="infomeasure", at_least=20, on=TRANSFER),
        Claim("rust", over=BEST_PEER, at_least=1, on=[PAIR, SELECTION]),
        Claim("rust-2-threads", over="rust", at_least=1.4, on=[TEST, STOCKS]),
        Claim("rust", over="python", metric="resident_memory", at_least=6, on=[PAIR, SELECTION]),
        *continuous.CLAIMS,
    ],
    analysis=(
        "A mutual information is a table of counts: in Python the interpreter visits every row "
        "several times, NumPy's histogram2d searches each value among the edges. Here equal widths "
        "are a multiplication, eight rows at a time, and the counts of a table fit in the cache. "
        "A ranking reads the matrix twice, once for the ranges and once to bin and count, and "
        "keeps no bin number. In a permutation test only the table changes: with few cells for "
        "many rows it is drawn from its distribution, cell by cell, and the rows are not shuffled "
        "at all. For one transfer entropy of eight thousand days the checks of arguments take "
        "longer than the counting, and a C library called by ctypes is faster. "
        + continuous.ANALYSIS
    ),
    time_limit=600.0,
)
