"""Every implementation agrees with the loop on every quick workload of the study."""

from polars_vs_pandas.study import study
from qpp.testing import agreement_test

test_agreement = agreement_test(study)
