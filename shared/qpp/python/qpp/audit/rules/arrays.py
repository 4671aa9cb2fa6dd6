"""Patterns of NumPy and SciPy: elements where whole arrays would do, and calls on small arrays."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from qpp.audit.rules._arrays import element, operations
from qpp.audit.rules._loops import carried, changed, follows, iterables, names, targets
from qpp.audit.rules._match import Match
from qpp.audit.rules._names import last_name
from qpp.audit.rules._view import Repeating, View
from qpp.audit.source import Loop
from qpp.summary import plural

# A call of NumPy on an empty array takes about a microsecond: above this much for each, the
# arithmetic and not the calls is what takes the time.
SMALL, LARGE = 20e-6, 60e-6
# Where no time per pass is known, Python's part of the processor time decides: of operations on
# large arrays it has next to nothing.
INTERPRETED = 0.25


def numpy_element_loop(view: View) -> Iterator[Match]:
    """A Python loop over the elements of arrays, whose passes do not need each other."""
    if view.python < INTERPRETED:
        return
    for loop in view.all_loops():
        varying = changed(loop)
        elements = [n for n in ast.walk(loop) if element(view, n, varying)]
        over = any("array" in view.kinds.of(i) for i in iterables(loop)) and _computes(loop)
        if not elements and not over:
            continue
        own = view.own(loop)
        touched = view.own(*elements) if elements else own
        whole = view.own(*(o for o in operations(view, loop) if _inside(view, o, loop)))
        if touched < 0.3 * own or (whole > 0.5 * touched and not over):
            continue
        needs = _carried_within(loop)
        if needs:
            why = f"elements of arrays in a loop that has to be one: {needs}"
            yield view.match("python_number_loop", loop, own, why, sure=0.9)
        elif whole <= 0.5 * own:
            why = "elements of arrays, one at a time; no pass needs the one before"
            yield view.match("numpy_element_loop", loop, own, why)


def small_array_numpy(view: View) -> Iterator[Match]:
    """Calls of NumPy that take longer than the arithmetic they do."""
    nodes = [n for n in _unique(view) if view.repeated(n)]
    if not nodes:
        return
    weight = view.own(*nodes) + view.called(*nodes, of="numpy")
    each = None
    if view.seconds is not None and view.place.count and all(_in_pass(view, n) for n in nodes):
        each = view.seconds * weight / view.place.count / len(nodes)
    if each is None:
        small = view.interpreted(*nodes) >= INTERPRETED
    else:
        small = each <= SMALL or (each < LARGE and view.python >= INTERPRETED)
    if small:
        why = f"{plural(len(nodes), 'operation')} on small arrays in a pass"
        why += f", {each * 1e6:.1f} microseconds each" if each is not None else ""
        yield view.match("small_array_numpy", max(nodes, key=view.heat), weight, why, sure=0.75)


def growing_array(view: View) -> Iterator[Match]:
    """An array, or a list, that is copied whole for every element that it gains."""
    joins = {"append", "concatenate", "vstack", "hstack", "r_", "insert", "column_stack", "delete"}
    for node in view.walk(ast.Assign):
        if not isinstance(node, ast.Assign) or (not view.loops(node) and not view.repeated(node)):
            continue
        target, value = ast.unparse(node.targets[0]), node.value
        if isinstance(value, ast.Call) and view.kinds.dotted(value.func).startswith("numpy."):
            given = {ast.unparse(e) for a in value.args[:1] for e in _members(a)}
            if last_name(value.func) in joins and target in given:
                weight = view.called(node, of="numpy") + view.own(node)
                yield view.match("growing_array", node, weight, f"{target} is copied each time")
        elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
            listed = "list" in view.kinds.of(value.right) or "list" in view.kinds.of(value.left)
            if listed and target in {ast.unparse(value.left), ast.unparse(value.right)}:
                yield view.match(
                    "growing_array", node, view.own(node), f"the list {target} is copied each time"
                )


def scalar_scipy(view: View) -> Iterator[Match]:
    """SciPy's general functions on one number at a time."""
    solvers = {"brentq", "newton", "root_scalar", "minimize_scalar", "quad", "bisect", "ridder"}
    modules = ("scipy.stats.", "scipy.interpolate.", "scipy.integrate.quad", "scipy.optimize.")
    for call in view.walk(ast.Call):
        if not isinstance(call, ast.Call) or not view.repeated(call):
            continue
        name = view.kinds.dotted(call.func) or _method_of(view, call)
        if not name.startswith(modules):
            continue
        if name.startswith("scipy.optimize.") and last_name(call.func) not in solvers:
            continue
        if any("array" in view.kinds.of(a) for a in call.args) or name.endswith((".rvs", ".fit")):
            continue
        weight = view.handed(call, of="scipy") if view.has_calls else view.heat(call)
        if view.python >= INTERPRETED:
            why = f"{name} is called for one number at a time"
            yield view.match("scalar_scipy", call, weight, why)


def np_vectorize(view: View) -> Iterator[Match]:
    """``np.vectorize`` and its like: a Python call for every element."""
    wrapped = {"vectorize", "frompyfunc"}
    calls = [*view.calls("apply_along_axis", "fromiter")]
    every = (c for c in view.walk(ast.Call) if isinstance(c, ast.Call))
    calls.extend(c for c in every if "vectorised" in view.kinds.of(c.func))
    for name, functions in view.kinds.functions.items():
        decorated = (
            last_name(d.func if isinstance(d, ast.Call) else d) in wrapped
            for f in functions
            for d in f.decorator_list
        )
        if any(decorated):
            calls.extend(view.calls(name))
    for call in calls:
        if last_name(call.func) in ("apply_along_axis", "fromiter"):
            numpy = view.kinds.dotted(call.func).startswith("numpy.")
            if not numpy or not call.args or not _python_body(view, call.args[0]):
                continue
        weight = view.handed(call, of="numpy") + view.own(call)
        if view.python >= INTERPRETED:
            yield view.match("np_vectorize", call, weight, "a Python call for every element")


