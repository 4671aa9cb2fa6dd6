"""Hidden Markov models, Markov chain Monte Carlo and global optimisation, compiled.

The modules are :mod:`hft_py.hmm`, :mod:`hft_py.mcmc` and :mod:`hft_py.mle`;
:mod:`hft_py.optimizers` offers all their functions in one place.

>>> import hft_py
>>> with hft_py.use_backend("python"):
...     hft_py.active_backend()
'python'
"""

from hft_py.backend import active_backend, use_backend
from hft_py.objectives import builtin, compiled_objective, negated

__all__ = ["active_backend", "builtin", "compiled_objective", "negated", "use_backend"]
__version__ = "0.1.0"
