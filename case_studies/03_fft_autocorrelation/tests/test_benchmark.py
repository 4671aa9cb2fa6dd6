"""What is timed is what agrees; figures are judged by ``qpp reproduce``, not here."""

from fft_autocorrelation.study import study
from qpp.testing import benchmark_test

test_benchmark = benchmark_test(study)
