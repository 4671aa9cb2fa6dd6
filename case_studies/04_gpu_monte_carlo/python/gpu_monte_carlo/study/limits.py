"""Lower limits of the time of plain paths."""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from gpu_monte_carlo.study.workloads import plain_paths
from qpp.study import Inputs

# Multiplications and multiply-adds of a path-step in double precision: see benches/kernel.rs.
NORMAL_PRODUCTS = 63 / 4
STEP_PRODUCTS = 8
WORKING_SET = 256 << 20  # larger than every cache


def _counted(inputs: Inputs) -> tuple[int, float]:
    """The number of options of a workload, and its path-steps."""
    options = inputs["option"] if isinstance(inputs["option"], list) else [inputs["option"]]
    paths = inputs["paths"] or plain_paths(inputs["target"])
    return len(options), paths * options[0].observations


def write_paths(inputs: Inputs, bandwidth: Callable[[int], float]) -> float:
    """Seconds to write every price of every path to memory once."""
    size = 8.0 * _counted(inputs)[1]
    return float(size / bandwidth(min(int(size), WORKING_SET)))


def multiply(inputs: Inputs, bandwidth: Callable[[int], float]) -> float:
    """Seconds for the multiplications of the fused kernel on one core."""
    options, steps = _counted(inputs)
    return float(steps * (NORMAL_PRODUCTS + STEP_PRODUCTS * options) / multiply_rate())


@functools.cache
def multiply_rate() -> float:
    """Multiply-adds a second of one core in double precision: what a matrix product reaches."""
    threadpools: Any = import_module("threadpoolctl")
    size = 768
    left, right = np.random.default_rng(1).normal(size=(2, size, size))
    best = math.inf
    with threadpools.threadpool_limits(1):
        for _ in range(20):
            start = time.perf_counter()
            left @ right
            best = min(best, time.perf_counter() - start)
    return float(size**3 / best)
