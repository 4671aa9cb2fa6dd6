"""The risk of a portfolio by factor, family and asset, as parts that add up.

Volatility is homogeneous of degree one in the weights, so by Euler's theorem it is the sum of
weights times their marginal contributions. The same holds for the exposures of the portfolio to
factors: ``x_f (F x)_f / sigma`` summed over the factors, with ``x = B' w``, is the factor part, and
``w_i^2 D_i / sigma`` summed over the assets the specific part.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.labels import named_vector
from hft_py.results import Result, pandas
from hft_py.risk._products import unit_of
from hft_py.risk.protocol import FactorRiskModel

Floats = npt.NDArray[np.float64]
Part = tuple[str, float, list[Any]]


@dataclass(frozen=True, eq=False, repr=False)
class RiskDecomposition(Result):
    """Volatility and its parts, all in the unit of ``total``.

    Attributes
    ----------
    total
        Volatility.
    factor, specific
        Its two parts: their sum is ``total``.
    by_factor, by_family
        The factor part by name.
    exposures
        The portfolio's exposure to each factor.
    marginal
        The change of ``total`` for a unit more of each asset, ``(n,)``.
    component
        ``weights * marginal``, ``(n,)``: its sum is ``total``.
    component_factor, component_specific
        Its two parts.
    weights
        What was decomposed: less the benchmark's where there is one.

    Examples
    --------
    >>> from hft_py.risk import RiskModel
    >>> found = RiskModel.build([[1.0], [0.5]], [[0.04]], [0.01, 0.02]).decompose_risk([0.5, 0.5])
    >>> bool(abs(found.factor + found.specific - found.total) < 1e-12)
    True
    """

    total: float
    factor: float
    specific: float
    by_factor: dict[str, float]
    by_family: dict[str, float]
    exposures: dict[str, float]
    marginal: Floats
    component: Floats
    component_factor: Floats
    component_specific: Floats
    weights: Floats
    assets: tuple[str, ...]
    family_of: dict[str, str]

    def to_frame(self) -> Any:
        """One row a part, the tree's order: family, name, exposure, contribution, share."""
        rows: list[tuple[str, str, float, float]] = [("", "total", math.nan, self.total)]
        rows.append(("factor", "", math.nan, self.factor))
        for family, part in self.by_family.items():
            rows.append((family, "", math.nan, part))
            rows += [
                (family, name, self.exposures[name], self.by_factor[name])
                for name, its in self.family_of.items()
                if its == family
            ]
        rows.append(("specific", "", math.nan, self.specific))
        frame = pandas().DataFrame(rows, columns=["family", "factor", "exposure", "contribution"])
        frame["share"] = frame["contribution"] / self.total if self.total else math.nan
        return frame

    def assets_to_frame(self) -> Any:
        """One row an asset: weight, marginal and component contribution, its two parts, share."""
        return pandas().DataFrame(
            {
                "weight": self.weights,
                "marginal": self.marginal,
                "component": self.component,
                "factor": self.component_factor,
                "specific": self.component_specific,
                "share": self.component / self.total if self.total else math.nan,
            },
            index=list(self.assets),
        )

    def parts(self, largest: int = 5) -> list[Part]:
        """The tree: ``(name, contribution, parts below)`` of the factor and of the specific risk.

        Parameters
        ----------
        largest
            How many factors of a family, and assets, are listed: those that contribute most, by
            size.
        """
        count = checks.whole_number("largest", largest, least=0)
        families: list[Part] = []
        for family, part in self.by_family.items():
            names = [name for name, its in self.family_of.items() if its == family]
            names.sort(key=lambda name: -abs(self.by_factor[name]))
            listed = names[:count] if len(names) > 1 else []
            below: list[Part] = [(name, self.by_factor[name], []) for name in listed]
            families.append((family.capitalize(), part, below))
        order = np.argsort(-np.abs(self.component_specific), kind="stable")[:count]
        own = [(self.assets[i], float(self.component_specific[i])) for i in order]
        assets: list[Part] = [(name, part, []) for name, part in own if part]
        return [("Factor", self.factor, families), ("Specific", self.specific, assets)]

    def tree(self, *, largest: int = 5) -> str:
        """The parts as a tree, each with its share of the total."""
        lines = [f"Total {100 * self.total:.1f} %"]

        def add(parts: list[Part], indent: str) -> None:
            for place, (name, part, below) in enumerate(parts):
                mark, bar = ("└ ", "  ") if place == len(parts) - 1 else ("├ ", "│ ")
                lines.append(f"{indent}{mark}{name} {self.show(part)}")
                add(below, indent + bar)

        add(self.parts(largest), "")
        return "\n".join(lines)

    def show(self, part: float) -> str:
        """A contribution in per cent, and its share of the total."""
        # Adding 0 takes the sign from what is rounded to it.
        share = f" ({round(100 * part / self.total) + 0} %)" if self.total else ""
        return f"{round(100 * part, 1) + 0.0:.1f} %{share}"

    def __str__(self) -> str:
        return self.tree()

    def plot(self) -> Any:
        """The tree as bars, a matplotlib figure."""
        from hft_py.risk.plotting import risk_tree

        return risk_tree(self)


