"""A second opinion on the functions that take the time, from scalene.

It sees neither threads' nor other processes' time rightly (and may hang where processes run), loses
time in callbacks and waiting, and charges an operator to the statement after it, or a whole loop to
the line of its function's ``def``. So threads and processes are not asked about, and functions are
compared, not lines. The program's arguments do not pass through scalene, which would take some for
its own, and its output is named by an absolute path.
"""

import ast
import dataclasses
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from qpp.audit.client import SHORTEST, Client
from qpp.audit.execution import Execution, StoredInput, run
from qpp.audit.places import Place
from qpp.audit.source import Function, Source
from qpp.audit.tally import Position

FAR = 0.15  # shares that differ by more are two opinions
BANDS = ("n_cpu_percent_python", "n_cpu_percent_c", "n_sys_percent")
# It imports these where they are installed: seconds that the program would not spend alone.
START = """\
import sys
hidden = dict.fromkeys(("torch", "jax", "tensorflow"))
sys.modules.update(hidden)
from scalene.scalene_profiler import Scalene
for name in hidden:
    del sys.modules[name]
Scalene.main()
"""


def lines(
    client: Client, *, time_limit: float, stdin: StoredInput | None = None
) -> tuple[Execution, dict[Position, float]]:
    """Run the client once; the percentages of its lines, none where scalene wrote nothing."""
    with tempfile.TemporaryDirectory(prefix="qpp-audit-") as folder:
        out = Path(folder) / "scalene.json"
        options = ["run", "--cpu-only", "--no-stacks", "--outfile", str(out)]
        command = client.launched(
            *(START, *options, "--program-path", str(client.folders[0])),
            seconds=SHORTEST,
            temporary=os.environ.get("TMPDIR", ""),
        )
        # scalene leaves files in the folder for temporary ones; the program gets its own back.
        environment = {**command.environment, "TMPDIR": folder}
        words = ["-c" if word == "-m" else word for word in command.words]
        command = dataclasses.replace(command, words=words, environment=environment)
        execution = run(command, time_limit=time_limit, stdin=stdin)
        try:
            written = json.loads(out.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return execution, {}
    return execution, {
        (file, line["lineno"]): sum(float(line[band]) for band in BANDS)
        for file, of in written.get("files", {}).items()
        if client.owns(file)
        for line in of["lines"]
    }


def differing(
    places: Sequence[Place], percent: Mapping[Position, float], sources: Mapping[str, Source]
) -> list[str]:
    """A sentence for each function of the largest places to which scalene gives another share."""
    working = {where: p for where, p in percent.items() if not _imports(where, sources)}
    by_function: dict[tuple[str, int, int, str], list[Place]] = defaultdict(list)
    for place in places:
        around = (place.node, *place.source.above(place.node))
        node = next((n for n in reversed(around) if isinstance(n, Function)), place.node)
        lines = getattr(node, "lineno", 1), getattr(node, "end_lineno", 1)
        name = place.function or "its own lines"
        by_function[str(place.source.path), *lines, name].append(place)
    shares: dict[tuple[str, int, int, str], tuple[float, float]] = {}
    for (file, first, last, name), members in by_function.items():
        ours = sum(place.share.value for place in members)
        waits = sum(place.waiting for place in members) > FAR * ours
        if not waits and not any(line.callbacks for place in members for line in place.lines):
            inside = range(first, last + 1)
            theirs = sum(p for (f, n), p in working.items() if f == file and n in inside)
            shares[file, first, last, name] = ours, theirs
    all_ours = sum(ours for ours, _ in shares.values())
    all_theirs = sum(theirs for _, theirs in shares.values())
    if all_ours < FAR or not all_theirs:
        return []
    return [
        f"The profilers differ on {Path(file).name}:{first} ({name}): {ours / all_ours:.0%} by "
        f"py-spy and {theirs / all_theirs:.0%} by scalene, of what both can see."
        for (file, first, _, name), (ours, theirs) in shares.items()
        if abs(ours / all_ours - theirs / all_theirs) > FAR
    ]


def _imports(where: Position, sources: Mapping[str, Source]) -> bool:
    source = sources.get(where[0])
    node = source.statement(where[1]) if source else None
    return isinstance(node, ast.Import | ast.ImportFrom)
