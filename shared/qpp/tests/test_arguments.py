"""The same wrong argument raises the same kind of error in every package.

A wrong type is a TypeError, a wrong value a ValueError, and either names the argument. The test
walks all public functions: one with a checked parameter and no call below fails it.
"""

import importlib
import inspect
import math
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

PACKAGES = (
    "polars_vs_pandas",
    "hft_orderbook",
    "fft_autocorrelation",
    "gpu_monte_carlo",
    "hft_py.hmm",
    "hft_py.mcmc",
    "hft_py.mle",
    "hft_py.signatures",
)
X = np.random.default_rng(0).normal(size=300)
PRICES = np.random.default_rng(1).normal(size=(2, 60, 3)) / 100
BOX = {"bounds_lower": [-1.0, -1.0], "bounds_upper": [1.0, 1.0]}

# What a wrong value is, by the kind of a parameter: text and words of ours, never a number that
# one function may allow.
WRONG_TYPES: dict[str, tuple[Any, ...]] = {
    "int": ("2", 1.5, True, None, [1, 2]),
    "float": ("2", True, None, 1j, [1.0, 2.0]),
    "str": (3, None, ["a"]),
}
WRONG_VALUES: dict[str, tuple[Any, ...]] = {
    "int": (-(10**30),),
    "float": (math.nan,),
    "str": ("nonsense",),
}
# Functions of an extension module carry no annotations.
BY_NAME = {"threads": "int", "max_lag": "int", "n": "int", "missing": "str", "method": "str"}
ANY_VALUE = {"label", "name", "ratio"}  # no value is wrong, only a type
SKIPPED = {
    "HMMRegimeDetector",  # scikit-learn's convention: a constructor stores, `fit` checks
    *("load_binance", "load_lobster"),  # need a recording
    *("adapted", "rule_of"),  # former names
}


def calls() -> dict[str, dict[str, Any]]:
    """A valid call of each public function, in keywords."""
    from gpu_monte_carlo import AsianOption
    from hft_orderbook import synthetic_flow
    from hft_py.hmm import fit_hmm
    from hft_py.mle import ParameterSpace

    def bowl(x: Any) -> float:
        return -float(x @ x)

    events = synthetic_flow(50, seed=1)
    terms: dict[str, Any] = {
        "spot": 100.0,
        "strike": 100.0,
        "rate": 0.05,
        "dividend": 0.0,
        "volatility": 0.2,
    }
    option = AsianOption(**terms, maturity=1.0, observations=4)
    params = fit_hmm(X, 2, n_iterations=3)
    read = {"returns": X, "params": params}
    frames = {"signal": PRICES[0], "returns": PRICES[1]}
    series = {"x": X, "max_lag": 5}
    least = {"objective_fn": bowl, **BOX, "max_iterations": 2, "seed": 1}
    line, rows = X.reshape(-1, 3), X[:12].reshape(1, 12)
    return {
        "SignaturePortfolio": {},
        "combine": {"first": rows, "second": rows, "channels": 3, "depth": 2},
        "inverse": {"signature": rows, "channels": 3, "depth": 2},
        "join": {"signature": rows, "segment": X[:3].reshape(1, 3), "depth": 2},
        "log_signature": {"path": line, "depth": 2},
        "log_signature_length": {"channels": 3, "depth": 2},
        "lyndon_words": {"channels": 3, "depth": 2},
        "rolling_signature": {"path": line, "depth": 2, "window": 9},
        "running_signature": {"path": line, "depth": 2},
        "signature": {"path": line, "depth": 2},
        "signature_kernel": {"x": line, "y": line},
        "signature_kernel_gram": {"x": [line], "y": [line]},
        "signature_length": {"channels": 3, "depth": 2},
        "to_log_signature": {"signature": rows, "channels": 3, "depth": 2},
        "transform_path": {"path": line},
        "words": {"channels": 3, "depth": 2},
        "run_backtest": {**frames, "window": 5},
        "sweep": {**frames, "windows": 5, "progress": False},
        "OrderBook": {},
        "depth_over_time": {"events": events, "low": 617_000, "high": 619_000, "rows": 10},
        "replay": {"events": events},
        "synthetic_flow": {"count": 5},
        "published_flow": {"messages": 2},
        "Autocorrelator": {"n": 50, "max_lag": 5},
        "StreamingAutocorrelation": {"max_lag": 5},
        "acf": {"x": X},
        "autocorrelation": series,
        "autocovariance": series,
        "cross_correlation": {**series, "y": X},
        "choose": {"n": 50, "max_lag": 5},
        "AsianOption": {**terms, "maturity": 1.0, "observations": 4},
        "likelihood_ratio_delta": {"option": option, "paths": 100},
        "price": {"option_or_batch": option, "paths": 100},
        "simulate_paths": {"option": option, "paths": 4},
        "IncrementalEM": {"params": params},
        "OnlineFilter": {"params": params},
        "backward": read,
        "filter_proba": read,
        "forecast": {**read, "horizon": 3},
        "forward": read,
        "posterior": read,
        "predict_regime": read,
        "score": read,
        "smooth_proba": {**read, "lag": 3},
        "viterbi_decode": read,
        "fit_hmm": {"returns": X, "n_states": 2, "n_iterations": 2},
        "regime_labels": {"n_states": 2},
        "scale_parameters": {"base_params": {"window": 5}, "ratio": 1.5, "label": "bull"},
        "regime_parameters": {"base_params": {"window": 5}, "label": "bull"},
        "scaling_rule": {"name": "window"},
        "sample": {"params": params, "n": 3},
        "select_n_states": {"returns": X, "candidates": (1, 2), "n_iterations": 2},
        "compute_autocorrelation_time": {"samples": X.reshape(4, -1)},
        "compute_effective_sample_size": {"samples": X.reshape(4, -1)},
        "compute_r_hat": {"samples": X.reshape(4, -1)},
        "mcmc_optimize": {"objective": bowl, **BOX, "n_iterations": 20, "burn_in": 2},
        "MLEOptimizer": {"param_spaces": [ParameterSpace("x", (0, 1))], "log_likelihood": bowl},
        "CMAES": BOX,
        "DifferentialEvolution": BOX,
        "DualAnnealing": BOX,
        "GeneticAlgorithm": BOX,
        "ParticleSwarm": BOX,
        "cma_es_optimize": least,
        "differential_evolution_optimize": least,
        "dual_annealing_optimize": least,
        "genetic_algorithm_optimize": least,
        "particle_swarm_optimize": least,
    }


