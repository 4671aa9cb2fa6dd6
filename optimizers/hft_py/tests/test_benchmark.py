"""What is timed is what agrees; figures are judged by ``qpp reproduce``, not here."""

import pytest

from hft_py import active_backend
from hft_py.hmm.study import study as hmm
from hft_py.mcmc.study import study as mcmc
from hft_py.mle.study import study as mle
from qpp.testing import benchmark_test

pytestmark = [
    pytest.mark.skipif(active_backend() != "rust", reason="both kernel sets are compared"),
    pytest.mark.timeout(600),
]

test_hmm = benchmark_test(hmm)
test_mcmc = benchmark_test(mcmc)
test_mle = benchmark_test(mle)
