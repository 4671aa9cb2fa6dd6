"""Whether two outputs agree, and by how much they differ where they do not.

Outputs are an array, a number, or a mapping of names to such. The bounds are those
of :class:`qpp.Agreement`; NaN must appear where the baseline has NaN and nowhere else.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from qpp.agreement import Agreement
from qpp.results import ParityResult

Array = npt.NDArray[Any]
STANDARD_ERROR = "_standard_error"


def as_outputs(value: Any) -> dict[str, Array]:
    """Normalise an implementation's output to named arrays.

    Raises ``TypeError`` for what is not numeric (an object array hides its values).
    """
    items = value.items() if isinstance(value, Mapping) else [("output", value)]
    outputs = {str(name): np.asarray(item) for name, item in items}
    for name, array in outputs.items():
        if array.dtype.kind not in "biufcmM":
            raise TypeError(
                f"output {name!r} has dtype {array.dtype}: expected numbers "
                "(give the implementation a collect= that returns arrays)"
            )
    return outputs


def compare(
    actual: Mapping[str, Array],
    expected: Mapping[str, Array],
    agreement: Agreement,
    names: tuple[str, ...] | None = None,
    parts: tuple[int, int] = (1, 1),
) -> ParityResult:
    """Compare with the baseline's outputs; the result names the worst element.

    ``names`` restricts the comparison to shared stages; otherwise the two sets of
    output names must be the same. ``parts`` says of each side that one part in so many was run:
    where they differ, the side that ran less holds the first rows of the other's outputs, and
    those are compared.
    """
    if parts[0] != parts[1]:
        try:
            rows = _shared_rows(actual, expected, parts)
        except ValueError as error:
            return _no(str(error), agreement.describe())
        actual, expected = (
            {name: a[: rows[name]] if name in rows else a for name, a in side.items()}
            for side in (actual, expected)
        )
    wanted = list(names or expected)
    missing = [n for n in wanted if n not in actual or n not in expected]
    extra = [] if names else [n for n in actual if n not in expected]
    if missing or extra:
        wrong = [f"lacks output {n!r}" for n in missing] + [f"has unknown {n!r}" for n in extra]
        return _no("; ".join(wrong), agreement.describe())
    worst = ParityResult(True, 0.0, 0.0, "", agreement.describe())
    largest = -1.0
    for name in wanted:
        if name.endswith(STANDARD_ERROR) and agreement.of(name).standard_errors:
            continue
        companion = name + STANDARD_ERROR
        spread = None
        if companion in actual and companion in expected:
            spread = np.hypot(actual[companion], expected[companion])
        result, excess = _compare_one(
            name, actual[name], expected[name], agreement.of(name), spread
        )
        if not result.agrees:
            return result
        if excess > largest:
            largest, worst = excess, result
    return worst


def _shared_rows(
    actual: Mapping[str, Array], expected: Mapping[str, Array], parts: tuple[int, int]
) -> dict[str, int]:
    """The rows of each output that both sides hold; ``ValueError`` where they are too few."""
    shared = {}
    for name in actual.keys() & expected.keys():
        if not actual[name].ndim or not expected[name].ndim:
            continue
        rows = len(actual[name]), len(expected[name])
        part, whole = rows if parts[0] > parts[1] else rows[::-1]
        share = min(parts) / max(parts)
        if not whole * share / 2 <= part <= whole:  # shares need not be even
            raise ValueError(
                f"{name} has {rows[0]} rows, the baseline {rows[1]}, and one part in {parts[0]} "
                f"was run, of the baseline one in {parts[1]}: expected the first rows"
            )
        shared[name] = part
    return shared


def _compare_one(
    name: str, a: Array, b: Array, bounds: Agreement, spread: Array | None
) -> tuple[ParityResult, float]:
    text = bounds.describe()
    if a.shape != b.shape:
        return _no(f"{name} has shape {a.shape}, the baseline {b.shape}", text), 0.0
    if a.dtype.kind in "mM" or b.dtype.kind in "mM":
        same = bool(np.array_equal(a, b))
        reason = "" if same else f"{name}: dates differ"
        return ParityResult(same, 0.0, 0.0, name, text, reason), 0.0
    kind = np.complex128 if "c" in (a.dtype.kind, b.dtype.kind) else np.float64
    exact = a == b
    x, y = a.astype(kind), b.astype(kind)
    nan_x, nan_y = np.isnan(x), np.isnan(y)
    if not np.array_equal(nan_x, nan_y):
        where = _argmax(nan_x != nan_y)
        who = "NaN where the baseline has none" if nan_x[where] else "no NaN where the baseline has"
        return _no(f"{name}{_show(where)}: {who}", text), 0.0
    equal = exact | nan_x
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        absolute = np.where(equal, 0.0, np.abs(x - y))
        # Integers beyond 2**53 may differ and still meet as floats: call that one apart.
        absolute = np.where(~equal & (absolute == 0), 1.0, absolute)
        size = np.abs(y)
        relative = np.where(absolute == 0, 0.0, absolute / size)
        tolerance = np.maximum(bounds.atol, bounds.rtol * np.where(np.isfinite(size), size, 0.0))
        if bounds.ulp:
            tolerance = np.maximum(tolerance, bounds.ulp * np.spacing(size))
        if bounds.standard_errors and spread is not None:
            tolerance = np.maximum(tolerance, bounds.standard_errors * spread)
        share = np.where(absolute == 0, 0.0, absolute / tolerance)
    wrong = ~equal & ~(absolute <= tolerance)
    finite_rel = relative[np.isfinite(relative)]
    max_abs = float(np.max(absolute, initial=0.0))
    max_rel = float(np.max(finite_rel, initial=0.0))
    if not np.isfinite(max_abs):
        max_abs = float(np.finfo(np.float64).max)
    where = _argmax(share) if absolute.size else ()
    spot = f"{name}{_show(where)}" if max_abs else name
    reason = ""
    if count := int(wrong.sum()):
        where = _argmax(np.where(wrong, absolute, -1.0))
        spot = f"{name}{_show(where)}"
        reason = (
            f"{spot} is {a[where]!s}, the baseline {b[where]!s}; "
            f"{count} of {a.size} values beyond {text}"
        )
    excess = np.inf if count else float(np.max(share, initial=0.0))
    return ParityResult(not reason, max_abs, max_rel, spot, text, reason), excess


def _no(reason: str, tolerance: str) -> ParityResult:
    return ParityResult(False, 0.0, 0.0, "", tolerance, reason)


def _argmax(values: Array) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(values)), values.shape))


def _show(where: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, where))}]" if where else ""
