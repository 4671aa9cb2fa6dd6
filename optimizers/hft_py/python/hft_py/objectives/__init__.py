"""Objectives: what is minimised or sampled, of every kind, resolved by one function.

| kind | what is given | who calls it, how |
|---|---|---|
| ``"python"`` | ``f(x) -> float``, ``x`` of shape ``(n_params,)`` | one call per point, with lock |
| ``"vectorized"`` | ``f(points) -> values``, ``(n, n_params)`` to ``(n,)`` | one call per batch |
| ``"compiled"`` | a C function: see :mod:`hft_py.objectives.compiled` | Rust, in parallel |
| ``"builtin"`` | a name: see :func:`builtin` | Rust, in parallel |
| ``"executor"`` | ``f(x) -> float`` and ``executor=`` | one task per point |

A batch is a generation of a population, or one step of all chains. Every function that takes an
objective takes the same options and hands them to :func:`resolve`.

**Values.** A real number for each point; from a callable of one point also an array of one number,
as ``r.T @ r`` of a column. NaN means that there is no value there: a minimiser takes it for plus
infinity, a sampler for a log-density of minus infinity; both count such points and warn once at the
end. An infinite value on the good side (minus infinity to a minimiser, plus infinity to a sampler)
stops the run with an error. **Exceptions** stop the run and reach the caller unchanged, with their
traceback. **Sense.** Optimisers minimise; samplers and maximum likelihood take logarithms of
densities; :func:`negated` turns one into the other.

A callable may keep, or change, the array it is given: it is made for that call alone.
"""

from hft_py.objectives.base import Objective
from hft_py.objectives.builtin import BUILTINS, Builtin, builtin
from hft_py.objectives.decorator import CompiledObjective, compiled_objective
from hft_py.objectives.invalid_values import replace_nan
from hft_py.objectives.resolve import Negated, negated, resolve

__all__ = [
    "BUILTINS",
    "Builtin",
    "CompiledObjective",
    "Negated",
    "Objective",
    "builtin",
    "compiled_objective",
    "negated",
    "replace_nan",
    "resolve",
]
