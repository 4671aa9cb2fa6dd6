"""Patterns of numerical work: Monte Carlo in double precision, Fourier transforms, solvers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TypeGuard

from qpp.audit.rules._loops import names
from qpp.audit.rules._match import Match
from qpp.audit.rules._names import last_name
from qpp.audit.rules._view import View

DRAWS = {"normal", "standard_normal", "randn", "multivariate_normal", "lognormal", "standard_t",
         "poisson", "standard_exponential", "standard_gamma"}  # fmt: skip
GENERATORS = {"rng", "generator", "gen", "random", "random_state"}
TRANSFORMS = {"correlate", "fftconvolve", "irfft", "ifft", "acf"}
# Words of a simulation that prices: random numbers may as well be test data of a backtest.
PRICING = re.compile(
    r"payoff|strike|monte.?carlo|\b(n_|num_)?paths\b|barrier|asian|maturity|antithetic|scenarios"
    r"|\boptions?\b|value.at.risk",
    re.IGNORECASE,
)
GROWTH = {"exp", "cumsum", "cumprod", "expm1"}
AVERAGES = {"mean", "average", "sum"}
ELEMENTWISE = {*GROWTH, *AVERAGES, "sqrt", "log", "maximum", "minimum", "where", "multiply", "add",
               "subtract", "std", "abs", "power", "log1p", "clip", "empty_like", "zeros", "ones",
               "max", "min", "float", "square", "var", "cov", "concatenate", "full"}  # fmt: skip
SOLVERS = ("scipy.optimize.", "emcee.", "cma.")


def float64_cpu_monte_carlo(view: View) -> Iterator[Match]:
    """Large arrays of normal numbers and what is computed from them."""
    if view.python > 0.5:
        return  # paths one by one: a loop over numbers
    draws = [c for c in _every_call(view) if _draws_arrays(view, c)]
    if not draws:
        return
    derived = _derived(view, draws)
    statements = [
        s
        for s in view.walk(ast.Assign, ast.AugAssign, ast.Expr, ast.Return, ast.AnnAssign)
        if any(c in draws for c in ast.walk(s)) or (names(s) & derived and _elementwise(view, s))
    ]
    if statements and PRICING.search(view.source.text) and _simulates(view, draws, derived):
        weight = view.heat(*statements)
        why = "random numbers are drawn, and arrays are computed from them"
        yield view.match("float64_cpu_monte_carlo", max(statements, key=view.heat), weight, why)


def full_fft_few_lags(view: View) -> Iterator[Match]:
    """All lags computed by a transform of more than twice the length, of which few are used."""
    for call in view.calls(*TRANSFORMS):
        name = view.kinds.dotted(call.func)
        if name.split(".")[0] not in ("scipy", "numpy", "statsmodels"):
            continue
        if last_name(call.func) == "fftconvolve" and not _reversed(call):
            continue  # a filter, of which all is used
        if last_name(call.func) in ("ifft", "irfft") and not _power(view, call):
            continue
        if last_name(call.func) == "acf" or _few(view, call):
            weight = view.called(call, of=name.split(".")[0]) or view.heat(call)
            yield view.match("full_fft_few_lags", call, weight, "a slice of all lags is used")


def python_objective(view: View) -> Iterator[Match]:
    """A solver that calls a Python function of one point for every evaluation."""
    if view.python < 0.4:
        return
    for call in view.walk(ast.Call):
        if not isinstance(call, ast.Call) or not call.args:
            continue
        name = view.kinds.dotted(call.func)
        vectorised = any(k.arg in ("vectorized", "vectorize") for k in call.keywords)
        if name.startswith(SOLVERS) and view.bodies(call.args[0]) and not vectorised:
            weight = view.handed(call, of=name.split(".")[0]) if view.has_calls else view.heat(call)
            why = f"{name} evaluates a Python function point by point"
            yield view.match("python_objective", call, weight, why, sure=0.8)


RULES = (float64_cpu_monte_carlo, full_fft_few_lags, python_objective)


def _every_call(view: View) -> Iterator[ast.Call]:
    """The calls of the scope, and of the functions around the place."""
    yield from (c for c in view.walk(ast.Call) if isinstance(c, ast.Call))
    scope = view.kinds.scope(view.place.node) or view.source.tree
    yield from (c for c in ast.walk(scope) if isinstance(c, ast.Call))


def _draws_arrays(view: View, call: ast.Call) -> bool:
    """Whether a call draws an array: a size is given, or an array to fill."""
    if last_name(call.func) not in DRAWS or not isinstance(call.func, ast.Attribute):
        return False
    name = view.kinds.dotted(call.func)
    if any(k.arg == "dtype" and "32" in ast.unparse(k.value) for k in call.keywords):
        return False
    drawn = name.startswith("numpy.random.") or "rng" in view.kinds.of(call.func.value)
    drawn = drawn or last_name(call.func.value).strip("_").lower() in GENERATORS
    # A generator that a function returns has no kind; its arguments tell.
    filled = {k.arg for k in call.keywords} & {"size", "out", "dtype"}
    first = {"standard_normal": 1, "randn": 1}.get(last_name(call.func), 3)
    return bool(filled) or (drawn and len(call.args) >= first)


def _derived(view: View, draws: list[ast.Call]) -> set[str]:
    """The names whose values depend on the draws, in the functions that draw."""
    found: set[str] = set()
    scopes = {view.kinds.scope(d) or view.source.tree for d in draws}
    for draw in draws:
        found |= {n for k in draw.keywords if k.arg == "out" for n in names(k.value)}
    for scope in scopes:
        for _ in range(3):  # assignments before their use in a loop
            for node in ast.walk(scope):
                if isinstance(node, ast.Assign | ast.AugAssign):
                    value = node.value
                    if names(value) & found or any(d in draws for d in ast.walk(value)):
                        goals = node.targets if isinstance(node, ast.Assign) else [node.target]
                        found |= {
                            n.id
                            for goal in goals
                            for n in ast.walk(goal)
                            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
                        }
    return found


def _elementwise(view: View, statement: ast.AST) -> bool:
    """Whether a statement only computes with the elements of arrays, or adds them up."""
    calls = (last_name(c.func) for c in ast.walk(statement) if isinstance(c, ast.Call))
    return all(c in ELEMENTWISE or c in view.kinds.functions for c in calls) or isinstance(
        statement, ast.AugAssign
    )


def _simulates(view: View, draws: list[ast.Call], derived: set[str]) -> bool:
    """Whether draws make paths that are averaged, or that grow step by step; not test data."""
    for scope in {view.kinds.scope(d) or view.source.tree for d in draws}:
        of = [n for n in ast.walk(scope) if isinstance(n, ast.Call) and names(n) & derived]
        of += [d for d in draws if d in ast.walk(scope)]
        called = {last_name(n.func) for n in of}
        around = {last_name(p.func) for d in draws for p in view.source.above(d) if _is_call(p)}
        if (called | around) & GROWTH and called & AVERAGES:
            return True
    for loop in {loop for d in draws for loop in view.loops(d)}:
        for node in ast.walk(loop):
            grows = isinstance(node, ast.AugAssign) and names(node.value) & derived
            steps = (
                isinstance(node, ast.Assign)
                and names(node.targets[0]) & names(node.value)
                and names(node.value) & derived
            )
            if grows or steps:
                return True
    return False


def _is_call(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call)


def _reversed(call: ast.Call) -> bool:
    return any(
        isinstance(n, ast.Slice) and isinstance(n.step, ast.UnaryOp)
        for a in call.args[1:2]
        for n in ast.walk(a)
    )


def _power(view: View, call: ast.Call) -> bool:
    """Whether an inverse transform is one of a power spectrum."""
    if not call.args:
        return False
    text = ast.unparse(call.args[0])
    for name in names(call.args[0]):
        scope = view.kinds.scope(call) or view.source.tree
        for node in ast.walk(scope):
            if isinstance(node, ast.Assign) and name in names(node.targets[0]):
                text += ast.unparse(node.value)
    return "conj" in text or ".imag" in text or "abs" in text


def _few(view: View, call: ast.Call) -> bool:
    """Whether a part of the result is used: a slice whose end is no length, or one element."""
    statement = view.statement(call)
    results = {
        n.id
        for n in ast.walk(statement)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    scope = view.kinds.scope(call) or view.source.tree
    inside = set(ast.walk(call))
    for node in ast.walk(scope):
        if not isinstance(node, ast.Subscript) or node in inside:
            continue
        on_result = isinstance(node.value, ast.Name) and node.value.id in results
        around = any(n is call for n in ast.walk(node.value)) and node.value is not call.func
        if not (on_result or around):
            continue
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for part in parts:
            end = part.upper if isinstance(part, ast.Slice) else None
            if end is not None and not _length(view, end, scope):
                return True
    return False


def _length(view: View, end: ast.expr, scope: ast.AST) -> bool:
    """Whether the end of a slice is the length of an array, so that no lag is left out."""
    if isinstance(end, ast.BinOp):
        parts = [end.left, end.right]
        return all(isinstance(p, ast.Constant) or _length(view, p, scope) for p in parts)
    if isinstance(end, ast.Call) and last_name(end.func) == "len":
        return True
    if isinstance(end, ast.Attribute | ast.Subscript):
        return any(s in ast.unparse(end) for s in (".size", ".shape"))
    if not isinstance(end, ast.Name):
        return False
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and end.id in names(node.targets[0]):
            text = ast.unparse(node.value)
            if any(s in text for s in ("len(", ".size", ".shape")):
                return True
    return False
