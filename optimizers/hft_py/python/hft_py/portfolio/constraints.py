"""What portfolios of strategies must keep to."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks, labels

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class StrategyConstraints:
    """Limits of the weights of strategies in assets.

    Parameters
    ----------
    min_weight, max_weight
        Of each strategy in each asset. Default: 0 and 1; -1 and 1 where ``long_only`` is False.
    long_only
        Weights are 0 or more and have the total ``leverage``. Otherwise they may be negative, and
        ``leverage`` bounds the sum of their sizes.
    leverage
        Default 1: what there is is invested, and nothing is borrowed.
    max_concentration
        The most of the sum of squared shares (Herfindahl's index): 1/10 asks for the spread of ten
        equal weights. Default 1: any.
    max_strategy_weight, max_asset_weight, max_type_weight
        The most of the sizes of weights of a strategy, of an asset, of the assets of a type: a
        number for all, or by label.

    Raises
    ------
    TypeError, ValueError
        What is no number, or contradicts itself.

    Examples
    --------
    >>> StrategyConstraints(max_weight=0.1).max_weight
    0.1
    """

    min_weight: float | None = None
    max_weight: float = 1.0
    long_only: bool = True
    leverage: float = 1.0
    max_concentration: float = 1.0
    max_strategy_weight: Any = None
    max_asset_weight: Any = None
    max_type_weight: Any = None

    def __post_init__(self) -> None:
        long_only = checks.flag("long_only", self.long_only)
        leverage = checks.real_number("leverage", self.leverage, above=0.0)
        least = (0.0 if long_only else -1.0) if self.min_weight is None else self.min_weight
        least = checks.real_number("min_weight", least)
        most = checks.real_number("max_weight", self.max_weight, least=least)
        if long_only and least < 0:
            raise ValueError(f"min_weight={least} with long_only=True, expected 0 or more")
        if not long_only and (least > 0 or most < 0):
            raise ValueError(
                f"min_weight={least} and max_weight={most} with long_only=False, expected 0 between"
            )
        checks.real_number("max_concentration", self.max_concentration, above=0.0, most=1.0)
        object.__setattr__(self, "min_weight", least)
        object.__setattr__(self, "leverage", leverage)

    @classmethod
    def of(cls, given: Any) -> StrategyConstraints:
        """Constraints, or a mapping of their names, or None for the default.

        Examples
        --------
        >>> StrategyConstraints.of({"leverage": 2}).leverage
        2.0
        """
        if given is None or isinstance(given, cls):
            return given or cls()
        if not isinstance(given, Mapping):
            raise TypeError(f"constraints={checks.short(given)}, expected a mapping")
        known = [field.name for field in dataclasses.fields(cls)]
        for name in given:
            checks.choice("constraints", name, known)
        return cls(**given)

    def check(self, columns: int) -> None:
        """An error where no weights of so many columns have the total asked for."""
        least, most = columns * float(self.min_weight or 0.0), columns * self.max_weight
        if self.long_only and not least <= self.leverage * (1 + 1e-12) <= most * (1 + 2e-12):
            raise ValueError(
                f"{columns} weights of {self.min_weight:g} to {self.max_weight:g} have a total of "
                f"{least:g} to {most:g}, expected leverage={self.leverage:g} among them"
            )

    def groups(
        self,
        strategies: Sequence[Hashable],
        assets: Sequence[Hashable],
        types: Mapping[Hashable, Hashable] | None,
    ) -> tuple[list[str], Floats, Floats]:
        """Names of limited sums, rows of zeros and ones ``(k, S A)``, and limits ``(k,)``."""
        for label in types or {}:
            if label not in assets:
                raise ValueError(f"asset_types names {label!r}, which is no asset")
        kinds = list(dict.fromkeys(types.values())) if types else []
        if self.max_type_weight is not None and not kinds:
            raise ValueError("max_type_weight needs the types of the assets: pass asset_types")
        shape = (len(strategies), len(assets))
        names: list[str] = []
        rows: list[Floats] = []
        limits: list[float] = []

        def limit(what: str, given: Any, members: Sequence[Hashable], masks: list[Any]) -> None:
            bounds = labels.vector(what, given, members, default=np.inf, infinite=True)
            if (bounds < 0).any():
                raise ValueError(f"{what} has {bounds.min()}, expected 0 or more")
            if self.long_only and bounds.sum() < self.leverage * (1 - 1e-12):
                raise ValueError(
                    f"{what} has the sum {bounds.sum():g}, expected leverage={self.leverage:g} or "
                    "more"
                )
            for label, mask, bound in zip(members, masks, bounds, strict=True):
                if np.isfinite(bound):
                    names.append(f"{what} of {label!r}")
                    rows.append(np.broadcast_to(mask, shape).astype(np.float64).ravel())
                    limits.append(float(bound))

        if self.max_strategy_weight is not None:
            own = [np.arange(len(strategies))[:, None] == i for i in range(len(strategies))]
            limit("max_strategy_weight", self.max_strategy_weight, strategies, own)
        if self.max_asset_weight is not None:
            own = [np.arange(len(assets)) == j for j in range(len(assets))]
            limit("max_asset_weight", self.max_asset_weight, assets, own)
        if self.max_type_weight is not None and types:
            own = [np.array([types.get(asset) == kind for asset in assets]) for kind in kinds]
            limit("max_type_weight", self.max_type_weight, kinds, own)
        made = np.array(rows).reshape(len(rows), shape[0] * shape[1])
        return names, made, np.array(limits)

    def violations(
        self, weights: Floats, names: list[str], rows: Floats, most: Floats
    ) -> list[str]:
        """Every limit that weights ``(S A,)`` exceed, in words."""
        sizes = np.abs(weights)
        sums = zip(names, rows @ sizes, most, strict=True)
        found = [f"{name} is {value:.4g}, at most {bound:.4g}" for name, value, bound in sums
                 if value > bound + 1e-9]  # fmt: skip
        gross = float(sizes.sum())
        index = float(sizes @ sizes) / gross**2 if gross > 0 else 0.0
        if index > self.max_concentration + 1e-9:
            found.append(f"max_concentration is {index:.4g}, at most {self.max_concentration:.4g}")
        return found
