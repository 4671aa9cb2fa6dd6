"""Every implementation agrees with the baseline; on larger inputs in short runs."""

import dataclasses

import pytest

pytest.importorskip("allocation_o2._rust", reason="the extension is not installed")
pytest.importorskip("qpp", reason="the harness is not installed")

from allocation_o2.study import study
from qpp.study import Workload
from qpp.testing import agreement_test


def short(workload: Workload) -> Workload:
    """The same rule over fewer dates and assets."""
    sizes = dict(workload.sizes)
    if sizes.get("observations") == 2_000:
        sizes.update(assets=30, observations=400)
    return Workload(workload.name, workload.make, quick=True, needs=workload.needs, **sizes)


test_agreement = agreement_test(study)
test_every_workload_in_short = pytest.mark.thorough(
    agreement_test(dataclasses.replace(study, workloads=[short(one) for one in study.workloads]))
)
