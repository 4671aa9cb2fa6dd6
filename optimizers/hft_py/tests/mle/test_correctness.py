"""Every implementation agrees with the baseline on every quick workload of the study."""

import pytest

pytest.importorskip("qpp", reason="the harness is not installed")
pytest.importorskip("hft_py._rust", reason="the extension is not installed")

from hft_py.mle.study import study
from qpp.testing import agreement_test

test_agreement = agreement_test(study)
