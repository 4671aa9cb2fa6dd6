"""What a maximum-likelihood fit returns: estimates with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy  # scipy.special is loaded when first used: it takes half of this import

from hft_py import checks, results
from hft_py.mle.kernels.loop import Array
from hft_py.mle.results import OptimizeResult, brief


@dataclass(frozen=True, eq=False, repr=False)
class MLEResult(results.Result):
    """Estimates, their standard errors and intervals, and criteria of information.

    ``d`` parameters in the order of the spaces.

    Attributes
    ----------
    params
        Estimates by name; whole numbers as ``int``.
    best_params
        The same as an array ``(d,)``.
    log_likelihood
        Its maximum.
    standard_errors
        Roots of the diagonal of ``covariance``, ``(d,)``; NaN for whole numbers, for an estimate on
        its bound, and where the log-likelihood is flat.
    covariance
        The inverse of the observed information, ``(d, d)``.
    confidence_intervals
        ``(d, 2)`` at ``confidence``, Wald's: ``estimate -+ z standard error``, in the logarithm for
        a parameter on that scale, so that it stays positive. Cut at the bounds.
    aic, bic
        ``2 d - 2 l`` and ``d ln n - 2 l``; BIC is NaN without the number of observations.
    success, stop_reason
        Of the search.
    warnings
        What is doubtful, in words; empty if nothing is.
    names, log_scale, bounds, confidence, n_observations
        What was asked for.
    search
        The search itself, an :class:`OptimizeResult` whose ``fun`` is minus the log-likelihood.
    """

    params: dict[str, float | int]
    log_likelihood: float
    standard_errors: Array
    covariance: Array
    confidence_intervals: Array
    aic: float
    bic: float
    best_params: Array
    success: bool
    stop_reason: str
    warnings: tuple[str, ...]
    names: tuple[str, ...]
    log_scale: Any
    bounds: Array
    confidence: float
    n_observations: int | None
    search: OptimizeResult = field(repr=False)

    def __repr__(self) -> str:
        return brief(self, ("search", "covariance", "best_params", "log_scale", "bounds", "names"))

    def interval(self, confidence: float) -> Array:
        """Confidence intervals at another level, ``(d, 2)``.

        Raises
        ------
        ValueError
            A level that is not between 0 and 1.
        """
        return wald(
            self.best_params,
            self.standard_errors,
            self.log_scale,
            self.bounds,
            checks.real_number("confidence", confidence, above=0.0, below=1.0),
        )

    def to_frame(self) -> Any:
        """A pandas frame with a row for every parameter.

        ``z`` is the estimate over its standard error, for the hypothesis that the parameter is 0;
        it means nothing of a parameter that cannot be 0, as a scale.

        Raises
        ------
        ImportError
            Without pandas.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self.best_params / self.standard_errors
        return results.pandas().DataFrame(
            {
                "estimate": self.best_params,
                "standard_error": self.standard_errors,
                "z": ratio,
                "lower": self.confidence_intervals[:, 0],
                "upper": self.confidence_intervals[:, 1],
            },
            index=list(self.names),
        )

    def plot(self, axes: Any = None) -> Any:
        """The negative log-likelihood against evaluations.

        Raises
        ------
        ImportError
            Without matplotlib.
        """
        axes = self.search.plot(axes)
        axes.set_ylabel("negative log-likelihood")
        return axes


def wald(
    estimates: Array, errors: Array, log_scale: Any, bounds: Array, confidence: float
) -> Array:
    """Wald intervals, in the logarithm where ``log_scale``; cut at the bounds."""
    z = float(scipy.special.ndtri(0.5 + 0.5 * confidence))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ends = np.stack([estimates - z * errors, estimates + z * errors], axis=1)
        factor = np.exp(z * errors / estimates)
        logarithmic = np.stack([estimates / factor, estimates * factor], axis=1)
    ends = np.where(np.asarray(log_scale)[:, None], logarithmic, ends)
    return np.asarray(np.clip(ends, bounds[:, :1], bounds[:, 1:]))


def covariance_of(hessian: Array) -> tuple[Array, bool]:
    """The inverse of minus a Hessian over the parameters that have one; whether it is a covariance.

    NaN where it is not: the point is no maximum, or parameters cannot be told apart.
    """
    covariance = np.full_like(hessian, np.nan)
    used = np.flatnonzero(np.isfinite(np.diag(hessian)))
    if not used.size:
        return covariance, True
    information = -hessian[np.ix_(used, used)]
    # Scaled to a unit diagonal, so that units do not decide what is singular.
    scale = np.sqrt(np.abs(np.diag(information)))
    scale[scale == 0.0] = 1.0
    scaled = information / np.outer(scale, scale)
    if not np.isfinite(scaled).all() or np.linalg.eigvalsh(scaled).min() < 1e-10:
        return covariance, False
    covariance[np.ix_(used, used)] = np.linalg.inv(scaled) / np.outer(scale, scale)
    return covariance, True
