"""Every implementation agrees with the baseline on every quick workload of the three studies."""

import pytest

from hft_py import active_backend
from hft_py.hmm.study import study as hmm
from hft_py.mcmc.study import study as mcmc
from hft_py.mle.study import study as mle
from qpp.testing import agreement_test

pytestmark = [
    pytest.mark.skipif(active_backend() != "rust", reason="both kernel sets are compared"),
    pytest.mark.timeout(600),
]

test_hmm = agreement_test(hmm)
test_mcmc = agreement_test(mcmc)
test_mle = agreement_test(mle)
