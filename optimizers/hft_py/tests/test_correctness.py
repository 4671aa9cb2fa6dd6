"""Every implementation agrees with the baseline: in short runs, and in those of the studies."""

import dataclasses
from typing import Any

import pytest

pytest.importorskip("hft_py._rust", reason="the extension is not installed")
pytest.importorskip("qpp", reason="the harness is not installed")

from hft_py.broker.study import study as order_entry
from hft_py.execution.study import study as execution
from hft_py.fix.study import study as fix
from hft_py.hmm.study import study as hmm
from hft_py.information_theory.study import study as information_theory
from hft_py.mcmc.study import study as mcmc
from hft_py.mcmc.study.workloads import HEADLINE, REAL
from hft_py.mle.study import study as mle
from hft_py.mle.study.workloads import CMA, EVOLUTION, LIKELIHOOD
from hft_py.portfolio.study import study as portfolio
from hft_py.risk.study import study as risk
from hft_py.risk.study.workloads import EWMA_SMALL, FACTORS_SMALL, LEDOIT
from hft_py.signatures.study import study as signatures
from hft_py.venue.study import study as venue
from qpp.study import Study, Workload
from qpp.testing import agreement_test

SIZES: dict[str, dict[str, int]] = {
    HEADLINE: {"iterations": 500},
    REAL: {"iterations": 50},
    EVOLUTION: {"population_size": 40, "generations": 12},
    CMA: {"evaluations": 500},
    LIKELIHOOD: {"population_size": 20, "generations": 3},
    EWMA_SMALL: {"dates": 300, "assets": 20},
    LEDOIT: {"dates": 300, "assets": 40},
    FACTORS_SMALL: {"dates": 40, "assets": 120},
}


def short(study: Study) -> Any:
    """The test of a study's workloads, the quick ones among them with smaller sizes."""
    workloads = [
        Workload(
            w.name,
            w.make,
            quick=w.name in SIZES,
            needs=w.needs,
            **{**w.sizes, **SIZES.get(w.name, {})},
        )
        for w in study.workloads
    ]
    return agreement_test(dataclasses.replace(study, workloads=workloads))


thorough = pytest.mark.thorough
test_execution = agreement_test(execution)
test_fix = agreement_test(fix)
test_hmm = agreement_test(hmm)
test_portfolio = agreement_test(portfolio)
test_information_theory = agreement_test(information_theory)
test_signatures = agreement_test(signatures)
test_venue = agreement_test(venue)
test_order_entry = agreement_test(order_entry)
test_short_runs_of_mcmc = short(mcmc)
test_short_runs_of_mle = short(mle)
test_short_runs_of_risk = short(risk)
test_mcmc = thorough(pytest.mark.timeout(600)(agreement_test(mcmc)))
test_mle = thorough(agreement_test(mle))
