"""Every implementation agrees with the baseline: in short runs, and in those of the study."""

import dataclasses

import pytest

pytest.importorskip("qpp", reason="the harness is not installed")
pytest.importorskip("hft_py._rust", reason="the extension is not installed")

from hft_py.mle.study import study
from hft_py.mle.study.workloads import CMA, EVOLUTION, LIKELIHOOD
from qpp.study import Workload
from qpp.testing import agreement_test

SIZES = {
    EVOLUTION: {"population_size": 40, "generations": 12},
    CMA: {"evaluations": 500},
    LIKELIHOOD: {"population_size": 20, "generations": 3},
}
SHORT = [Workload(w.name, w.make, quick=True, **SIZES[w.name]) for w in study.workloads]

test_agreement_of_short_runs = agreement_test(dataclasses.replace(study, workloads=SHORT))
test_agreement = pytest.mark.thorough(agreement_test(study))
