"""What is timed is what agrees; figures are judged by ``qpp reproduce``, not here."""

import pytest

pytest.importorskip("qpp", reason="the harness is not installed")
pytest.importorskip("hft_py._rust", reason="the extension is not installed")

from hft_py.mle.study import study
from qpp.testing import benchmark_test

test_benchmark = benchmark_test(study)
