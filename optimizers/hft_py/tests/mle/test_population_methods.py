"""Particle swarm, genetic algorithm and annealing: their operators, and both kernel sets alike."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from hft_py import active_backend
from hft_py.mle import (
    DualAnnealing,
    GeneticAlgorithm,
    MLEOptimizer,
    ParameterSpace,
    ParticleSwarm,
    baseline,
    cma_es_optimize,
    dual_annealing_optimize,
    genetic_algorithm_optimize,
    particle_swarm_optimize,
)
from hft_py.mle.baseline.annealing import REACH, acceptance, cooled, visiting_step
from hft_py.mle.baseline.genetic import crossover_spread, mutation_step
from hft_py.mle.baseline.local_search import LocalSearch
from hft_py.mle.optimizer import METHODS
from hft_py.rng import Stream

Points = npt.NDArray[np.float64]
D = 5
OPTIMISERS: list[Callable[..., Any]] = [
    particle_swarm_optimize,
    genetic_algorithm_optimize,
    dual_annealing_optimize,
]
SWARM: dict[str, Any] = {"phi": 4.1, "neighbours": 1}
GENETIC = {"crossover": 0.9, "crossover_index": 15.0, "mutation": 0.2, "mutation_index": 20.0}
ANNEALING = {
    "initial_temperature": 5_230.0,
    "restart_temperature_ratio": 2e-5,
    "visit": 2.62,
    "accept": -5.0,
    "local_search": True,
    "patience": 50,
}
MAKERS = {"ParticleSwarm": SWARM, "GeneticAlgorithm": GENETIC, "DualAnnealing": ANNEALING}


def waves(points: Points) -> Points:
    """A bowl that is neither round nor smooth to the eye, minimum at 0.3."""
    x = points - 0.3
    bowl = (x * x * np.arange(1, D + 1)).sum(axis=1) + 3.0 * x[:, 0] * x[:, 1]
    return np.asarray(bowl + (1.0 - np.cos(6.0 * x)).sum(axis=1))


def arguments(**changes: Any) -> dict[str, Any]:
    shared = {
        "population": np.random.default_rng(0).uniform(-2, 2, (11, D)),
        "lower": np.full(D, -2.0),
        "upper": np.linspace(2.0, 3.0, D),
        "integral": np.zeros(D, dtype=bool),
        "seed": 3,
        "stream": 2,
        "max_iterations": 60,
        "max_evaluations": 500,
        "target": -1.0,
        "tolerance": 1e-8,
        "absolute_tolerance": 1e-12,
    }
    return shared | changes


# ------------------------------------------------------------------ both kernel sets


@pytest.mark.parametrize("constrained", [False, True])
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("maker", MAKERS)
def test_kernel_sets_agree_batch_for_batch(maker: str, whole: bool, constrained: bool) -> None:
    rust = pytest.importorskip("hft_py._rust", reason="the extension is not installed").mle
    changes: dict[str, Any] = {"integral": np.arange(D) % 2 == 0} if whole else {}
    both = [getattr(k, maker)(**arguments(**changes), **MAKERS[maker]) for k in (baseline, rust)]
    python, compiled = both
    # Logarithms and cosines of the visits differ in the last digit.
    tolerance = 1e-9 if maker == "DualAnnealing" else 0.0
    while python.stop_reason is None:
        ours, theirs = python.ask(), compiled.ask()
        np.testing.assert_allclose(theirs, ours, rtol=0, atol=tolerance)
        violations = np.maximum(1.0 - ours.sum(axis=1), 0.0) if constrained else None
        for kernel, points in ((python, ours), (compiled, theirs)):
            kernel.tell(points, waves(points), violations)
        assert python.stop_reason == compiled.stop_reason
    for name, column in python.history().items():
        np.testing.assert_allclose(compiled.history()[name], column, rtol=1e-12, atol=tolerance)
    assert python.evaluations > 200


# ------------------------------------------------------------------ distributions


def uniforms(n: int, purpose: int) -> Points:
    return Stream(11, 0, purpose).uniforms(n)


def test_visits_have_the_distribution_of_tsallis_and_stariolo() -> None:
    q_v, temperature = 2.62, 7.0
    u, v = uniforms(4_000, 1), uniforms(4_000, 2)
    steps = [visiting_step(a, b, q_v, temperature) for a, b in zip(u, v, strict=True)]
    degrees = (3 - q_v) / (q_v - 1)
    scale = REACH * temperature ** (1 / (3 - q_v)) / math.sqrt(3 - q_v)
    law = stats.t(degrees, scale=scale)
    # Their density, up to its constant: g(0) / g(x) for some x.
    for x in (0.1 * scale, scale, 50 * scale):
        kernel = (1 + (q_v - 1) * (x / REACH) ** 2 / temperature ** (2 / (3 - q_v))) ** (
            1 / (q_v - 1)
        )
        assert law.pdf(0) / law.pdf(x) == pytest.approx(kernel, rel=1e-10)
    assert stats.kstest(steps, law.cdf).pvalue > 0.01
    other = stats.t(1.3 * degrees, scale=scale)  # a negative control: the test sees a difference
    assert stats.kstest(steps, other.cdf).pvalue < 1e-3


def test_colder_visits_are_shorter_and_worse_points_rarer() -> None:
    steps = [abs(visiting_step(0.3, 0.1, 2.62, t)) for t in (0.1, 1.0, 10.0)]
    assert steps == sorted(steps)
    assert acceptance(0.0, -5.0, 1.0) == 1.0
    assert acceptance(0.1, -5.0, 1.0) == pytest.approx((1 - 0.6) ** (1 / 6))
    assert acceptance(1.0, -5.0, 1.0) == 0.0
    # Towards q_a = 1 it is Metropolis' rule, and T_qv towards q_v = 1 Boltzmann's schedule.
    assert acceptance(0.7, 1 - 1e-9, 2.0) == pytest.approx(math.exp(-0.35), rel=1e-6)
    assert cooled(1 + 1e-9, 7) == pytest.approx(math.log(2) / math.log(8), rel=1e-6)
    assert cooled(2.62, 1) == 1.0


def crossover_law(beta: Points, eta: float, bound: float) -> Points:
    """The integral of Deb and Agrawal's density, cut at ``bound``."""
    inner = 0.5 * np.minimum(beta, 1.0) ** (eta + 1)
    outer = 0.5 * (1.0 - np.maximum(beta, 1.0) ** -(eta + 1))
    return np.asarray((inner + outer) / (1.0 - 0.5 * bound ** -(eta + 1)))


