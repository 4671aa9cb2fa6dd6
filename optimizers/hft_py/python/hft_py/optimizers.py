"""Every public function and class in one place: ``from hft_py.optimizers import ...``.

They are defined in :mod:`hft_py.hmm`, :mod:`hft_py.mcmc`, :mod:`hft_py.mle`,
:mod:`hft_py.information_theory`, :mod:`hft_py.signatures`, :mod:`hft_py.risk`,
:mod:`hft_py.portfolio`, :mod:`hft_py.execution` and :mod:`hft_py.objectives`.

>>> from hft_py.optimizers import ParameterSpace
>>> ParameterSpace("entry_z", (1.5, 3.0)).name
'entry_z'
"""

from hft_py import execution, hmm, information_theory, mcmc, mle, portfolio, risk, signatures
from hft_py.execution import *  # noqa: F403
from hft_py.hmm import *  # noqa: F403
from hft_py.information_theory import *  # noqa: F403
from hft_py.mcmc import *  # noqa: F403
from hft_py.mle import *  # noqa: F403
from hft_py.objectives import builtin, compiled_objective, negated
from hft_py.portfolio import *  # noqa: F403
from hft_py.risk import *  # noqa: F403
from hft_py.signatures import *  # noqa: F403

__all__ = ["builtin", "compiled_objective", "negated"]
__all__ += hmm.__all__
__all__ += mcmc.__all__
__all__ += mle.__all__
__all__ += information_theory.__all__
__all__ += signatures.__all__
__all__ += risk.__all__
__all__ += portfolio.__all__
__all__ += execution.__all__