def copy_storm(view: View) -> Iterator[Match]:
    """Whole arrays or frames copied or converted again and again."""
    copies = [
        call
        for call in view.calls(
            "copy", "astype", "array", "tolist", "to_numpy", "to_list", "deepcopy"
        )
        if view.loops(call) or view.repeated(call)
    ]
    copies = [c for c in copies if _copies(view, c)]
    if copies:
        weight = sum(
            view.called(*copies, of=root, functions=("copy", "astype", "to_numpy", "tolist"))
            for root in ("pandas", "polars", "numpy")
        )
        alone = [c for c in copies if getattr(view.statement(c), "value", None) is c]
        weight += view.own(*alone) if alone else 0.0
        size = view.place.allocated
        why = f"{len(copies)} copies in a pass" + (
            f", {size / 2**20:.0f} MiB in all" if size else ""
        )
        if view.place.share.system > 0.2:
            why += f"; the system takes {view.place.share.system:.0%} of the processor time"
        yield view.match("copy_storm", max(copies, key=view.heat), weight, why, sure=0.8)


def mask_scan(view: View) -> Iterator[Match]:
    """All rows compared with a key, once for every key."""
    for node in view.walk(ast.Compare):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.Is):
            continue
        sides = [node.left, *node.comparators]
        columns = [s for s in sides if _column(view, s)]
        keys = [s for s in sides if s not in columns and follows(view, s, node)]
        if not columns or not keys or not view.repeated(node):
            continue
        if any(names(c) & changed(loop) for c in columns for loop in view.loops(node)[:1]):
            continue  # another column in every pass
        if not any(isinstance(n, ast.Subscript | ast.Call) for n in view.source.above(node)) and (
            not isinstance(view.statement(node), ast.Assign)
        ):
            continue
        why = f"{ast.unparse(columns[0])} is compared with one key after the other"
        yield view.match("mask_scan", node, view.heat(view.statement(node)), why)


RULES = (
    numpy_element_loop,
    small_array_numpy,
    growing_array,
    scalar_scipy,
    np_vectorize,
    copy_storm,
    mask_scan,
)


def _unique(view: View) -> Iterator[ast.AST]:
    """The operations on arrays in the scope, the outermost of nested ones only."""
    seen: set[ast.AST] = set()
    for root in view.scope:
        for node in operations(view, root):
            if node not in seen:
                seen.update(ast.walk(node))
                yield node


def _computes(loop: Repeating) -> bool:
    """Whether a loop computes with its variables as numbers."""
    kinds = (ast.BinOp, ast.Compare, ast.AugAssign)
    return any(isinstance(n, kinds) and names(n) & targets(loop) for n in ast.walk(loop))


def _inside(view: View, node: ast.AST, loop: Repeating) -> bool:
    """Whether a node runs in each pass of a loop."""
    return loop in view.loops(node)


def _carried_within(loop: Repeating) -> str:
    """What a pass of a loop, or of a loop in it, needs of the one before."""
    inner = (n for n in ast.walk(loop) if isinstance(n, ast.For | ast.While))
    return next((needs for n in inner if (needs := carried(n))), "")


def _in_pass(view: View, node: ast.AST) -> bool:
    """Whether a node runs as often as the place is said to: in no loop within it."""
    place = view.place.node
    loops = view.loops(node)
    return place in loops[:1] if isinstance(place, Loop) else not loops


def _members(node: ast.expr) -> list[ast.expr]:
    return [node, *node.elts] if isinstance(node, ast.List | ast.Tuple) else [node]


def _method_of(view: View, call: ast.Call) -> str:
    """The maker of an object whose method is called: a distribution, an interpolator."""
    base = call.func.value if isinstance(call.func, ast.Attribute) else call.func
    if not isinstance(base, ast.Name):
        return ""
    for how, value in view.kinds.assigned(base):
        if how == "=" and isinstance(value, ast.Call):
            return view.kinds.dotted(value.func)
    return ""


def _python_body(view: View, given: ast.expr) -> bool:
    generator = isinstance(given, ast.GeneratorExp)
    return generator or bool(view.bodies(given))


def _copies(view: View, call: ast.Call) -> bool:
    """Whether a call copies an array or a frame as a whole, and not a row of it."""
    name = view.kinds.dotted(call.func)
    if name in ("numpy.array", "numpy.copy"):
        return bool(call.args) and bool(view.kinds.of(call.args[0]) & {"array", "series"})
    if name or not isinstance(call.func, ast.Attribute):
        return False
    kinds = view.kinds.of(call.func.value)
    plain = last_name(call.func) == "copy" and not call.args and not kinds
    return plain or bool(kinds & {"frame", "series", "array", "polars"})


def _column(view: View, node: ast.expr) -> bool:
    """Whether a side of a comparison is a whole column or array."""
    if view.kinds.of(node) & {"array", "series"}:
        return True
    match node:
        case ast.Subscript(slice=ast.Constant(value=str())):
            return view.called(node, of="pandas") > 0
    return False
