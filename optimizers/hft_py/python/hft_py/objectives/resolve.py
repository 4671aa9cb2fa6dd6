"""Resolve what is given as an objective into one of the kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hft_py import checks
from hft_py.objectives.base import Objective
from hft_py.objectives.builtin import Builtin, BuiltinObjective, builtin
from hft_py.objectives.callables import ExecutorObjective, PythonObjective, VectorizedObjective
from hft_py.objectives.compiled import CompiledPointer, pointer


@dataclass(frozen=True, eq=False)
class Negated:
    """An objective to be taken with the other sign: see :func:`negated`.

    Examples
    --------
    >>> resolve(Negated("sphere"), 2)
    BuiltinObjective(n_params=2, negated)
    """

    objective: Any


def negated(objective: Any) -> Negated:
    """The negative of an objective of any kind: a log-likelihood to minimise, a cost to sample.

    Examples
    --------
    >>> import numpy as np
    >>> resolve(negated("sphere"), 2).batch(np.array([[1.0, 2.0]]))
    array([-5.])
    """
    return Negated(objective)


def resolve(
    objective: Any,
    n_params: int,
    vectorized: bool = False,
    executor: Any = None,
    data: Any = None,
    *,
    name: str = "objective",
) -> Objective:
    """The objective as the kernels take it.

    Parameters
    ----------
    objective
        A callable; a compiled function (:mod:`hft_py.objectives.compiled` lists what is
        accepted); the name of a built-in one or what :func:`hft_py.objectives.builtin` returns;
        what :func:`negated` returns; or an objective that is resolved already.
    n_params
        Coordinates of a point, 1 or more.
    vectorized
        The callable takes points ``(n, n_params)`` and returns values ``(n,)``.
    executor
        A :class:`concurrent.futures.Executor`, or what has its ``submit``, that calls the
        callable: each point is one task; with ``vectorized`` each worker gets one share.
    data
        Handed to a callable as its second argument; to a decorated function as an array; to a
        compiled one as the address in ``user_data``; to a log-likelihood as the observations.
    name
        What messages call the argument.

    Raises
    ------
    TypeError
        What is given is no objective, or a compiled function of another signature.
    ValueError
        Options that do not go together, an unknown name, the wrong number of parameters.

    Examples
    --------
    >>> import numpy as np
    >>> resolve(lambda x: x.sum(), 2)
    PythonObjective(n_params=2)
    >>> resolve("rosenbrock", 2).batch(np.array([[1.0, 1.0], [0.0, 0.0]]))
    array([0., 1.])
    """
    count = checks.whole_number("n_params", n_params, least=1)
    batches = checks.flag("vectorized", vectorized)
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise TypeError(
            f"executor={checks.short(executor)}, expected a concurrent.futures.Executor"
        )
    if isinstance(objective, Negated):
        inner = resolve(objective.objective, count, batches, executor, data, name=name)
        return inner.negative()
    if isinstance(objective, Objective):
        return _resolved_before(objective, count, batches, executor, data, name)
    if isinstance(objective, str | Builtin):
        _only_callables(name, "a built-in objective", batches, executor)
        return BuiltinObjective(_specified(objective, data), count)
    found = pointer(name, objective, data)
    if found is not None:
        _only_callables(name, "a compiled objective", batches, executor)
        return CompiledPointer(found, count)
    if not callable(objective):
        raise TypeError(
            f"{name}={checks.short(objective)}, expected a callable, a compiled function or the "
            "name of a built-in objective"
        )
    if executor is not None:
        return ExecutorObjective(objective, count, executor, data, batches)
    return (VectorizedObjective if batches else PythonObjective)(objective, count, data)


def _specified(objective: str | Builtin, data: Any) -> Builtin:
    if isinstance(objective, str):
        return builtin(objective, data)
    if data is not None:
        raise ValueError("data are given twice: to builtin() and here")
    return objective


def _only_callables(name: str, what: str, vectorized: bool, executor: Any) -> None:
    for option, given in (("vectorized", vectorized), ("executor", executor is not None)):
        if given:
            raise ValueError(f"{name} is {what}: {option} is for Python callables")


def _resolved_before(
    objective: Objective, n_params: int, vectorized: bool, executor: Any, data: Any, name: str
) -> Objective:
    if objective.n_params != n_params:
        raise ValueError(
            f"{name} has {objective.n_params} parameters, but {n_params} were requested"
        )
    if vectorized or executor is not None or data is not None:
        raise ValueError(f"{name} is resolved already: its options were given then")
    return objective
