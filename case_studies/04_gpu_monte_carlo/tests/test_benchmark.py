"""What is timed is what agrees; figures are judged by ``qpp reproduce``, not here."""

from gpu_monte_carlo.study import study
from qpp.testing import benchmark_test

test_benchmark = benchmark_test(study)
