"""Several strategies: fronts against exact answers and pymoo, constraints."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from hft_py.portfolio import (
    StrategyConstraints,
    compute_minimum_variance_weights,
    deflated_sharpe_ratio,
    optimize_multi_strategy,
)
from hft_py.risk import metrics

Floats = npt.NDArray[np.float64]


def cube(seed: int = 0, dates: int = 300, s: int = 3, a: int = 4) -> Floats:
    rng = np.random.default_rng(seed)
    market = rng.normal(size=(dates, 1, 1))
    noise = rng.normal(size=(dates, s, a)) * rng.uniform(0.5, 2.0, (s, a))
    made: Floats = 0.005 * (0.5 * market + noise) + rng.uniform(-2e-4, 6e-4, (s, a))
    return made


def small(**options: Any) -> Any:
    given: dict[str, Any] = {"generations": 20, "population_size": 40, "seed": 3}
    return optimize_multi_strategy(cube(), **{**given, **options})


@pytest.mark.usefixtures("rust_only")
@pytest.mark.parametrize(
    "constraints",
    [
        {},
        {"max_weight": 0.2, "min_weight": 0.01, "max_concentration": 0.15},
        {"long_only": False, "leverage": 1.5, "max_strategy_weight": 0.8, "max_asset_weight": 0.7},
    ],
)
def test_both_kernel_sets_agree(constraints: dict[str, Any]) -> None:
    rust, python = (
        small(constraints=constraints, backend=backend, current_weights=np.full(12, 1 / 12))
        for backend in ("rust", "python")
    )
    np.testing.assert_allclose(rust.pareto_values, python.pareto_values, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(rust.pareto_weights, python.pareto_weights, atol=1e-9)
    assert rust.metrics == pytest.approx(python.metrics, rel=1e-8)
    assert not rust.violations


def test_objectives_are_those_of_the_metrics(kernel_set: str) -> None:
    found = small(backend=kernel_set, trading_cost=0.002)
    returns = np.einsum("tsa,sa->t", cube(), found.array())
    equity = np.cumprod(1 + returns)
    figures = found.metrics
    assert figures["return"] == pytest.approx(252 * returns.mean(), rel=1e-9)
    assert figures["risk"] == pytest.approx(metrics.volatility(returns), rel=1e-9)
    assert figures["sharpe"] == pytest.approx(metrics.sharpe(returns), rel=1e-9)
    assert figures["drawdown"] == pytest.approx(-metrics.max_drawdown(equity, 1.0).depth, rel=1e-9)
    assert figures["calmar"] == pytest.approx(metrics.calmar(equity, 1.0), rel=1e-9)
    columns = cube().reshape(300, 12)
    w = found.array().ravel()
    ratio = w @ columns.std(axis=0, ddof=1) / returns.std(ddof=1)
    assert figures["diversification"] == pytest.approx(ratio, rel=1e-9)
    apart = (columns - returns[:, None]).std(axis=0, ddof=1)
    cost = 0.002 * 252 * np.sqrt(2 / np.pi) * (w @ apart)
    assert figures["cost"] == pytest.approx(cost, rel=1e-9)
    sharpe = found.pareto_values[:, found.objectives.index("sharpe")]
    assert figures["sharpe"] == pytest.approx(sharpe.max(), rel=1e-9)


@pytest.mark.parametrize(("loss", "calmar"), [(0.5, None), (1.5, -1.0)])
def test_falls_from_the_start_and_ruin(kernel_set: str, loss: float, calmar: float) -> None:
    one = np.array([-loss, 0.1, 0.2]).reshape(3, 1, 1)
    found = optimize_multi_strategy(one, generations=0, population_size=4, backend=kernel_set)
    assert found.metrics["drawdown"] == pytest.approx(min(loss, 1.0), rel=1e-12)
    assert calmar is None or found.metrics["calmar"] == pytest.approx(calmar, rel=1e-12)


def test_the_front_meets_the_exact_minimum_variance() -> None:
    found = small(objectives=["return", "risk"], choose="risk", generations=60)
    exact = compute_minimum_variance_weights(cube().reshape(300, 12))
    assert found.metrics["risk"] == pytest.approx(252**0.5 * exact.volatility, rel=1e-5)
    best = (252 * cube().mean(axis=0)).max()
    assert found.pareto_values[:, 0].max() == pytest.approx(best, rel=1e-6)
    order = found.pareto_values[np.argsort(found.pareto_values[:, 1])]
    assert (np.diff(order[:, 0]) > 0).all()  # nothing on the front beats anything else


@pytest.mark.thorough
def test_hypervolume_of_pymoo_at_equal_evaluations() -> None:
    """The smallest of ours over seeds above pymoo's largest; pymoo is given the same repair."""
    pytest.importorskip("pymoo", reason="pymoo is a peer")
    moocore = pytest.importorskip("moocore", reason="pymoo's hypervolume is not installed")
    study = pytest.importorskip("hft_py.portfolio.study.multi_strategy", reason="no harness")
    columns = cube(dates=600, s=5, a=8)
    ours, theirs = [], []
    for seed in range(3):
        found = optimize_multi_strategy(
            columns, objectives=["return", "risk", "drawdown"], generations=60, seed=seed
        )
        ours.append(study.signed(found))
        theirs.append(study.front_of_pymoo(columns.reshape(600, 40), 100, 61, seed))
    everything = np.concatenate(ours + theirs)
    low, high = everything.min(axis=0), everything.max(axis=0)
    reference = np.full(3, 1.1)
    volumes = [
        [study.hypervolume((f - low) / (high - low), reference) for f in fronts]
        for fronts in (ours, theirs)
    ]
    assert min(volumes[0]) > max(volumes[1])
    again = moocore.hypervolume((ours[0] - low) / (high - low), ref=reference)
    assert volumes[0][0] == pytest.approx(again, rel=1e-12)


