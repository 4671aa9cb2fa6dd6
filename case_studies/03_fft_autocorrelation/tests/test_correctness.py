"""Every implementation agrees with the baseline on every quick workload of the study."""

from fft_autocorrelation.study import study
from qpp.testing import agreement_test

test_agreement = agreement_test(study)
