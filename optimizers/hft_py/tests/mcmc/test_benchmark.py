"""What is timed is what agrees; figures are judged by ``qpp reproduce``, not here."""

import pytest

from hft_py import active_backend
from hft_py.mcmc.study import study
from qpp.testing import benchmark_test

pytestmark = [
    pytest.mark.skipif(active_backend() != "rust", reason="both kernel sets are compared"),
    pytest.mark.timeout(600),
]

test_benchmark = benchmark_test(study)
