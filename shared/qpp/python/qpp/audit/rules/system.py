"""Patterns of the whole program: files, processors, waiting, and what is in a library."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from qpp.audit.rules._loops import carried, invariant
from qpp.audit.rules._match import Match
from qpp.audit.rules._names import arguments, last_name
from qpp.audit.rules._view import View

READERS = {
    "open": "", "read_csv": "", "read_parquet": "", "read_json": "", "read_excel": "",
    "read_pickle": "", "read_feather": "", "read_sql": "", "read_table": "", "loadtxt": "",
    "genfromtxt": "", "read_text": "", "read_bytes": "", "scan_csv": "", "read_hdf": "",
    "fromfile": "", "read_ipc": "", "load": "numpy",
}  # fmt: skip
# A pass shorter than this gains nothing from another process.
WORTH_A_PROCESS = 5e-3


def deep_copy(view: View) -> Iterator[Match]:
    """``copy.deepcopy`` again and again."""
    calls = [c for c in view.calls("deepcopy") if view.repeated(c)]
    if calls:
        weight = view.called(*calls, of="copy", functions=("deepcopy",))
        weight = weight or (0.0 if view.has_calls else view.heat(*calls))
        why = "every object in it is visited by Python code"
        yield view.match("deep_copy", max(calls, key=view.heat), weight, why)


def reread_files(view: View) -> Iterator[Match]:
    """The same file read in every pass."""
    for call in view.calls(*READERS):
        root = READERS[last_name(call.func)]
        if root and view.kinds.dotted(call.func).split(".")[0] != root:
            continue
        path = call.args[0] if call.args else getattr(call.func, "value", None)
        if path is None or not _same_file(view, call, path):
            continue
        node = _block(view, call)
        why = f"{ast.unparse(path)} is read again in every pass"
        yield view.match("reread_files", call, view.heat(node), why)


def serial_independent_work(view: View) -> Iterator[Match]:
    """Independent passes, each long enough for a process of its own, one after the other."""
    for loop in view.all_loops():
        if not isinstance(loop, ast.For | ast.ListComp | ast.DictComp) or carried(loop):
            continue
        if isinstance(loop, ast.For) and any(isinstance(n, ast.Break) for n in ast.walk(loop)):
            continue
        works = [c for c in ast.walk(loop) if isinstance(c, ast.Call) and _kept(view, loop, c)]
        known = view.seconds is not None and bool(view.place.count)
        if not works or not known or view.seconds is None or not view.place.count:
            continue
        each = view.seconds * view.heat(loop) / view.place.count
        if each >= WORTH_A_PROCESS and view.place.count >= 2 and view.place.share.cpu > 0:
            why = f"{view.place.count} passes of {each * 1e3:.0f} ms, none of which needs another"
            yield view.match("serial_independent_work", loop, view.heat(*works), why, sure=0.45)


def gil_bound_threads(view: View) -> Iterator[Match]:
    """Threads that run Python code, of which only one runs at a time."""
    if view.python < 0.5:
        return
    scope = view.source.tree
    for call in (c for c in ast.walk(scope) if isinstance(c, ast.Call)):
        name = last_name(call.func)
        if name in ("submit", "map", "apply_async", "starmap", "imap_unordered"):
            owner = call.func.value if isinstance(call.func, ast.Attribute) else None
            threaded = owner is not None and "threads" in view.kinds.of(owner)
            given = call.args[:1]
        elif name == "Thread":
            threaded = view.kinds.dotted(call.func) == "threading.Thread"
            given = [k.value for k in call.keywords if k.arg == "target"]
        elif name == "to_thread" or name == "run_in_executor":
            threaded, given = True, call.args[:2]
        else:
            continue
        bodies = [b for g in given for b in view.bodies(g)]
        inside = [b for b in bodies if b in (view.place.node, *view.source.above(view.place.node))]
        weight = 1.0 if inside else view.heat(call) if _in_scope(view, call) else 0.0
        weight = max([weight, *(view.heat(b) for b in bodies if not inside)], default=weight)
        if threaded and bodies:
            why = f"the interpreter has {view.python:.0%} of the processor time, in threads"
            yield view.match("gil_bound_threads", call, weight, why, sure=0.9)


def waiting(view: View) -> Iterator[Match]:
    """Time without the processor: sleep, disk, network, other processes."""
    share = view.place.share.value
    part = min(1.0, view.place.waiting / share) if share > 0 else 0.0
    if part >= 0.5:
        why = f"{part:.0%} of the time here the program waits and does not compute"
        yield view.match("waiting", _hottest(view), part, why, sure=1.5)


RULES = (deep_copy, reread_files, serial_independent_work, gil_bound_threads, waiting)


def fallback(view: View) -> Match:
    """For a place that no rule names: in a library, or in Python code of no known pattern."""
    inside = view.called(view.place.node)
    names = sorted(view.place.calls().items(), key=lambda item: -item[1])[:2]
    native = 1.0 - view.python
    if inside >= 0.5 or native >= 0.5:
        why = f"code outside the interpreter has {native:.0%} of the processor time"
        if names:
            why = f"{', '.join(name for name, _ in names)}; {why}"
        return view.match("library_bound", _hottest(view), max(inside, native), why, sure=0.5)
    why = f"the interpreter has {view.python:.0%} of the processor time; no rule names the pattern"
    return view.match("unrecognised", _hottest(view), 1.0 - inside, why, sure=0.3)


def _hottest(view: View) -> ast.AST:
    """The statement of the place with the most time."""
    inside = [s for s in view.walk(ast.stmt) if not hasattr(s, "body")]
    return max(inside, key=view.heat, default=view.place.node)


def _same_file(view: View, call: ast.Call, path: ast.expr) -> bool:
    """Whether a path is the same in every pass of a loop, here or around the function's calls."""
    loops = view.loops(call)
    if loops:
        return invariant(path, loops[0])
    function = view.kinds.scope(call)
    if function is None:
        return False
    parameters = [a.arg for a in arguments(function) if a.arg not in ("self", "cls")]
    used = [p for p in parameters if p in {n.id for n in ast.walk(path) if isinstance(n, ast.Name)}]
    calls = view.kinds.calls_by_name.get(getattr(function, "name", ""), [])
    for outer in calls:
        given = [
            outer.args[parameters.index(p)] for p in used if parameters.index(p) < len(outer.args)
        ]
        given += [k.value for k in outer.keywords if k.arg in used]
        around = view.loops(outer)
        if around and all(invariant(g, around[0]) for g in given):
            return True
    return False


def _block(view: View, call: ast.Call) -> ast.AST:
    """The ``with`` that opens a file, or the statement that reads it."""
    around = list(view.source.above(call))
    opened = next((n for n in around if isinstance(n, ast.With)), None)
    if opened is not None and any(call in ast.walk(i) for i in opened.items):
        return opened
    return view.statement(call)


def _kept(view: View, loop: ast.AST, call: ast.Call) -> bool:
    """Whether a call has the time of a loop, of the client's function or of a solver.

    Large arrays in every pass are bound by memory, which the cores share.
    """
    own = last_name(call.func) in view.kinds.functions
    solver = view.kinds.dotted(call.func).startswith("scipy.optimize.")
    return (own or solver) and view.heat(call) >= 0.5 * view.heat(loop)


def _in_scope(view: View, call: ast.Call) -> bool:
    return any(call is c for c in view.walk(ast.Call))
