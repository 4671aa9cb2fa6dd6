"""Every implementation agrees with the baseline on every quick workload of the study."""

from gpu_monte_carlo.study import study
from qpp.testing import agreement_test

test_agreement = agreement_test(study)
