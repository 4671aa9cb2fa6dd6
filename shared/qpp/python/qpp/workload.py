"""A named input of a study, and the packages that carry its data."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from typing import Any

from qpp.claim import StudyError

Inputs = Mapping[str, Any]
Needs = str | tuple[str, ...]


class Workload:
    """A named input with its sizes, made from a seed or loaded from real data.

    Parameters
    ----------
    name
        Shown in every table, unique within the study: ``"3000 x 100, W=100"``.
    make
        ``make(**sizes)`` returns the keyword arguments with which every
        implementation is called. Must be deterministic: each worker process
        builds its own copy, not timed.
    quick
        Part of the quick preset. All workloads run under ``--full``.
    needs
        Packages that carry its data (``"skfolio"``). Where one is missing, its rows are
        unavailable and say how to install it; that is no failure of a run.
    **sizes
        Passed to ``make`` and recorded in the result.

    Examples
    --------
    >>> w = Workload("n=3", lambda n: {"x": list(range(n))}, quick=True, n=3)
    >>> w.inputs()
    {'x': [0, 1, 2]}
    """

    def __init__(
        self,
        name: str,
        make: Callable[..., Inputs],
        *,
        quick: bool = False,
        needs: Needs = (),
        **sizes: Any,
    ) -> None:
        if not name:
            raise StudyError("Workload name is empty: tables show it")
        if not callable(make):
            raise StudyError(f"Workload {name!r}: make={make!r} is not callable")
        self.name = name
        self.make = make
        self.quick = quick
        self.needs = needs
        self.sizes: dict[str, Any] = sizes

    def unavailable(self) -> str | None:
        """Why there are no inputs here, with the remedy; ``None`` where there are."""
        absent = missing(self.needs)
        names = " ".join(absent)
        return f"needs {', '.join(absent)} (pip install --no-deps {names})" if absent else None

    def inputs(self) -> Inputs:
        """Build the keyword arguments of one call (not timed)."""
        made = self.make(**self.sizes)
        if not isinstance(made, Mapping):
            raise StudyError(
                f"Workload {self.name!r}: make returned {type(made).__name__}, "
                "expected a mapping of keyword arguments"
            )
        return made

    def __repr__(self) -> str:
        return f"Workload({self.name!r}, quick={self.quick}, {self.sizes})"


def missing(needs: Needs) -> list[str]:
    """The modules that are not installed."""
    absent = []
    for module in (needs,) if isinstance(needs, str) else needs:
        try:
            found = importlib.util.find_spec(module) is not None
        except (ImportError, ValueError):  # its parent is missing, or the name is invalid
            found = False
        if not found:
            absent.append(module)
    return absent
