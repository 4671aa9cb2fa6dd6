"""The attributes by which optimisers and decompositions read a risk model."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@runtime_checkable
class FactorRiskModel(Protocol):
    """What is read of a risk model: anything with these attributes will do.

    Examples
    --------
    >>> from hft_py.risk import RiskModel
    >>> def factors(model: FactorRiskModel) -> int:
    ...     return model.exposures.shape[1]
    >>> factors(RiskModel.build([[1.0]], [[0.04]], [0.01]))
    1
    """

    @property
    def exposures(self) -> Floats:
        """``B``, ``(n, k)``."""

    @property
    def factor_covariance(self) -> Floats:
        """``F``, ``(k, k)``, positive semi-definite; singular where factors are constrained."""

    @property
    def specific_variance(self) -> Floats:
        """The diagonal of ``D``, ``(n,)``, none negative."""

    @property
    def assets(self) -> tuple[str, ...]:
        """The names of the rows of ``B``."""

    @property
    def factors(self) -> tuple[str, ...]:
        """The names of its columns."""

    @property
    def families(self) -> tuple[str, ...]:
        """The family of each factor."""