def test_constraints_are_kept_or_listed() -> None:
    types = {0: "stock", 1: "stock", 2: "bond", 3: "bond"}
    found = small(
        constraints={
            "max_strategy_weight": {0: 0.3},
            "max_type_weight": {"bond": 0.4},
            "max_concentration": 0.2,
            "max_weight": 0.3,
        },
        asset_types=types,
        generations=40,
    )
    w = found.array()
    assert w.sum() == pytest.approx(1) and (w >= 0).all() and (w <= 0.3 + 1e-12).all()
    assert found.violations == () and w[0].sum() <= 0.3 + 1e-9
    assert w[:, 2:].sum() <= 0.4 + 1e-9 and (w**2).sum() <= 0.2 + 1e-9
    # Two limits that no portfolio meets together: 0.3 and 0.3 of the two types, one in all.
    impossible = {"max_type_weight": {"bond": 0.3}, "max_asset_weight": {0: 0.1, 1: 0.1}}
    listed = small(constraints=impossible, asset_types=types).violations
    assert listed and any("'bond'" in line or "of 0" in line or "of 1" in line for line in listed)
    (line,) = small(constraints={"max_concentration": 0.01}).violations  # 1/12 is the least
    assert line.startswith("max_concentration is 0.08")


def test_long_short_keeps_its_leverage() -> None:
    found = small(constraints={"long_only": False, "leverage": 2.0, "max_weight": 0.5})
    sizes = np.abs(found.pareto_weights).sum(axis=(1, 2))
    assert (sizes <= 2.0 + 1e-9).all() and (found.pareto_weights < 0).any()


def test_input_forms_give_the_same_answer() -> None:
    pandas = pytest.importorskip("pandas")
    flat = optimize_multi_strategy(
        cube().reshape(300, 12), 3, 4, generations=20, population_size=40, seed=3
    )
    assert flat == small()
    for generations in (0, 1):
        fronts = [small(generations=generations, seed=seed).pareto_weights for seed in (3, 4)]
        assert not np.array_equal(*fronts)
    frames = {f"s{i}": pandas.DataFrame(cube()[:, i], columns=list("ABCD")) for i in range(3)}
    labelled = optimize_multi_strategy(frames, generations=20, population_size=40, seed=3)
    assert labelled.weights.index.tolist() == ["s0", "s1", "s2"]
    assert labelled.weights.columns.tolist() == list("ABCD")
    np.testing.assert_array_equal(labelled.array(), flat.array())
    polars = pytest.importorskip("polars")
    frames = {
        name: polars.DataFrame(frame.to_numpy(), schema=list("ABCD"))
        for name, frame in frames.items()
    }
    polar = optimize_multi_strategy(frames, generations=20, population_size=40, seed=3)
    assert polar.weights["strategy"].to_list() == ["s0", "s1", "s2"]
    np.testing.assert_array_equal(polar.array(), flat.array())


