"""The study: workloads, implementations, claims."""

from __future__ import annotations

from hft_py.backend import require_release_build
from hft_py.fix.study import peers
from hft_py.fix.study.implementations import (
    baseline,
    collect,
    run_hft_py,
    seconds_to_read_and_write,
)
from hft_py.fix.study.workloads import READ, READ_QUICK, WRITE, WRITE_QUICK, orders, reports
from qpp.study import Agreement, Claim, Implementation, Limit, Study, Workload

require_release_build()

READING, WRITING = (READ_QUICK, READ), (WRITE_QUICK, WRITE)

study = Study(
    name="hft_fix",
    title="FIX messages in Rust",
    question="What does a FIX message cost in Python: decoded, validated, read, and written?",
    headline=(READ_QUICK, "rust"),
    workloads=[
        Workload(READ_QUICK, reports, quick=True, task="read", count=1_000),
        Workload(WRITE_QUICK, orders, quick=True, task="write", count=1_000),
        Workload(READ, reports, task="read", count=10_000),
        Workload(WRITE, orders, task="write", count=10_000),
    ],
    baseline=Implementation(
        "split-to-dict",
        baseline,
        collect=collect,
        note="bytes split into a dict, the checksum verified; nothing validated",
    ),
    optimised=[
        Implementation("rust", run_hft_py("rust"), collect=collect, note="with validation"),
        Implementation(
            "rust-unvalidated", run_hft_py("rust", validate=False), collect=collect, only=READING
        ),
        Implementation(
            "python",
            run_hft_py("python"),
            collect=collect,
            note="the readable kernels, with validation",
        ),
    ],
    peers=[
        Implementation(
            "simplefix",
            peers.simplefix,
            needs="simplefix",
            install="make peers",
            collect=collect,
            note="1.0, no checksum, no validation",
        ),
        Implementation(
            "quickfix",
            peers.quickfix,
            needs="quickfix",
            install="pip install './optimizers/hft_py[quickfix]', which compiles C++ for minutes",
            prepare=peers.to_quickfix,
            collect=collect,
            note="1.16, with validation",
        ),
    ],
    limits=[Limit("read and write", seconds_to_read_and_write, note="once, at memory bandwidth")],
    agreement=Agreement(),
    claims=[
        Claim("rust", over="split-to-dict", at_least=10),
        Claim("rust", over="simplefix", at_least=50),
        Claim("rust", over="quickfix", at_least=3),
    ],
    analysis=(
        "Python builds an object for the tag and the value of every field; here a field is twelve "
        "bytes of an index, and text is made of those five that are asked for. A message costs "
        "two objects, five texts and a tuple, whatever its length; finding and validating its 28 "
        "fields takes about as long as making them. To write a message is to read its values from "
        "objects of Python one by one, which is why the lead is smaller there."
    ),
)
