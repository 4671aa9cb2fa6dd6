"""Timed implementations agree; ``qpp reproduce``, not this test, judges the figures."""

import pytest

pytest.importorskip("hft_py._rust", reason="the extension is not installed")
pytest.importorskip("qpp", reason="the harness is not installed")

from hft_py.broker.study import study as order_entry
from hft_py.execution.study import study as execution
from hft_py.fix.study import study as fix
from hft_py.hmm.study import study as hmm
from hft_py.information_theory.study import study as information_theory
from hft_py.mcmc.study import study as mcmc
from hft_py.mle.study import study as mle
from hft_py.portfolio.study import study as portfolio
from hft_py.risk.study import study as risk
from hft_py.signatures.study import study as signatures
from hft_py.venue.study import study as venue
from qpp.testing import benchmark_test

test_execution = benchmark_test(execution)
test_fix = benchmark_test(fix)
test_hmm = benchmark_test(hmm)
test_information_theory = benchmark_test(information_theory)
test_mcmc = pytest.mark.timeout(600)(benchmark_test(mcmc))
test_mle = benchmark_test(mle)
test_risk = benchmark_test(risk)
test_portfolio = pytest.mark.timeout(600)(benchmark_test(portfolio))
test_signatures = benchmark_test(signatures)
test_venue = benchmark_test(venue)
test_order_entry = benchmark_test(order_entry)
