"""From an ordinary Python function to a compiled objective, by numba."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.results import optional

Floats = npt.NDArray[np.float64]
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class CompiledObjective:
    """A function compiled to the contract of :mod:`hft_py.objectives.compiled`.

    Called from Python it runs as compiled by numba.

    Attributes
    ----------
    function
        The original.
    address
        Of the C function.
    takes_data
        Whether it has a second argument, the data.
    data_ndim
        Dimensions of the data.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        compiled: Callable[..., Any],
        cfunc: Any,
        takes_data: bool,
        data_ndim: int,
    ) -> None:
        self.function = function
        self.takes_data = takes_data
        self.data_ndim = data_ndim
        self.__wrapped__ = function
        self.__doc__ = function.__doc__
        self.__name__ = getattr(function, "__name__", "objective")
        self._compiled = compiled
        self._cfunc = cfunc
        self.address: int = cfunc.address

    def __call__(self, x: Any, *data: Any) -> float:
        """The value at one point."""
        arrays = [np.ascontiguousarray(array, dtype=np.float64) for array in (x, *data)]
        return float(self._compiled(*arrays))

    def __repr__(self) -> str:
        return f"CompiledObjective({self.__name__})"

    def pack(self, data: Any) -> Floats | None:
        """The block that ``user_data`` points to: the shape, then the numbers."""
        if not self.takes_data:
            if data is not None:
                raise ValueError(f"{self.__name__} takes no data: write it as f(x, data)")
            return None
        if data is None:
            raise ValueError(f"{self.__name__} has the argument data, and data=None is given")
        numbers = checks.array("data", data, ndim=self.data_ndim, least=0)
        return np.concatenate([np.array(numbers.shape, dtype=np.float64), numbers.ravel()])


@overload
def compiled_objective(function: Callable[..., Any]) -> CompiledObjective: ...
@overload
def compiled_objective(
    *, data_ndim: int = ..., fastmath: bool = ..., boundscheck: bool = ...
) -> Callable[[Callable[..., Any]], CompiledObjective]: ...


def compiled_objective(
    function: Callable[..., Any] | None = None,
    *,
    data_ndim: int = 1,
    fastmath: bool = False,
    boundscheck: bool = False,
) -> CompiledObjective | Callable[[Callable[..., Any]], CompiledObjective]:
    """Compile ``f(x) -> float`` or ``f(x, data) -> float``, to be called without any lock.

    Everything inside must be what numba compiles. ``x`` is a view of shape ``(n_params,)``, not to
    be written to; ``data`` a float64 array, handed over with ``data=`` of the function that takes
    the objective, copied once, shared by all threads. An exception raised inside, or an index out
    of bounds where they are checked, makes the value NaN; dividing by zero gives what NumPy gives.

    Parameters
    ----------
    function
        The function, where the decorator has no options.
    data_ndim
        Dimensions of ``data``, 1 or 2. Default: 1.
    fastmath
        Let the compiler reorder sums and ignore NaN. Default: no, so that values do not depend on
        the compiler.
    boundscheck
        Check every index. Default: no, as numba does; switch it on while trying.

    Raises
    ------
    ImportError
        numba is missing; the message says how to get it.
    TypeError
        No function, not one or two positional parameters, a value that is no real number, or what
        numba cannot compile.

    Examples
    --------
    >>> @compiled_objective                                   # doctest: +SKIP
    ... def cost(x, data):
    ...     return ((data - x[0]) ** 2).sum() * x[1]
    >>> cost(np.array([1.0, 2.0]), np.array([0.0, 3.0]))      # doctest: +SKIP
    10.0
    """
    if function is None:
        return lambda given: _compile(given, data_ndim, fastmath, boundscheck)
    return _compile(function, data_ndim, fastmath, boundscheck)


def _compile(
    function: Callable[..., Any], data_ndim: int, fastmath: bool, boundscheck: bool
) -> CompiledObjective:
    numba = optional("numba", "compiled", "compiled_objective")
    ndim = checks.whole_number("data_ndim", data_ndim, least=1, most=2)
    if not callable(function):
        raise TypeError(f"function={function!r}, expected a function of x, or of x and data")
    parameters = inspect.signature(function).parameters
    named = getattr(function, "__name__", function)
    if len(parameters) not in (1, 2):
        raise TypeError(f"{named} has {len(parameters)} parameters, expected x, or x and data")
    if any(p.kind not in _POSITIONAL for p in parameters.values()):
        raise TypeError(
            f"{named}{inspect.signature(function)}: expected positional parameters, x or x and data"
        )
    takes_data = len(parameters) == 2
    inner = numba.njit(
        function, fastmath=fastmath, boundscheck=boundscheck, error_model="numpy", nogil=True
    )
    body = _with_data(inner, ndim, numba) if takes_data else _without_data(inner, numba)
    pointer = numba.types.CPointer(numba.types.float64)
    signature = numba.types.int32(numba.types.int64, pointer, pointer, numba.types.voidptr)
    try:
        cfunc = numba.cfunc(signature, error_model="numpy")(body)
    except numba.core.errors.NumbaError as error:
        raise TypeError(f"numba cannot compile {function.__name__}: {error}") from error
    for overload_ in inner.overloads.values():
        returned = overload_.signature.return_type
        if not isinstance(returned, numba.types.Float | numba.types.Integer):
            raise TypeError(f"{named} returns {returned}, expected a real number")
    return CompiledObjective(function, inner, cfunc, takes_data, ndim)


def _without_data(inner: Any, numba: Any) -> Any:
    carray = numba.carray

    def objective(n, x, value, user_data):  # type: ignore[no-untyped-def]  # compiled
        try:
            value[0] = inner(carray(x, (n,)))
        except Exception:
            return 1
        return 0

    return objective


def _with_data(inner: Any, ndim: int, numba: Any) -> Any:
    carray, float64 = numba.carray, np.float64

    def series(n, x, value, user_data):  # type: ignore[no-untyped-def]  # compiled
        length = int(carray(user_data, (1,), float64)[0])
        block = carray(user_data, (1 + length,), float64)
        try:
            value[0] = inner(carray(x, (n,)), block[1:])
        except Exception:
            return 1
        return 0

    def table(n, x, value, user_data):  # type: ignore[no-untyped-def]  # compiled
        shape = carray(user_data, (2,), float64)
        rows, columns = int(shape[0]), int(shape[1])
        block = carray(user_data, (2 + rows * columns,), float64)
        try:
            value[0] = inner(carray(x, (n,)), block[2:].reshape((rows, columns)))
        except Exception:
            return 1
        return 0

    return series if ndim == 1 else table
