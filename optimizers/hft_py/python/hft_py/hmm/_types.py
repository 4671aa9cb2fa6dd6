"""Array types that the modules share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# Rows of each sequence as a user gives them; None for one sequence.
Lengths = Sequence[int] | None
