"""skfolio's factor model of the same panel, as its experts would set it up.

The exposures are handed over as they are, by an exposure class of the user's own: nothing is
winsorised or scored again. Covariances are exponentially weighted without its regime multiplier.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def asset_panel(panel: dict[str, Any]) -> Any:
    """The panel in its container; arrays are not copied."""
    from skfolio.containers import AssetPanel, Field2D, FieldCategorical

    returns = panel["returns"]
    codes = np.broadcast_to(panel["sectors"], returns.shape)
    codes = np.where(panel["listed"], codes, -1)
    levels = np.array([str(s) for s in range(int(panel["sectors"].max()) + 1)])
    fields: dict[str, Any] = {
        "returns": Field2D(returns),
        "market_cap": Field2D(panel["market_cap"]),
        "sector": FieldCategorical(codes, levels=levels),
    }
    fields |= {name: Field2D(values) for name, values in panel["styles"].items()}
    return AssetPanel(
        fields,
        observations=np.arange(len(returns)),
        asset_names=np.array([str(i) for i in range(returns.shape[1])]),
        active_mask=panel["listed"],
        estimation_mask=panel["universe"],
    )


def estimator(styles: list[str], half_life: float) -> Any:
    """The model, unfitted."""
    from skfolio.factor_exposure import (
        BaseFactorExposure,
        GlobalFactor,
        OneHotCategoricalFactors,
    )
    from skfolio.moments import EmpiricalMu, EWCovariance
    from skfolio.moments.variance import EWVariance
    from skfolio.prior import CharacteristicsFactorModel, EmpiricalPrior

    class Given(BaseFactorExposure):  # type: ignore[misc]  # skfolio's types are not known here
        """A field as it is."""

        def __init__(self, field: str, *, family: str = "style") -> None:
            super().__init__(family=family)
            self.field = field

        def fit_transform(self, X: Any, y: Any = None, **_: Any) -> Any:  # noqa: N803
            return X[self.field]

    return CharacteristicsFactorModel(
        factors=[
            ("market", GlobalFactor()),
            ("sector", OneHotCategoricalFactors("sector", family="sector")),
            *((name, Given(name)) for name in styles),
        ],
        constrained_families=[("sector", None)],
        factor_prior_estimator=EmpiricalPrior(
            mu_estimator=EmpiricalMu(),
            covariance_estimator=EWCovariance(
                half_life=half_life, min_observations=1, nearest=False
            ),
        ),
        idio_variance_estimator=EWVariance(half_life=half_life, min_observations=1),
    )
