"""A fitted risk model: exposures, factor covariance and specific variances.

The covariance of returns is ``B F B' + D`` with exposures ``B`` ``(n, k)``, factor covariance
``F`` ``(k, k)`` and the diagonal ``D`` of specific variances. With thousands of assets and tens of
factors the products ``B' w`` and ``D w`` are all that risk and optimisation need, ``O(n k)`` in
place of ``O(n^2)``; the ``n x n`` matrix is formed only by :meth:`RiskModel.covariance`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks, labels
from hft_py.results import Result, pandas
from hft_py.risk._products import mirrored, unit_of
from hft_py.risk.decomposition import RiskDecomposition, decompose_risk

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class RiskModel(Result):
    """``B F B' + D`` of named assets and factors, per period of the returns that it was fitted to.

    Build one by hand with :meth:`build`; the estimators of this module have theirs in ``model_``.

    Attributes
    ----------
    exposures
        ``B``, ``(n, k)``; finite.
    factor_covariance
        ``F``, ``(k, k)``; positive semi-definite.
    specific_variance
        The diagonal of ``D``, ``(n,)``.
    assets, factors, families
        Names of assets and factors, and the family of each factor (``"market"``, ``"sector"``,
        ``"style"``).

    Examples
    --------
    >>> model = RiskModel.build(
    ...     [[1.0, 0.5], [1.0, -0.5]], [[0.04, 0.0], [0.0, 0.01]], [0.02, 0.03],
    ...     assets=["A", "B"], factors=["market", "size"], families=["market", "style"],
    ... )
    >>> round(model.volatility([0.5, 0.5]), 6), round(model.volatility({"A": 1.0}), 6)
    (0.229129, 0.25)
    """

    exposures: Floats
    factor_covariance: Floats
    specific_variance: Floats
    assets: tuple[str, ...]
    factors: tuple[str, ...]
    families: tuple[str, ...]

    @classmethod
    def build(
        cls,
        exposures: Any,
        factor_covariance: Any,
        specific_variance: Any,
        *,
        assets: Sequence[str] | None = None,
        factors: Sequence[str] | None = None,
        families: Sequence[str] | None = None,
    ) -> RiskModel:
        """A model of given parts, checked; those with labels are put in the order of the names.

        Names of assets and factors are those of ``exposures`` where that is a pandas frame.

        Raises
        ------
        ValueError
            Shapes that do not fit, a number that is not finite, a negative variance, a factor
            covariance with a negative eigenvalue, duplicated names.

        Examples
        --------
        >>> RiskModel.build([[1.0]], [[0.04]], [0.01]).assets
        ('0',)
        """
        if labels.kind_of(exposures) == "pandas":  # its labels, unless others are given
            assets = list(exposures.index) if assets is None else assets
            factors = list(exposures.columns) if factors is None else factors
        loadings = checks.finite_array("exposures", exposures, ndim=2)
        n, k = loadings.shape
        names = checks.names("assets", range(n) if assets is None else assets, n)
        named_factors = checks.names("factors", range(k) if factors is None else factors, k)
        kinds = checks.names("families", ("factor",) * k if families is None else families, k)
        labels.unique("assets", names)
        labels.unique("factors", named_factors)
        square = labels.square("factor_covariance", factor_covariance)
        covariance = square.values
        if square.kind != "numpy" and covariance.shape == (k, k):
            for name in square.names:
                if name not in named_factors:
                    raise ValueError(f"factor_covariance names {name!r}, which is no factor")
            order = [square.names.index(name) for name in named_factors]
            covariance = covariance[np.ix_(order, order)]
        specific = labels.named_vector("specific_variance", specific_variance, names, default=None)
        if covariance.shape != (k, k):
            raise ValueError(
                f"factor_covariance has shape {covariance.shape}, expected ({k}, {k}) as exposures"
            )
        if (specific < 0).any():
            place = int(np.flatnonzero(specific < 0)[0])
            raise ValueError(
                f"specific_variance[{place}] is {specific[place]}, expected at least 0"
            )
        smallest, largest = (float(v) for v in np.linalg.eigvalsh(covariance)[[0, -1]])
        if smallest < -1e-10 * max(largest, 0.0):
            raise ValueError(
                f"factor_covariance has the negative eigenvalue {smallest:.3g}, expected a "
                "positive semi-definite matrix: pass it through hft_py.risk.repair_covariance"
            )
        return cls(loadings, covariance, specific, names, named_factors, kinds)

    def weights(self, weights: Any, name: str = "weights") -> Floats:
        """Weights in the order of the assets: an array, or labelled and then 0 where missing."""
        return labels.named_vector(name, weights, self.assets)

    def multiply(self, weights: Any) -> Floats:
        """``(B F B' + D) w``, ``(n,)``, in ``O(n k)``."""
        w = self.weights(weights)
        found: Floats = self.exposures @ (self.factor_covariance @ (self.exposures.T @ w))
        return found + self.specific_variance * w

    def variance(self, weights: Any) -> float:
        """``w' (B F B' + D) w``."""
        w = self.weights(weights)
        x = self.exposures.T @ w
        return max(float(x @ self.factor_covariance @ x), 0.0) + float(
            w * w @ self.specific_variance
        )

    def volatility(self, weights: Any) -> float:
        """The square root of :meth:`variance`."""
        w = self.weights(weights)
        unit = unit_of(w)
        return unit * math.sqrt(self.variance(w / unit))

    def covariance(self) -> Floats:
        """``B F B' + D``, formed: ``8 n^2`` bytes, 72 MB for 3,000 assets."""
        found = mirrored(self.exposures @ self.factor_covariance @ self.exposures.T)
        found[np.diag_indices_from(found)] += self.specific_variance
        return found

    def loadings(self) -> Floats:
        """``L`` ``(n, r)`` with ``L L' = B F B'`` and ``r <= k`` the rank of ``F``.

        For optimisers: ``w' B F B' w`` is ``|L' w|^2``. ``F`` may be singular, as it is where the
        returns of a family sum to zero, so its eigenvalues are used and not its Cholesky factor.
        """
        values, vectors = np.linalg.eigh(self.factor_covariance)
        kept = values > 1e-14 * max(float(values[-1]), 0.0)
        found: Floats = self.exposures @ (vectors[:, kept] * np.sqrt(values[kept]))
        return found

    def subset(self, assets: Sequence[str]) -> RiskModel:
        """The model of some of the assets, in the order given.

        Raises
        ------
        ValueError
            An unknown or repeated name.
        """
        chosen = labels.unique("assets", checks.names("assets", assets))
        places = {asset: place for place, asset in enumerate(self.assets)}
        if unknown := [a for a in chosen if a not in places]:
            raise ValueError(f"assets has unknown names: {', '.join(unknown[:5])}")
        rows = [places[a] for a in chosen]
        return RiskModel(
            self.exposures[rows],
            self.factor_covariance,
            self.specific_variance[rows],
            chosen,
            self.factors,
            self.families,
        )

    def decompose_risk(self, weights: Any, **more: Any) -> RiskDecomposition:
        """The risk of a portfolio by factor, family and asset: :func:`decompose_risk`."""
        return decompose_risk(weights, self, **more)

    def to_frame(self) -> Any:
        """Exposures and specific volatility of each asset (a pandas frame)."""
        frame = pandas().DataFrame(
            self.exposures, index=list(self.assets), columns=list(self.factors)
        )
        frame["specific_volatility"] = np.sqrt(self.specific_variance)
        return frame

    def __repr__(self) -> str:
        families = list(dict.fromkeys(self.families))
        return (
            f"RiskModel({len(self.assets)} assets, {len(self.factors)} factors: "
            f"{', '.join(families)})"
        )
