"""Timed implementations agree; ``qpp reproduce``, not this test, judges the figures."""

import pytest

pytest.importorskip("allocation_o2._rust", reason="the extension is not installed")
pytest.importorskip("qpp", reason="the harness is not installed")

from allocation_o2.study import study
from qpp.testing import benchmark_test

test_benchmark = benchmark_test(study)
