"""Targets and helpers shared by the tests."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

from hft_py.errors import PoorMixingWarning
from hft_py.mcmc import MCMCResult, mcmc_optimize

SAMPLERS = ["adaptive_metropolis", "ensemble", "de_mc", "parallel_tempering"]


@pytest.fixture(params=SAMPLERS)
def sampler(request: pytest.FixtureRequest) -> str:
    """Each sampler in turn."""
    name: str = request.param
    return name


@pytest.fixture
def quick_run() -> Callable[..., MCMCResult]:
    """``mcmc_optimize`` where mixing is not the question."""

    def run(*arguments: Any, **options: Any) -> MCMCResult:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PoorMixingWarning)
            return mcmc_optimize(*arguments, **options)

    return run
