"""What is timed is what agrees; figures are judged by ``qpp reproduce``, not here."""

import pytest

pytest.importorskip("hft_py._rust", reason="the extension is not installed")
pytest.importorskip("qpp", reason="the harness is not installed")

from hft_py.mcmc.study import study
from qpp.testing import benchmark_test

pytestmark = pytest.mark.timeout(600)

test_benchmark = benchmark_test(study)
