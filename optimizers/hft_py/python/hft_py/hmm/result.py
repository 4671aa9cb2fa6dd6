"""What the functions that read a model return."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hft_py.hmm._parameters import HMMParams
from hft_py.hmm._types import Floats, Ints
from hft_py.results import Result, pandas


@dataclass(frozen=True, eq=False, repr=False)
class Forward(Result):
    """The forward recursion.

    Attributes
    ----------
    alpha
        ``p(z_t | x_1..x_t)``, ``(T, K)``.
    log_scale
        ``log p(x_t | x_1..x_(t-1))``, ``(T,)``: how surprising each observation was, in nats.
    log_likelihood
        Their sum.
    backend
        The kernels that computed it.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, forward
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> forward([0.0, 2.0], model)["log_scale"].round(3)
    array([-1.419, -2.094])
    """

    alpha: Floats
    log_scale: Floats
    log_likelihood: float
    backend: str = field(default="", compare=False)


@dataclass(frozen=True, eq=False, repr=False)
class Posterior(Result):
    """Probabilities given the whole series.

    Attributes
    ----------
    gamma
        ``p(z_t | x)``, ``(T, K)``.
    expected_transitions
        Expected number of each transition, ``(K, K)``: the sum of ``xi`` over time.
    xi
        ``p(z_t, z_(t+1) | x)``, ``(T - 1, K, K)``, zero between two sequences; None unless asked
        for, as it takes K times the memory of the rest.
    log_likelihood
        ``log p(x)``.
    backend
        The kernels that computed it.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, posterior
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> posterior([0.0, 2.0], model).expected_transitions.round(3)
    array([[0.016, 0.098],
           [0.002, 0.884]])
    """

    gamma: Floats
    expected_transitions: Floats
    xi: Floats | None
    log_likelihood: float
    backend: str = field(default="", compare=False)


@dataclass(frozen=True, eq=False, repr=False)
class Decoding(Result):
    """The most probable path: it iterates, indexes and converts like its states.

    Attributes
    ----------
    states
        ``argmax p(z | x)``, ``(T,)``; the lower state where two are equally likely.
    log_probability
        ``log p(states, x)``.
    backend
        The kernels that computed it.

    Examples
    --------
    >>> path = Decoding(np.array([0, 0, 1]), -3.5)
    >>> len(path), path[-1].item(), [state.item() for state in path]
    (3, 1, [0, 0, 1])
    >>> path["log_probability"], list(path.keys())
    (-3.5, ['states', 'log_probability', 'backend'])
    """

    states: Ints
    log_probability: float
    backend: str = field(default="", compare=False)

    def __len__(self) -> int:
        return len(self.states)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.states)

    def __getitem__(self, key: Any) -> Any:
        """A field by its name, or states by anything that indexes an array."""
        return super().__getitem__(key) if isinstance(key, str) else self.states[key]

    def __contains__(self, key: object) -> bool:
        return key in self._names() if isinstance(key, str) else bool((self.states == key).any())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(self.states, dtype=dtype, copy=copy)

    def keys(self) -> Any:
        """The names of the fields."""
        return self.to_dict().keys()

    def values(self) -> Any:
        """The fields."""
        return self.to_dict().values()

    def items(self) -> Any:
        """The fields with their names."""
        return self.to_dict().items()


@dataclass(frozen=True, eq=False, repr=False)
class Sample(Result):
    """A series drawn from a model.

    Attributes
    ----------
    returns
        ``(n,)``, or ``(n, D)``; of a binned emission the middle of the bin that was drawn, the
        outer two taken as wide as their neighbours.
    states
        The hidden path, ``(n,)``.
    backend
        The kernels that drew it.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, sample
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> sample(model, 3, seed=1).returns.round(5)
    array([0.94783, 1.52854, 0.72802])
    """

    returns: Floats
    states: Ints
    backend: str = field(default="", compare=False)


@dataclass(frozen=True, eq=False, repr=False)
class StateSelection(Result):
    """Fits with different numbers of states.

    Attributes
    ----------
    n_states
        The number with the smallest criterion; the smaller number where two are equal.
    criterion
        ``"aic"`` or ``"bic"``.
    candidates
        The numbers tried.
    log_likelihoods, aic, bic
        Of each candidate.
    converged
        Whether each candidate's fit did; the criterion of one that did not is too large.
    best
        The chosen fit.
    fits
        All of them.

    Examples
    --------
    >>> from hft_py.hmm import select_n_states
    >>> found = select_n_states(np.random.default_rng(0).normal(size=400), (1, 2))
    >>> found.n_states, bool(found.best is found.fits[0]), list(found.to_frame().columns)
    (1, True, ['log_likelihood', 'aic', 'bic', 'converged'])
    """

    n_states: int
    criterion: str
    candidates: tuple[int, ...]
    log_likelihoods: Floats
    aic: Floats
    bic: Floats
    converged: tuple[bool, ...]
    best: HMMParams
    fits: tuple[HMMParams, ...]

    def to_frame(self) -> Any:
        """One row for each candidate (a pandas frame)."""
        columns = {"log_likelihood": self.log_likelihoods, "aic": self.aic, "bic": self.bic}
        columns["converged"] = np.array(self.converged)
        return pandas().DataFrame(columns, index=list(self.candidates))
