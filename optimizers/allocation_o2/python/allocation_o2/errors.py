"""Exceptions that are not about an argument (those are ``ValueError`` and ``TypeError``)."""

from __future__ import annotations

__all__ = ["CompileError", "LibraryError", "RollingStoppedError", "StrategyError", "StrategyPanic"]


class StrategyError(ValueError):
    """A strategy gave no weights for these prices, or weights that are not a portfolio.

    The message is the strategy's own, or says what is wrong with its weights.

    Examples
    --------
    >>> from allocation_o2 import create_allocator_class
    >>> class Two:
    ...     def predict(self, prices):
    ...         return [1.0, 1.0]
    >>> create_allocator_class(Two)().predict([[1.0, 2.0], [3.0, 4.0]])
    Traceback (most recent call last):
    allocation_o2.errors.StrategyError: Two returned weights with the sum 2, expected 1 within 1e-08
    """


class StrategyPanic(StrategyError):  # noqa: N818  # the name that Rust programmers look for
    """A compiled strategy panicked: the message is that of the panic, with its place in the file.

    The process lives, and the allocator can be used again.

    Examples
    --------
    >>> issubclass(StrategyPanic, StrategyError)
    True
    """


class RollingStoppedError(RuntimeError):
    """The callable passed as ``progress`` returned False, so weights of some dates are missing.

    Examples
    --------
    >>> import numpy as np
    >>> from allocation_o2 import EqualWeight
    >>> EqualWeight().predict_rolling(np.ones((2, 9)), progress=lambda now: False)
    Traceback (most recent call last):
    allocation_o2.errors.RollingStoppedError: progress stopped the run before its last date
    """


class CompileError(RuntimeError):
    """A strategy does not compile; the message is the compiler's, with the lines of the file.

    Or no compiler is there, and the message says how to get one.

    Examples
    --------
    >>> issubclass(CompileError, RuntimeError)
    True
    """


class LibraryError(ImportError):
    """A file is no compiled strategy, or one for another version of the package.

    Examples
    --------
    >>> issubclass(LibraryError, ImportError)
    True
    """
