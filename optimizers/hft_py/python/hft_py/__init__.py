"""Models, samplers and optimisers for quantitative finance, compiled.

The modules are :mod:`hft_py.hmm`, :mod:`hft_py.mcmc`, :mod:`hft_py.mle`,
:mod:`hft_py.information_theory`, :mod:`hft_py.signatures`, :mod:`hft_py.risk`,
:mod:`hft_py.portfolio` and :mod:`hft_py.execution`; :mod:`hft_py.optimizers` offers all their
functions in one place.

>>> import hft_py
>>> with hft_py.use_backend("python"):
...     hft_py.active_backend()
'python'
"""

import importlib
from typing import Any

from hft_py.backend import active_backend, use_backend
from hft_py.objectives import builtin, compiled_objective, negated

__all__ = ["active_backend", "builtin", "compiled_objective", "negated", "use_backend"]
__version__ = "0.1.0"

# Imported when they are first used.
_MODULES = (
    "execution",
    "hmm",
    "information_theory",
    "mcmc",
    "mle",
    "optimizers",
    "portfolio",
    "risk",
    "signatures",
    "venue",
)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"hft_py.{name}")
    raise AttributeError(f"module 'hft_py' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