def decompose_risk(
    weights: Any, model: Any, *, benchmark: Any = None, periods_per_year: float = 1.0
) -> RiskDecomposition:
    """The volatility of a portfolio by factor, family and asset.

    Parameters
    ----------
    weights
        ``(n,)`` in the order of ``model.assets``, or labelled: a mapping or a pandas series, in
        which assets may be missing.
    model
        A risk model: a :class:`~hft_py.risk.RiskModel`, an estimator that has one in ``model_``, or
        anything with its attributes.
    benchmark
        Weights of a benchmark: the risk of the difference is decomposed, the tracking error.
    periods_per_year
        Volatilities are multiplied by its square root. Default: those of one period of the model;
        252 makes daily ones annual.

    Returns
    -------
    :class:`RiskDecomposition`. A portfolio without risk has parts of 0.

    Raises
    ------
    ValueError
        Weights of another length, unknown assets, numbers that are not finite.

    Notes
    -----
    Grinold and Kahn (1999), Active Portfolio Management, chapter 3, appendix. Complexity O(n k).

    Examples
    --------
    >>> from hft_py.risk import RiskModel
    >>> model = RiskModel.build(
    ...     [[1.0, 0.5], [1.0, -0.5]], [[0.04, 0.0], [0.0, 0.01]], [0.02, 0.03],
    ...     assets=["A", "B"], factors=["market", "size"], families=["market", "style"],
    ... )
    >>> print(decompose_risk([0.6, 0.4], model).tree())
    Total 22.8 %
    ├ Factor 17.6 % (77 %)
    │ ├ Market 17.5 % (77 %)
    │ └ Style 0.0 % (0 %)
    └ Specific 5.3 % (23 %)
      ├ A 3.2 % (14 %)
      └ B 2.1 % (9 %)
    """
    year = checks.real_number("periods_per_year", periods_per_year, above=0.0)
    model = getattr(model, "model_", model)
    if not isinstance(model, FactorRiskModel):
        raise TypeError(f"model is a {type(model).__name__}, expected a RiskModel or the like")
    w = named_vector("weights", weights, model.assets)
    if benchmark is not None:
        w = w - named_vector("benchmark", benchmark, model.assets)
    size = unit_of(w)
    w = w / size
    x = model.exposures.T @ w
    along = model.factor_covariance @ x
    pull = model.exposures @ along  # covariance of each asset's factor return with the portfolio's
    own = model.specific_variance * w
    variance = max(float(x @ along), 0.0) + float(w @ own)
    sigma = math.sqrt(variance)
    unit = math.sqrt(year) / sigma if sigma > 0 else 0.0
    parts = x * along * unit * size
    component_factor, component_specific = w * pull * unit * size, w * own * unit * size
    families = dict.fromkeys(model.families, 0.0)
    for family, part in zip(model.families, parts, strict=True):
        families[family] += float(part)
    return RiskDecomposition(
        total=sigma * math.sqrt(year) * size,
        factor=float(parts.sum()),
        specific=float(component_specific.sum()),
        by_factor=dict(zip(model.factors, parts.tolist(), strict=True)),
        by_family=families,
        exposures=dict(zip(model.factors, (x * size).tolist(), strict=True)),
        marginal=(pull + own) * unit,
        component=component_factor + component_specific,
        component_factor=component_factor,
        component_specific=component_specific,
        weights=w * size,
        assets=model.assets,
        family_of=dict(zip(model.factors, model.families, strict=True)),
    )
