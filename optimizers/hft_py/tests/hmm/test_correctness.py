"""Every implementation of the study agrees with the baseline on every quick workload."""

import pytest

pytest.importorskip("hft_py._rust", reason="the extension is not installed")
pytest.importorskip("qpp", reason="the harness is not installed")

from hft_py.hmm.study import study
from qpp.testing import agreement_test

test_agreement = agreement_test(study)
