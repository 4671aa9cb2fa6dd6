"""What a fitted detector says of a regime that is given by its number or its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hft_py import checks
from hft_py.hmm._parameters import HMMParams
from hft_py.hmm._types import Floats
from hft_py.hmm.regimes import Rule, choose_rules, scale_parameters


class NamedRegimes:
    """Names of regimes, and strategy parameters for them."""

    params_: HMMParams
    labels_: tuple[str, ...]

    def _fitted(self) -> HMMParams:
        raise NotImplementedError

    def label(self, regime: int) -> str:
        """The name of a regime."""
        return self.labels_[self._index(regime)]

    def _index(self, regime: Any) -> int:
        k = self._fitted().n_states
        if isinstance(regime, str):
            checks.choice("regime", regime, self.labels_)
            return self.labels_.index(regime)
        if np.ndim(regime):
            series = np.asarray(regime)
            if series.ndim != 1 or not len(series):
                raise ValueError(
                    f"regime has shape {series.shape}, expected a regime or a series of them"
                )
            regime = series[-1]
        return checks.whole_number("regime", regime, least=0, most=k - 1)

    def get_regime_parameters(
        self,
        regime: Any,
        base_params: Mapping[str, Any],
        *,
        rules: str | Mapping[str, Rule] = "regime",
    ) -> dict[str, Any]:
        """Strategy parameters for a regime, by the tables of rules in :mod:`hft_py.hmm.regimes`.

        Parameters
        ----------
        regime
            Its number or its name; of a series, such as :meth:`predict_regime` returns, the last.
        base_params
            Parameters by name, for no regime in particular. They are not changed.
        rules
            ``"regime"`` (default): larger positions and wider stops in the bull, smaller and
            tighter in the bear, parameters of mean reversion between. ``"volatility"``: by the
            regime's volatility. Or for some names a rule in place of the default: one of these two
            words, ``"widen"``, ``"shrink"``, ``"shorten"``, ``"keep"``, or a function
            ``(value, ratio) -> value`` of the ratio of volatilities.

        Raises
        ------
        ValueError, TypeError
            No such regime or rule.

        Examples
        --------
        >>> from hft_py.hmm import HMMParams, HMMRegimeDetector
        >>> model = HMMParams([0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]], [-1.0, 1.0], [7.0, 1.0])
        >>> detector = HMMRegimeDetector(2).use(model)
        >>> base = {"stop_loss": 0.02, "position_size": 100}
        >>> detector.get_regime_parameters("bull", base)
        {'stop_loss': 0.03, 'position_size': 150.0}
        >>> detector.get_regime_parameters("bull", base, rules="volatility")
        {'stop_loss': 0.01, 'position_size': 200.0}
        """
        index = self._index(regime)
        label = self.labels_[index]
        volatilities = first_volatilities(self.params_)
        average = float(np.sqrt(self.params_.stationary_distribution @ volatilities**2))
        ratio = float(volatilities[index]) / average if average > 0 else 1.0
        default, own = "regime", rules
        if isinstance(rules, str):
            default, own = checks.choice("rules", rules, ("regime", "volatility")), {}
        return scale_parameters(
            base_params, ratio, label, choose_rules(base_params, label, default, own)
        )


def first_volatilities(params: HMMParams) -> Floats:
    """Volatility of the first column in each state."""
    return params.volatilities.reshape(params.n_states, -1)[:, 0]