@pytest.mark.parametrize("nearest", [math.inf, 0.2, 0.0])
def test_crossover_has_the_density_of_deb_and_agrawal(nearest: float) -> None:
    eta, bound = 4.0, 1.0 + 2.0 * nearest
    beta = np.array([crossover_spread(u, eta, nearest) for u in uniforms(4_000, 3)])
    assert beta.max() <= bound * (1 + 1e-12)
    assert stats.kstest(beta, lambda b: crossover_law(b, eta, bound)).pvalue > 0.01
    assert stats.kstest(beta, lambda b: crossover_law(b, 1.2 * eta, bound)).pvalue < 1e-3


@pytest.mark.parametrize("nearest", [1.0, 0.1])
def test_mutation_has_the_density_of_deb_and_goyal(nearest: float) -> None:
    def law(delta: Points, eta: float) -> Points:
        tail = (1 - np.abs(delta)) ** (eta + 1)
        rest = (1 - nearest) ** (eta + 1)
        half = 0.5 * (tail - rest) / (1 - rest)
        return np.asarray(np.where(delta < 0, half, 1 - half))

    eta = 9.0
    delta = np.array([mutation_step(u, eta, nearest) for u in uniforms(4_000, 4)])
    assert np.abs(delta).max() <= nearest
    assert stats.kstest(delta, lambda x: law(x, eta)).pvalue > 0.01
    assert stats.kstest(delta, lambda x: law(x, 3.0 * eta)).pvalue < 1e-3


