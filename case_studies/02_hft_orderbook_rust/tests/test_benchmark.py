"""The study's callables under pytest-benchmark; agreement is asserted, time is not."""

from hft_orderbook.study import study
from qpp.testing import benchmark_test

test_benchmark = benchmark_test(study)
