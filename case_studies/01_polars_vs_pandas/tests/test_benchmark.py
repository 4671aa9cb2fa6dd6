"""What is timed is what agrees; figures are judged by ``qpp reproduce``, not here."""

from polars_vs_pandas.study import study
from qpp.testing import benchmark_test

test_benchmark = benchmark_test(study)