# ------------------------------------------------------------------ searches


def test_constriction_is_that_of_clerc_and_kennedy() -> None:
    """A particle at its own best, which is the best of all, keeps ``chi`` of its velocity."""
    one = baseline.ParticleSwarm(**arguments(), **SWARM)
    assert one._chi == pytest.approx(0.7298437881283576, rel=1e-12)  # their table, phi = 4.1
    one.tell(one.ask(), np.zeros(11))
    before = one._v.copy()
    one.ask()
    inside = one._v != 0.0
    np.testing.assert_allclose(one._v[inside], one._chi * before[inside], rtol=1e-12)


def test_elitism_never_loses_an_individual_but_to_a_better_one(kernel_set: str) -> None:
    one = GeneticAlgorithm([-2.0] * D, [2.0] * D, 20, 40, seed=1, backend=kernel_set)
    while one.stop_reason is None:
        points = one.ask()
        one.tell(points, waves(points))
    history = one.result().history
    assert history.worst is not None
    assert (np.diff(history.best) <= 0).all()
    assert (np.diff(history.worst) <= 0).all()


def test_children_of_equal_parents_without_mutation_are_their_parents(kernel_set: str) -> None:
    one = GeneticAlgorithm(
        [-2.0] * D, [2.0] * D, init=np.full((7, D), 0.5), mutation=0.0, seed=1, backend=kernel_set
    )
    points = one.ask()
    one.tell(points, waves(points) + np.arange(7.0))
    np.testing.assert_array_equal(one.ask(), np.full((7, D), 0.5))


def test_a_local_search_ends_at_the_minimum_in_the_box() -> None:
    """A valley whose minimum is cut off by a bound, from anywhere."""
    curve = np.array([[40.0, 19.0], [19.0, 10.0]])
    lower, upper = np.array([-1.0, -4.0]), np.array([1.0, 4.0])

    def value(points: Points) -> Points:
        y = points - [2.0, 0.0]
        return np.asarray(0.5 * np.einsum("ni,ij,nj->n", y, curve, y))

    expected = [1.0, 1.9]
    for x in np.random.default_rng(1).uniform(lower, upper, (20, 2)):
        search = LocalSearch(lower, upper, np.arange(2))
        search.start(x, float(value(x[None])[0]), 0.0, 1e-8)
        batches = 0
        while search.active:
            points = search.ask()
            assert ((points >= lower) & (points <= upper)).all()
            search.tell(points, value(points))
            batches += 1
        np.testing.assert_allclose(search.x, expected, atol=1e-6)
        assert batches < 150


@pytest.mark.parametrize("optimise", OPTIMISERS)
@pytest.mark.parametrize("name", ["rastrigin", "ackley", "schwefel"])
def test_many_minima(optimise: Callable[..., Any], name: str) -> None:
    width = 500.0 if name == "schwefel" else 5.0
    found = optimise(
        name, [-width] * 3, [1.1 * width] * 3, None, 3_000, seed=2, target=1e-4, retries=4
    )
    if active_backend() == "rust":
        assert found.stop_reason == "target_reached"


@pytest.mark.parametrize("optimise", OPTIMISERS)
def test_success_is_a_converged_population_or_patience(
    optimise: Callable[..., Any], kernel_set: str
) -> None:
    options = {"patience": 10} if optimise is dual_annealing_optimize else {}
    found = optimise("sphere", [-1] * 2, [2] * 2, seed=1, backend=kernel_set, **options)
    expected = "function_tolerance" if options else "converged"
    assert (found.stop_reason, found.success) == (expected, True)
    np.testing.assert_allclose(found.x, 0.0, atol=1e-3)


