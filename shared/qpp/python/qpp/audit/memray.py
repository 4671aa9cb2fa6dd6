"""Bytes that the client's lines allocate, from memray, in a run of its own."""

import contextlib
import dataclasses
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from qpp.audit.attribution import Charging
from qpp.audit.client import Client
from qpp.audit.execution import Execution, StoredInput, run
from qpp.audit.places import Place
from qpp.audit.stacks import Frame
from qpp.audit.tally import Position

LARGE = 4096  # bytes: smaller allocations are not what makes a program slow
MOST = 3_000_000  # records that are read


def allocated(
    client: Client, charging: Charging, *, time_limit: float, stdin: StoredInput | None = None
) -> tuple[Execution, dict[Position, int]]:
    """Run the client once; the bytes in large allocations, by the charged line."""
    import memray

    kinds = memray.AllocatorType
    freeing = (kinds.FREE, kinds.MUNMAP, kinds.PYMALLOC_FREE)
    found: dict[Position, int] = defaultdict(int)
    with tempfile.TemporaryDirectory(prefix="qpp-audit-") as folder:
        out = Path(folder) / "memory.bin"
        command = client.launched("memray", "run", "--quiet", "--output", str(out))
        execution = run(command, time_limit=time_limit, stdin=stdin)
        with contextlib.suppress(OSError):  # nothing, or cut short where the program was killed
            records = memray.FileReader(out).get_allocation_records()
            for record in islice(records, MOST):
                if record.size >= LARGE and record.allocator not in freeing:
                    stack = tuple(Frame(*frame) for frame in reversed(record.stack_trace()))
                    if (whose := charging(stack)).works:
                        found[whose.where] += record.size
    return execution, dict(found)


def with_allocated(places: Sequence[Place], bytes_of: dict[Position, int]) -> tuple[Place, ...]:
    """The places with the bytes that their lines allocated."""
    return tuple(
        dataclasses.replace(
            place,
            allocated=sum(bytes_of.get((line.file, line.line), 0) for line in place.lines),
        )
        for place in places
    )
