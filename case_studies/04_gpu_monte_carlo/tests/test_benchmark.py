"""Times of the quick workloads; ``qpp reproduce`` judges the claims."""

from gpu_monte_carlo.study import study
from qpp.testing import benchmark_test

test_benchmark = benchmark_test(study)
