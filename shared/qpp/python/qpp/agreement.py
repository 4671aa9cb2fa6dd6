"""How close outputs must be to the baseline's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qpp.claim import StudyError


@dataclass(frozen=True)
class Agreement:
    """How close outputs must be to the baseline's.

    A value ``a`` agrees with the baseline's ``b`` when any bound that is set holds:
    ``|a - b| <= max(atol, rtol * |b|)``, or they are within ``ulp`` units in the
    last place, or within ``standard_errors`` combined standard errors (the output
    then carries a companion ``<name>_standard_error``). NaN agrees with NaN only.
    All bounds zero means equal to the bit, save for the sign of zero.
    ``outputs`` overrides the bounds by output name.

    >>> Agreement(rtol=1e-9, outputs={"rank": Agreement()}).describe()
    'rank: equal; otherwise |a-b| <= 1e-09*|b|'
    """

    atol: float = 0.0
    rtol: float = 0.0
    ulp: int = 0
    standard_errors: float = 0.0
    outputs: Mapping[str, Agreement] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("atol", "rtol", "ulp", "standard_errors"):
            value = getattr(self, name)
            if not 0 <= value < float("inf"):
                raise StudyError(f"Agreement {name}={value}: expected a finite number >= 0")

    def of(self, output: str) -> Agreement:
        """The bounds for one output."""
        return self.outputs.get(output, self)

    def describe(self) -> str:
        """In words, for the report."""
        parts = []
        if self.atol or self.rtol:
            bounds = [f"{self.atol:g}" if self.atol else "", f"{self.rtol:g}*|b|"]
            used = [b for b, v in zip(bounds, (self.atol, self.rtol), strict=True) if v]
            parts.append("|a-b| <= " + (f"max({', '.join(used)})" if len(used) > 1 else used[0]))
        if self.ulp:
            parts.append(f"{self.ulp} ulp")
        if self.standard_errors:
            parts.append(f"{self.standard_errors:g} standard errors")
        text = " or ".join(parts) or "equal"
        named = [f"{k}: {v.describe()}" for k, v in self.outputs.items()]
        return "; ".join([*named, f"otherwise {text}"] if named else [text])
