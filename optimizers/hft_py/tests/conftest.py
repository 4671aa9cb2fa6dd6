"""``HFT_PY_HIDE_EXTENSION=1``: the tests run as if the compiled kernels were not installed."""

from __future__ import annotations

import os
import sys

if os.environ.get("HFT_PY_HIDE_EXTENSION") == "1":
    sys.modules["hft_py._rust"] = None  # type: ignore[assignment]
