"""Exceptions that are not about an argument (those are ``ValueError`` and ``TypeError``)."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

_PACKAGE = str(Path(__file__).parent)


class HftPyError(Exception):
    """Base of the exceptions that are not about an argument."""


class ObjectiveError(HftPyError, RuntimeError):
    """An objective stopped the run: a fatal code, or a value that no run can use.

    An exception raised in a Python callable is not wrapped.
    """


class BackendUnavailableError(HftPyError, ImportError):
    """The backend asked for is not installed; the message says how to get it."""


class InternalError(HftPyError, RuntimeError):
    """A bug in the compiled kernels: please report it.

    With the backend ``"auto"`` it is logged and the Python kernels run instead.
    """


class SampleShapeWarning(UserWarning):
    """Draws have more chains than draws a chain: their axes may be in another order."""


class PoorMixingWarning(UserWarning):
    """Chains have not mixed: their draws are not yet a sample of the target."""


class InvalidValuesWarning(UserWarning):
    """An objective was NaN at some points, which counted as the worst value."""


class TiedValuesWarning(UserWarning):
    """Values lie on a grid, and the estimator is for continuous ones: it may be far off."""


class IgnoredArgumentWarning(UserWarning):
    """An argument that was given has no effect; the message says what it belongs to."""


class RepairedCovarianceWarning(UserWarning):
    """A covariance had negative eigenvalues and was replaced by one that has none."""


class QuantileWarning(UserWarning):
    """A quantile was computed outside the domain of its formula."""


class UnscheduledQuantityWarning(UserWarning):
    """A part of parent orders fits in no slice at the participation allowed."""


def warn(message: str, category: type[Warning]) -> None:
    """Warn at the caller's line: the first outside this package.

    A function of the library may be called by another one, so the number of frames between is not
    known where the warning is written.
    """
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
