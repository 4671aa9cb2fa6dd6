"""What a mean-variance portfolio is given, aligned with its assets."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks, labels
from hft_py.portfolio import _validation

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Risk:
    """A covariance ``L L' + D``, and its parts as they were given, for checks.

    ``matrix`` is a covariance given as such; else ``exposures`` and ``factors`` are the model's.
    """

    loadings: Floats
    specific: Floats
    matrix: Floats | None = None
    exposures: Floats | None = None
    factors: Floats | None = None

    def variance(self, weights: Floats) -> float:
        """By the parts as given, not by the loadings that the solver gets."""
        if self.matrix is not None:
            return float(weights @ self.matrix @ weights)
        assert self.exposures is not None and self.factors is not None
        own = self.exposures.T @ weights
        return float(own @ self.factors @ own + np.sum(self.specific * weights**2))

    def variances(self) -> Floats:
        """Of each asset."""
        found: Floats = np.einsum("ij,ij->i", self.loadings, self.loadings) + self.specific
        return found


@dataclass(frozen=True, eq=False)
class Inputs:
    """The market as arrays over ``assets``; None is what was not given."""

    assets: tuple[Hashable, ...]
    risk: Risk
    linear_cost: Floats | None
    betas: Floats | None
    adv: Floats | None
    sectors: tuple[str, ...] | None
    benchmark: Floats | None
    borrow_rates: Floats | None


def read_risk(value: Any) -> tuple[tuple[Hashable, ...] | None, Risk]:
    """Labels (None where it has none) and risk, of a model or a covariance."""
    value = getattr(value, "model_", value)
    if not hasattr(value, "factor_covariance"):
        found = _validation.covariance(value, "risk_model", definite=False)
        eigenvalues, vectors = np.linalg.eigh(found.values)
        _validation.no_negative("risk_model", eigenvalues)
        kept = eigenvalues > 1e-14 * eigenvalues[-1]
        loadings = vectors[:, kept] * np.sqrt(eigenvalues[kept])
        named = found.assets if found.kind != "numpy" else None
        return named, Risk(loadings, np.zeros(len(loadings)), matrix=found.values)
    exposures = checks.finite_array("risk_model.exposures", value.exposures, ndim=2)
    n, k = exposures.shape
    factors = checks.finite_array("risk_model.factor_covariance", value.factor_covariance, ndim=2)
    specific = checks.finite_array("risk_model.specific_variance", value.specific_variance)
    if factors.shape != (k, k) or specific.shape != (n,):
        raise ValueError(
            f"risk_model has exposures {exposures.shape}, factor_covariance {factors.shape} and "
            f"specific_variance {specific.shape}, expected (n, k), (k, k) and (n,)"
        )
    if (specific < 0).any():
        raise ValueError(f"risk_model.specific_variance has {specific.min()}, expected 0 or more")
    eigenvalues, vectors = np.linalg.eigh(factors)
    _validation.no_negative("risk_model.factor_covariance", eigenvalues)
    kept = eigenvalues > 1e-14 * eigenvalues[-1]
    loadings = exposures @ (vectors[:, kept] * np.sqrt(eigenvalues[kept]))
    named = getattr(value, "assets", None)
    assets = None if named is None else labels.unique("risk_model", list(named))
    risk = Risk(loadings, specific, exposures=exposures, factors=factors)
    if not (risk.variances() > 0).all():
        i = int(np.flatnonzero(~(risk.variances() > 0))[0])
        who = i if assets is None else assets[i]
        raise ValueError(f"risk_model has the variance 0 for {who!r}, expected more: leave it out")
    return assets, risk


def read_inputs(
    risk_model: Any,
    *,
    assets: Sequence[Hashable] | None = None,
    linear_cost: Any = None,
    betas: Any = None,
    adv: Any = None,
    sectors: Any = None,
    benchmark: Any = None,
    borrow_rates: Any = None,
) -> Inputs:
    """Everything in the order of the risk model's assets, or of ``assets`` among them."""
    named, risk = read_risk(risk_model)
    if named is None and assets is None:
        named = tuple(range(len(risk.specific)))
    elif assets is not None:
        named, risk = tuple(assets), _chosen(named, risk, tuple(assets))
    assert named is not None

    def vector(name: str, value: Any, *, least: float | None = None, **more: Any) -> Any:
        if value is None:
            return None
        found = labels.vector(name, value, named, **more)
        if least is not None and (found < least).any():
            i = int(np.flatnonzero(found < least)[0])
            raise ValueError(f"{name} of {named[i]!r} is {found[i]}, expected {least:g} or more")
        return found

    return Inputs(
        named,
        risk,
        vector("linear_cost", linear_cost, least=0.0),
        vector("betas", betas),
        vector("adv", adv, least=0.0),
        _sectors(sectors, named),
        vector("benchmark", benchmark, default=0.0),
        vector("borrow_rates", borrow_rates, least=0.0),
    )


def read_risk_of(risk_model: Any, assets: tuple[Hashable, ...]) -> Risk:
    """The risk of these assets, in their order."""
    named, risk = read_risk(risk_model)
    return _chosen(named, risk, assets)


def _chosen(named: tuple[Hashable, ...] | None, risk: Risk, assets: tuple[Hashable, ...]) -> Risk:
    """The risk of some of the assets, in another order."""
    if named is None:
        if len(assets) != len(risk.specific):
            raise ValueError(
                f"risk_model has {len(risk.specific)} assets without names, expected "
                f"{len(assets)} as alpha"
            )
        return risk
    # A risk model names its assets by strings, whatever a frame's columns are.
    place = {str(label): i for i, label in enumerate(named)}
    for label in assets:
        if str(label) not in place:
            raise ValueError(f"alpha names {label!r}, which the risk model does not have")
    if assets == named:
        return risk
    rows = [place[str(label)] for label in assets]
    return Risk(
        risk.loadings[rows],
        risk.specific[rows],
        None if risk.matrix is None else risk.matrix[np.ix_(rows, rows)],
        None if risk.exposures is None else risk.exposures[rows],
        risk.factors,
    )


def _sectors(value: Any, assets: Sequence[Hashable]) -> tuple[str, ...] | None:
    """The sector of each asset, by label or by position."""
    if value is None:
        return None
    given = labels.by_label("sectors", value)
    if given is None:
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise TypeError(f"sectors={checks.short(value)}, expected a name for each asset")
        found = list(value)
        if len(found) != len(assets):
            raise ValueError(f"sectors has length {len(found)}, expected {len(assets)}")
        given = dict(zip(assets, found, strict=True))
    known = set(assets)
    for label in given:
        if label not in known:
            raise ValueError(
                f"sectors names {label!r}, which is not among the {len(assets)} assets"
            )
    for label in assets:
        sector = given.get(label)
        if sector is None or sector != sector:
            raise ValueError(f"sectors has no value for {label!r}, expected one an asset")
    return tuple(str(given[label]) for label in assets)
