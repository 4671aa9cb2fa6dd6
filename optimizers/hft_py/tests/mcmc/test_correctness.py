"""Every implementation agrees with the baseline on every quick workload of the study."""

import pytest

from hft_py import active_backend
from hft_py.mcmc.study import study
from qpp.testing import agreement_test

pytestmark = [
    pytest.mark.skipif(active_backend() != "rust", reason="both kernel sets are compared"),
    pytest.mark.timeout(600),
]

test_agreement = agreement_test(study)
