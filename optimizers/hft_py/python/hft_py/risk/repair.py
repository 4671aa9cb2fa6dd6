"""The positive semi-definite matrix next to one that is not, with the same variances."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import labels
from hft_py.errors import RepairedCovarianceWarning, warn
from hft_py.risk._products import mirrored

Floats = npt.NDArray[np.float64]


def repair_covariance(covariance: Any) -> Any:
    """A covariance without negative eigenvalues and with the same variances.

    Negative eigenvalues of the correlations become zero, and the result is scaled back to the
    variances. A matrix that has none beyond rounding is returned unchanged, without a warning.

    Parameters
    ----------
    covariance
        ``(n, n)``, symmetric; an array or a frame.

    Returns
    -------
    ``(n, n)``, in the kind of frame that was given.

    Warns
    -----
    RepairedCovarianceWarning
        It was repaired; the message has the smallest eigenvalue and the largest change.

    Raises
    ------
    ValueError
        Not square, not symmetric, not finite, or a negative variance.

    Notes
    -----
    Rebonato and Jäckel (1999), The most general methodology to create a valid correlation matrix,
    section 3. Complexity ``O(n^3)``.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     fixed = repair_covariance([[1.0, 0.9, 0.9], [0.9, 1.0, -0.9], [0.9, -0.9, 1.0]])
    >>> len(caught), bool(np.linalg.eigvalsh(fixed)[0] > -1e-12), np.diag(fixed).round(12).tolist()
    (1, True, [1.0, 1.0, 1.0])
    """
    table = labels.square("covariance", covariance)
    values = table.values
    if (np.diag(values) < 0).any():
        place = int(np.flatnonzero(np.diag(values) < 0)[0])
        raise ValueError(
            f"covariance[{place}, {place}] is {values[place, place]}, expected a variance of at "
            "least 0"
        )
    found = repaired(values)
    return covariance if found is values else table.matrix(found)


def repaired(values: Floats) -> Floats:
    """``values`` itself where it needs no repair; else the repaired matrix, with a warning."""
    deviations = np.sqrt(np.maximum(np.diag(values), 0.0))
    scale = np.divide(1.0, deviations, out=np.zeros_like(deviations), where=deviations > 0)
    correlation = mirrored(values * scale * scale[:, None])
    rounding = len(values) * np.finfo(float).eps * 10.0
    try:
        np.linalg.cholesky(correlation + rounding * np.eye(len(values)))
        return values
    except np.linalg.LinAlgError:
        eigenvalues, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(eigenvalues, 0.0))
    length = np.sqrt((root * root).sum(axis=1))
    root *= np.divide(deviations, length, out=np.zeros_like(length), where=length > 0)[:, None]
    found: Floats = root @ root.T
    change = np.abs(found - values)[np.ix_(deviations > 0, deviations > 0)]
    change *= (scale * scale[:, None])[np.ix_(deviations > 0, deviations > 0)]
    warn(
        f"the covariance had the negative eigenvalue {eigenvalues[0]:.3g} (of its correlations) "
        f"and was repaired: a correlation changed by up to {change.max(initial=0.0):.3g}",
        RepairedCovarianceWarning,
    )
    return found
