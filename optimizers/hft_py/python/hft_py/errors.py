"""Exceptions that are not about an argument (those are ``ValueError`` and ``TypeError``)."""

from __future__ import annotations


class HftPyError(Exception):
    """Everything this library raises of its own, arguments aside."""


class ObjectiveError(HftPyError, RuntimeError):
    """An objective stopped the run: a fatal code, or a value that no run can use.

    An exception raised in a Python callable is not wrapped: it arrives as it was raised.
    """


class BackendUnavailableError(HftPyError, ImportError):
    """The backend asked for is not installed; the message says how to get it."""


class InternalError(HftPyError, RuntimeError):
    """A mistake of this library in its compiled kernels: please report it.

    With the backend ``"auto"`` it is logged and the Python kernels answer instead.
    """


class PoorMixingWarning(UserWarning):
    """Chains have not mixed: their draws are not yet a sample of the target."""


class InvalidValuesWarning(UserWarning):
    """An objective was NaN at some points; the run went around them."""
