"""Every allocator as an estimator of scikit-learn's kind."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from hft_py import checks, labels
from hft_py._estimator import Estimator
from hft_py.portfolio.hierarchical import (
    compute_hierarchical_equal_risk_weights,
    compute_hierarchical_risk_parity_weights,
)
from hft_py.portfolio.nested import STEPS, compute_nested_cluster_weights
from hft_py.portfolio.result import Weights
from hft_py.risk import metrics

METHODS: dict[str, Callable[..., Weights]] = {
    **STEPS,
    "hierarchical_risk_parity": compute_hierarchical_risk_parity_weights,
    "hierarchical_equal_risk": compute_hierarchical_equal_risk_weights,
    "nested_clusters": compute_nested_cluster_weights,
}


class Allocator(Estimator):
    """An allocator that ``cross_val_score``, ``GridSearchCV`` and skfolio's ``WalkForward`` take.

    Parameters
    ----------
    method
        ``"risk_parity"``, ``"minimum_variance"``, ``"inverse_variance"``, ``"inverse_volatility"``,
        ``"hierarchical_risk_parity"``, ``"hierarchical_equal_risk"`` or ``"nested_clusters"``.
    options
        Keyword arguments of the function of that name, ``compute_..._weights``.

    Attributes
    ----------
    result_
        What the function returned.
    weights_
        Its weights, ``(n,)``.

    Raises
    ------
    ValueError
        An unknown method, or an option that its function does not have.

    Examples
    --------
    >>> returns = np.random.default_rng(0).normal(size=(50, 3)) * [0.01, 0.02, 0.04]
    >>> model = Allocator("hierarchical_risk_parity", linkage="ward").fit(returns[:40])
    >>> model.weights_.shape, model.predict(returns[40:]).shape
    ((3,), (10,))
    """

    _optional = frozenset(
        name for call in METHODS.values() for name in inspect.signature(call).parameters
    ) - {"returns"}

    result_: Weights
    weights_: npt.NDArray[np.float64]

    def __init__(self, method: str = "risk_parity", **options: Any) -> None:
        call = METHODS[checks.choice("method", method, METHODS)]
        known = inspect.signature(call).parameters
        for name in options:
            if name not in known or name == "returns":
                raise ValueError(f"{name!r} is no option of method={method!r}")
        self._given = {"method": method, **options}

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803
        """Weights from returns ``(T, n)``; ``y`` is ignored."""
        options = {name: value for name, value in self._given.items() if name != "method"}
        self.result_ = METHODS[self._given["method"]](X, **options)
        self.weights_ = self.result_.array()
        self.n_features_in_ = len(self.weights_)
        if labels.kind_of(X) != "numpy":
            self.feature_names_in_ = np.array(self.result_.assets, dtype=object)
        return self

    def predict(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: N803
        """The portfolio's return on each date of ``(T, n)``."""
        if not hasattr(self, "weights_"):
            raise ValueError("this Allocator is not fitted: call fit first")
        panel = labels.panel("X", X)
        if len(panel.assets) != len(self.weights_):
            raise ValueError(
                f"X has {len(panel.assets)} assets, expected {len(self.weights_)} as fit had"
            )
        known = tuple(map(str, self.result_.assets))
        if panel.kind != "numpy" and hasattr(self, "feature_names_in_") and panel.names != known:
            raise ValueError(
                f"X has the assets {checks.short(panel.names)}, expected {checks.short(known)}, in "
                "this order, as fit had"
            )
        found: npt.NDArray[np.float64] = panel.values @ self.weights_
        return found

    def score(self, X: Any, y: Any = None) -> float:  # noqa: N803
        """Mean return over its standard deviation, a period: the Sharpe ratio, not annualised."""
        return metrics.sharpe(self.predict(X), periods_per_year=1.0)