def public() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every function and class that a package lists, results and errors aside."""
    for package in PACKAGES:
        module = pytest.importorskip(package)
        for name in module.__all__:
            thing = getattr(importlib.import_module(package), name)
            result = hasattr(thing, "__dataclass_fields__") and name != "AsianOption"
            error = isinstance(thing, type) and issubclass(thing, BaseException | Warning)
            if callable(thing) and not result and not error:
                yield name, thing


def kinds(function: Callable[..., Any]) -> dict[str, tuple[str, bool]]:
    """The checked parameters: int, float or str, and whether None is allowed."""
    found = {}
    for name, parameter in inspect.signature(function).parameters.items():
        text = str(parameter.annotation).strip("'").replace(" | np.random.Generator", "")
        kind = next((k for k in ("int", "float", "str") if text in (k, f"{k} | None")), None)
        if parameter.annotation is inspect.Parameter.empty:
            kind = BY_NAME.get(name)
        if kind:
            optional = parameter.default is None or "None" in text
            found[name] = (kind, optional or parameter.annotation is inspect.Parameter.empty)
    return found


def test_every_wrong_argument_is_named_by_the_right_error() -> None:
    valid = calls()
    faults: list[str] = []
    walked = 0
    for name, function in public():
        checked = kinds(function)
        if not checked or name in SKIPPED:
            continue
        if name not in valid:
            faults.append(f"{name}: no valid call in this test")
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            function(**valid[name])
            for argument, (kind, optional) in checked.items():
                for expected, values in ((TypeError, WRONG_TYPES), (ValueError, WRONG_VALUES)):
                    for value in values[kind]:
                        if value is None and optional:
                            continue
                        if expected is ValueError and argument in ANY_VALUE:
                            continue
                        walked += 1
                        call = {**valid[name], argument: value}
                        faults += told(name, function, call, argument, value, expected)
    assert not faults, "\n".join(faults)
    assert walked > 500


def told(
    name: str,
    function: Callable[..., Any],
    call: dict[str, Any],
    argument: str,
    value: Any,
    expected: type[Exception],
) -> list[str]:
    """What is wrong with the answer to one wrong argument."""
    where = f"{name}({argument}={value!r})"
    try:
        function(**call)
    except Exception as error:
        if type(error) is not expected:
            return [f"{where}: {type(error).__name__}, expected {expected.__name__}: {error}"]
        words = " ".join([str(error), *getattr(error, "__notes__", ())])  # PyO3 names it in a note
        return [] if argument in words else [f"{where}: the error does not name it: {error}"]
    return [f"{where}: accepted"]


@pytest.mark.parametrize("package", PACKAGES[:4])
def test_a_panic_in_a_kernel_is_an_exception(package: str) -> None:
    """Not PyO3's PanicException, which `except Exception` does not catch."""
    extension = pytest.importorskip(f"{package}._rust")
    with pytest.raises(RuntimeError, match="internal error: on purpose"):
        extension.panic_on_purpose()
