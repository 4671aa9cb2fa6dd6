"""NaN and infinite values, for all Python kernels; Rust does the same."""

from __future__ import annotations

from typing import Literal

import numpy as np

from hft_py.errors import InvalidValuesWarning, ObjectiveError, warn
from hft_py.objectives.base import Floats

Sense = Literal["minimise", "density"]


def replace_nan(points: Floats, values: Floats, sense: Sense) -> int:
    """Replace NaN in ``values`` by the worst value and count it.

    Parameters
    ----------
    points
        Of shape ``(n, n_params)``, for the message.
    values
        Of shape ``(n,)``, changed in place.
    sense
        ``"minimise"``: NaN becomes plus infinity. ``"density"``: minus infinity.

    Raises
    ------
    ObjectiveError
        A value is infinitely good.

    Examples
    --------
    >>> values = np.array([1.0, np.nan])
    >>> replace_nan(np.zeros((2, 1)), values, "minimise")
    1
    >>> values
    array([ 1., inf])
    """
    worst = np.inf if sense == "minimise" else -np.inf
    invalid = np.isnan(values)
    good = values == -worst
    if good.any():
        index = int(np.flatnonzero(good)[0])
        expected = "more than minus infinity" if sense == "minimise" else "less than infinity"
        shown = ", ".join(_text(x) for x in points[index][:6])
        rest = ", ..." if len(points[index]) > 6 else ""
        raise ObjectiveError(
            f"the objective is {_text(values[index])} at [{shown}{rest}], expected {expected}"
        )
    values[invalid] = worst
    return int(invalid.sum())


def _text(number: float) -> str:
    """A number as Rust's messages show it."""
    return f"{number:.17g}" if float(f"{number:.15g}") != number else f"{number:.15g}"


def warn_invalid(n_invalid: int, n_evaluations: int) -> None:
    """Warn, at the end of a run, at how many points the objective was NaN."""
    if n_invalid:
        warn(
            f"the objective was NaN at {n_invalid} of {n_evaluations} points", InvalidValuesWarning
        )
