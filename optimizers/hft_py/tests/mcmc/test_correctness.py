"""Every implementation agrees with the baseline: in short runs, and in those of the study."""

import dataclasses

import pytest

pytest.importorskip("hft_py._rust", reason="the extension is not installed")
pytest.importorskip("qpp", reason="the harness is not installed")

from hft_py.mcmc.study import study
from hft_py.mcmc.study.workloads import HEADLINE, REAL
from qpp.study import Workload
from qpp.testing import agreement_test

ITERATIONS = {HEADLINE: 500, REAL: 50}
SHORT = [
    Workload(
        w.name,
        w.make,
        quick=w.name in ITERATIONS,
        **{**w.sizes, "iterations": ITERATIONS.get(w.name, 0)},
    )
    for w in study.workloads
]

test_agreement_of_short_runs = agreement_test(dataclasses.replace(study, workloads=SHORT))
test_agreement = pytest.mark.thorough(pytest.mark.timeout(600)(agreement_test(study)))