@pytest.mark.parametrize("optimise", OPTIMISERS)
@pytest.mark.parametrize(("scale", "offset"), [(1e-100, 0.0), (1.0, 1e8), (1e8, 0.0)])
def test_units_do_not_matter(optimise: Callable[..., Any], scale: float, offset: float) -> None:
    def objective(points: Points) -> Points:
        return np.asarray(offset + scale * ((points / [1e-3, 1e3]) ** 2).sum(axis=1))

    low, high = np.array([-1e-3, -1e3]), np.array([2e-3, 2e3])
    options = {"patience": 30} if optimise is dual_annealing_optimize else {}
    found = optimise(objective, low, high, vectorized=True, seed=1, **options)
    assert found.success
    np.testing.assert_allclose(found.x / high, 0.0, atol=5e-3)


@pytest.mark.parametrize("optimise", OPTIMISERS)
def test_whole_numbers_and_constraints(optimise: Callable[..., Any], kernel_set: str) -> None:
    def cost(points: Points) -> Points:
        assert (points[:, 1] == np.round(points[:, 1])).all()
        assert (points.sum(axis=1) >= 1.0).all(), "called at feasible points only"
        return np.asarray((points[:, 0] - 0.3) ** 2 + (points[:, 1] - 3.6) ** 2)

    found = optimise(
        cost,
        [-2, 0.5],
        [2, 9.5],
        max_iterations=150,
        integrality=[0, 1],
        constraints=lambda x: 1.0 - x.sum(),
        seed=1,
        vectorized=True,
        backend=kernel_set,
    )
    assert found.x[1] == 4.0
    assert found.x[0] == pytest.approx(0.3, abs=1e-3)
    assert found.constr_violation == 0.0


def test_annealing_without_a_local_search_asks_for_single_points(kernel_set: str) -> None:
    one = DualAnnealing(
        [-1.0] * 3, [2.0] * 3, max_iterations=4, local_search=False, seed=1, backend=kernel_set
    )
    sizes = []
    while one.stop_reason is None:
        points = one.ask()
        sizes.append(len(points))
        one.tell(points, (points**2).sum(axis=1))
    assert sizes == [20] + [1] * 24
    temperature = one.result().history.temperature
    assert temperature is not None
    assert (np.diff(temperature) <= 0).all()


def test_annealing_starts_again_from_above(kernel_set: str) -> None:
    found = dual_annealing_optimize(
        "sphere",
        [-1.0] * 2,
        [2.0] * 2,
        max_iterations=20,
        restart_temperature_ratio=0.1,
        seed=1,
        backend=kernel_set,
    )
    temperature = found.history.temperature
    assert temperature is not None
    assert temperature.max() == 5_230.0
    assert np.count_nonzero(np.diff(temperature) > 0) >= 3


@pytest.mark.parametrize("method", METHODS[2:])
def test_maximum_likelihood_by_each_method(method: str) -> None:
    x = np.random.default_rng(0).normal(0.1, 2.0, size=400)
    spaces = [ParameterSpace("mu", (-1, 1)), ParameterSpace("sigma", (0.1, 10), log=True)]
    fit = MLEOptimizer(spaces, "gaussian", data=x).optimize(
        method, initial_params=[0.0, 1.0], seed=1
    )
    assert fit.success
    assert fit.warnings == ()
    np.testing.assert_allclose(fit.best_params, [x.mean(), x.std()], atol=1e-3)


def test_points_told_are_points_learnt(kernel_set: str) -> None:
    one = ParticleSwarm([-1.0] * 2, [1.0] * 2, 6, seed=1, backend=kernel_set)
    points = one.ask()
    moved = np.clip(points + 0.1, -1.0, 1.0)
    one.tell(moved, (moved**2).sum(axis=1))
    assert one.result().x.tolist() in moved.tolist()


def test_the_swarm_loses_in_a_narrow_valley() -> None:
    """What the documentation says of it: a negative control of the comparison."""
    if active_backend() != "rust":
        pytest.skip("a comparison of searches, not of kernels")
    box = [-5] * 6, [5] * 6
    limits: dict[str, Any] = {"seed": 1, "target": 1e-8, "max_evaluations": 20_000}
    lost = particle_swarm_optimize("rotated_cigar", *box, None, 10**6, **limits)
    assert lost.stop_reason == "max_evaluations"
    assert cma_es_optimize("rotated_cigar", *box, **limits).stop_reason == "target_reached"
