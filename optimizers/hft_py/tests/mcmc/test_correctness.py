"""Every implementation agrees with the baseline on every quick workload of the study."""

import pytest

pytest.importorskip("hft_py._rust", reason="the extension is not installed")
pytest.importorskip("qpp", reason="the harness is not installed")

from hft_py.mcmc.study import study
from qpp.testing import agreement_test

pytestmark = pytest.mark.timeout(600)

test_agreement = agreement_test(study)
