"""Starting points: the given one, the others drawn around it where the density is positive."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py import checks
from hft_py.mcmc.baseline.draws import START
from hft_py.mcmc.baseline.target import Floats, Target
from hft_py.objectives.transformed import Box
from hft_py.rng import box_muller, unit, words

STEPS = (1e-140, 1e140)  # squares of steps beyond these overflow or underflow
_MAX_ATTEMPTS = 64
_ARCHIVE_STREAM = 2**31  # streams of an archive, beyond those of any member
_WORST_CONDITION = 1e8  # emcee's bound: beyond it points are as good as on a plane


def initial_spread(target: Target, initial: Floats | None, initial_scale: Any, box: Box) -> Floats:
    """The standard deviation of first steps, in coordinates, one for each free parameter.

    Default: a tenth of the width between the bounds; where one is infinite, a tenth of the initial
    value, or 0.1 if that is larger. It only has to be right within some orders of magnitude.
    """
    dimension = len(box.free)
    if initial_scale is not None:
        given = checks.finite_array("initial_scale", initial_scale, ndim=(0, 1))
        if np.ndim(initial_scale) and given.size != dimension:
            raise ValueError(
                f"initial_scale has length {given.size}, expected one number or {dimension}"
            )
        given = box.reduced(np.broadcast_to(given, dimension))
        if not (given > 0).all():
            raise ValueError(f"initial_scale={checks.short(initial_scale)}, expected more than 0")
        return np.clip(given, *STEPS)
    middle = np.zeros(target.lower.size) if initial is None else np.abs(target.coordinates(initial))
    width = target.high - target.low
    scale = np.where(np.isfinite(width), width, np.maximum(middle, 1.0))
    return np.clip(0.1 * scale, *STEPS)


def initial_points(
    initial_params: Any, box: Box, integrality: Any, chains: int, members: int
) -> Floats | None:
    """The initial point ``(d,)``, all initial points ``(members, d)``, or None; free parameters.

    Where a chain has several members (the levels of its ladder), all start at the chain's point.
    """
    if initial_params is None:
        if not (np.isfinite(box.lower).all() and np.isfinite(box.upper).all()):
            raise ValueError(
                "initial_params=None needs finite bounds to draw from: pass a point, or bounds"
            )
        return None
    given = checks.finite_array("initial_params", initial_params, ndim=(1, 2))
    rows = np.atleast_2d(given)
    if given.ndim == 2 and len(given) != chains:
        raise ValueError(
            f"initial_params has {len(given)} rows, expected one point or {chains} rows"
        )
    for row in rows:
        checks.inside("initial_params", row, box.lower, box.upper)
        broken = integrality & (row != np.floor(row))
        if broken.any():
            index = int(np.flatnonzero(broken)[0])
            raise ValueError(f"initial_params[{index}]={row[index]}, expected a whole number")
    given = box.reduced(given)
    return given if given.ndim == 1 else np.repeat(given, members // chains, axis=0)


def starting_points(
    target: Target, initial: Floats | None, scale: Floats, members: int, seed: int, box: Box
) -> tuple[Floats, Floats]:
    """Coordinates and values of all members; each value is finite."""
    dimension = target.lower.size
    if initial is not None and initial.ndim == 2:
        x = target.coordinates(initial)
        values = target.evaluate(x)[1]
        _require_density(values, box.full(initial))
        return x, values
    x, values = np.empty((members, dimension)), np.full(members, -np.inf)
    centres = None
    if initial is not None:
        x[0] = target.coordinates(initial)
        values[:1] = target.evaluate(x[:1])[1]
        _require_density(values[:1], box.full(initial[None]))
        centres = x[:1].copy()
    _draw_missing(target, x, values, centres, scale, seed, 0)
    found = np.flatnonzero(values > -np.inf)
    if not found.size:
        raise ValueError(
            f"the log-density is -inf or NaN at {members * _MAX_ATTEMPTS} points drawn between the "
            "bounds: pass initial_params where it is finite"
        )
    if initial is None:
        _draw_missing(target, x, values, x[found].copy(), scale, seed, _MAX_ATTEMPTS)
    # Where no other point of positive density was found near those, the rest start at them.
    missing = np.flatnonzero(values == -np.inf)
    known = found[missing % found.size]
    x[missing], values[missing] = x[known], values[known]
    return x, values


def _draw_missing(
    target: Target,
    x: Floats,
    values: Floats,
    centres: Floats | None,
    scale: Floats,
    seed: int,
    first: int,
) -> None:
    """Draw members without a positive density anew: in the box, or ever nearer to the centres.

    ``centres`` are coordinates ``(n, d)``, dealt out in turn; ``first`` numbers the attempts.
    """
    width = scale.copy()
    for attempt in range(_MAX_ATTEMPTS):
        missing = np.flatnonzero(values == -np.inf)
        if not missing.size:
            return
        around = None if centres is None else centres[missing % len(centres), None]
        x[missing] = _draw(target, around, width, seed, missing, first + attempt, 1)[:, 0]
        values[missing] = target.evaluate(x[missing])[1]
        if attempt >= 3:
            width *= 0.5


def _draw(
    target: Target,
    centres: Floats | None,
    scale: Floats,
    seed: int,
    streams: Any,
    attempt: int,
    count: int,
) -> Floats:
    """Points between the bounds, or around the centres, shape ``(streams, count, d)``.

    ``centres`` are coordinates that broadcast to that shape.
    """
    dimension = target.lower.size
    needed = count * dimension + count * dimension % 2
    u = unit(words(seed, streams, START, attempt * needed, needed))
    shape = (len(u), count, dimension)
    if centres is None:
        inside = u[:, : count * dimension].reshape(shape)
        return target.coordinates(target.first + inside * (target.last - target.first))
    normals = np.stack(box_muller(u[:, 0::2], u[:, 1::2]), axis=-1).reshape(len(u), needed)
    return np.asarray(centres + scale * normals[:, : count * dimension].reshape(shape))


def initial_archive(
    target: Target, x: Floats, centre: Floats | None, scale: Floats, seed: int
) -> Floats:
    """Past states for differential evolution to start with: the members, and ten a dimension."""
    middle = None if centre is None else target.coordinates(centre)
    rest = _draw(target, middle, scale, seed, [_ARCHIVE_STREAM], 0, 10 * x.shape[1])[0]
    return np.concatenate([np.clip(rest, target.low, target.high), x])


def require_span(points: Floats, given: bool, what: str, names: tuple[str, ...]) -> None:
    """An error where points lie on a line or plane: moves by their differences never leave it.

    Judged by the condition number of the centred coordinates, each over its length, so that units
    and the width of the start do not matter.
    """
    offsets = points / np.maximum(np.abs(points).max(axis=0), np.finfo(float).tiny)
    offsets -= offsets[0].copy()
    varies = (offsets != 0.0).any(axis=0)
    place = "lie on a line or plane"
    if varies.all():
        offsets -= offsets.mean(axis=0)
        offsets /= np.linalg.norm(offsets, axis=0)
        if np.linalg.cond(offsets) <= _WORST_CONDITION:
            return
    else:
        place = f"agree in {names[int(np.argmin(varies))]}"
    remedy = (
        "expected points that differ in all directions, or one point"
        if given
        else "expected one around which the density is positive in all directions; or pass "
        "initial_scale, or another sampler"
    )
    raise ValueError(f"initial_params: {what} {place}, which their moves never leave; {remedy}")


def _require_density(values: Floats, at: Floats) -> None:
    if (values == -np.inf).any():
        row = int(np.argmin(values))
        raise ValueError(
            f"the log-density is -inf or NaN at initial_params {at[row].tolist()}: "
            "expected a point where it is finite"
        )