def test_progress_stops_a_run(kernel_set: str) -> None:
    seen: list[Any] = []
    small(progress=lambda p: seen.append(p) or len(seen) < 3, backend=kernel_set)  # type: ignore[func-returns-value]
    assert [p.done for p in seen] == [1, 2, 3]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"objectives": ["alpha"]}, "objectives='alpha', expected one of"),
        ({"objectives": ["risk", "risk"]}, "'risk' twice"),
        ({"choose": "cost", "objectives": ["risk"]}, "choose='cost'"),
        ({"constraints": {"max_size": 1}}, "constraints='max_size'"),
        ({"constraints": {"max_weight": 0.05}}, "expected leverage=1 among them"),
        ({"constraints": {"max_strategy_weight": 0.2}}, "max_strategy_weight has the sum 0.6"),
        ({"constraints": {"max_asset_weight": {"X": 0.2}}}, "max_asset_weight names 'X'"),
        ({"constraints": {"max_type_weight": 0.5}}, "pass asset_types"),
        ({"population_size": 41}, "expected an even number"),
        ({"n_assets": 5}, "n_assets=5, but strategy_returns has 4"),
        ({"current_weights": [0.5, 0.5]}, "current_weights has 2"),
    ],
)
def test_bad_input_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        small(**options)


def test_bad_returns_are_refused() -> None:
    pandas = pytest.importorskip("pandas")
    days = pandas.date_range("2020-01-01", periods=301)
    apart = {i: pandas.DataFrame(cube()[:, i], index=days[i : i + 300]) for i in range(2)}
    with pytest.raises(ValueError, match="strategy_returns of 1 has other assets or dates"):
        optimize_multi_strategy(apart)
    spoiled = cube()
    spoiled[2, 1, 0] = np.nan
    with pytest.raises(ValueError, match=r"strategy_returns\[2, 1, 0\] is nan"):
        optimize_multi_strategy(spoiled)
    with pytest.raises(ValueError, match="12 columns, expected n_strategies"):
        optimize_multi_strategy(cube().reshape(300, 12), 2, 4)
    with pytest.raises(ValueError, match="strategy_returns of 0 are all 0"):
        optimize_multi_strategy(cube() * np.array([0.0, 1.0, 1.0])[:, None])
    with pytest.raises(ValueError, match="min_weight=-0.1 with long_only=True"):
        StrategyConstraints(min_weight=-0.1)


def test_deflated_sharpe_ratio() -> None:
    """The best of pure noise looks significant alone, and not among all that were tried."""
    rng = np.random.default_rng(0)
    quantile = rng.normal(size=(2_000, 1_250)) * 0.05
    best = quantile[np.argmax(quantile.mean(axis=1) / quantile.std(axis=1))]
    deviation = float((quantile.mean(axis=1) / quantile.std(axis=1)).std())
    alone = deflated_sharpe_ratio(best, 1, deviation)
    among = deflated_sharpe_ratio(best, 2_000, deviation)
    assert alone > 0.999 and 0.1 < among < 0.9


def test_deflated_sharpe_ratio_of_the_paper() -> None:
    """Bailey and Lopez de Prado's example: annual ratio 2.5, the best of 100 of variance 1/2.

    Five years of daily returns of skewness -3 and kurtosis 10, which only two values have.
    """
    returns = np.ones(1_250)
    returns[:105] = 0.0
    returns += 2.5 / np.sqrt(250) * returns.std(ddof=1) - returns.mean()
    found = deflated_sharpe_ratio(returns, 100, float(np.sqrt(0.5 / 250)))
    assert found == pytest.approx(0.9004, abs=1e-4)
    few = np.array([0.03, -0.01, 0.02, 0.01, -0.05, 0.04])  # equation 2 alone, by SciPy
    ratio = few.mean() / few.std(ddof=1)
    error = 1 - stats.skew(few) * ratio + (stats.kurtosis(few, fisher=False) - 1) / 4 * ratio**2
    expected = stats.norm.cdf(ratio * np.sqrt(5 / error))
    assert deflated_sharpe_ratio(few, 1, 0.1) == pytest.approx(expected, rel=1e-12)
