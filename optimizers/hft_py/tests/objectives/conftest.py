"""Objectives through either kernel set, and compiled ones to hand to them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hft_py

SOURCE = """
#include <stdint.h>
int32_t sphere(int64_t n, const double *x, double *value, void *data) {
    double scale = data ? *(double *)data : 1.0;
    if (x[0] > 1e6) return 7;
    if (x[0] < -1e6) return -7;
    *value = 0.0;
    for (int64_t i = 0; i < n; i++) *value += scale * x[i] * x[i];
    return 0;
}
double plain(int n, double *x, void *data) {
    double sum = 0.0;
    for (int i = 0; i < n; i++) sum += x[i] * x[i];
    return data ? *(double *)data * sum : sum;
}
"""


@pytest.fixture
def values(kernel_set: str) -> Callable[..., Any]:
    """Values of an objective at points, by one kernel set."""
    if kernel_set == "rust":
        return lambda objective, points: objective.native.evaluate(np.ascontiguousarray(points), 2)
    return lambda objective, points: objective.batch(np.ascontiguousarray(points))


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shared library made by the C compiler of this machine."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform == "win32":
        pytest.skip("no C compiler on the path")
    folder = tmp_path_factory.mktemp("compiled")
    source, made = folder / "sphere.c", folder / "sphere.so"
    source.write_text(SOURCE)
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", made, source], check=True)
    return made


@pytest.fixture(scope="session")
def decorated() -> Any:
    pytest.importorskip("numba", reason="numba is not installed")

    @hft_py.compiled_objective
    def cost(x: Any) -> Any:
        """A sphere with a hole."""
        if x[0] > 1e6:
            raise ValueError("too far")
        return (x**2).sum()

    return cost
