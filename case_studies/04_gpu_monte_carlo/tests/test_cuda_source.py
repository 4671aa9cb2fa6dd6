"""The CUDA kernel's source without a GPU: compiled for the host, one thread at a time.

A few lines define the names that only a CUDA compiler knows; everything else is the source that
runs on the device. The numbers, every sum and the addition of groups are compared with NumPy's.
This cannot test the addition across the threads of a group.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpu_monte_carlo import backends, cuda, cuda_source, philox
from gpu_monte_carlo._blocks import BLOCK
from gpu_monte_carlo._simulation import Simulation
from gpu_monte_carlo.cuda_source import SOURCE, macros
from gpu_monte_carlo.moments import chunk_moments, count
from gpu_monte_carlo.option import rows

COMPILER = next(filter(None, map(shutil.which, ("g++", "clang++", "c++"))), None)
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no C++ compiler")
NO_GPU = backends.unavailable_reason("cuda")

SHIM = r"""
#include <cmath>
struct Dim { unsigned x, y; };
static Dim threadIdx{0, 0}, blockIdx{0, 0}, blockDim{1, 1}, gridDim{1, 1};
#define __device__ static
#define __global__
#define __shared__ static
static void __syncthreads() {}
static unsigned __umulhi(unsigned a, unsigned b)
{
    return (unsigned)(((unsigned long long)a * b) >> 32);
}
static void sincospi(double x, double* s, double* c)
{
    *s = std::sin(3.14159265358979323846 * x);
    *c = std::cos(3.14159265358979323846 * x);
}
static void sincospif(float x, float* s, float* c)
{
    *s = (float)std::sin(3.14159265358979323846 * x);
    *c = (float)std::cos(3.14159265358979323846 * x);
}
"""
RUNNER = r"""
extern "C" void run(const double* options, int many, u32 k0, u32 k1, u64 first, int blocks,
                    int observations, const double* dates, double* partial,
                    double* sums)
{
    const int groups = blocks * GROUPS_PER_BLOCK;
    gridDim = {(unsigned)groups, (unsigned)many};
    for (int y = 0; y < many; ++y)
        for (int x = 0; x < groups; ++x) {
            blockIdx = {(unsigned)x, (unsigned)y};
            asian(options, k0, k1, first, observations, dates, partial);
        }
    const u64 columns = many * MOMENTS, total = blocks * columns;
    for (u64 i = 0; i < total; ++i) {
        blockIdx = {(unsigned)i, 0};
        fold(partial, columns, total, sums);
    }
}
extern "C" void draw(u32 k0, u32 k1, u64 first, int paths, int steps, int uniform_ones, real* out)
{
    for (int i = 0; i < paths; ++i) {
        blockIdx = {(unsigned)i, 0};
        numbers(k0, k1, first, paths, steps, uniform_ones, out);
    }
}
"""


def compiled(folder: Path, simulation: Simulation) -> Any:
    """The source as a library of the host."""
    text, library = folder / "kernel.cpp", folder / "kernel.so"
    text.write_text(SHIM + SOURCE + RUNNER, encoding="utf-8")
    flags = ["-O1", "-std=c++14", "-shared", "-fPIC", "-ffp-contract=off", "-Wno-unknown-pragmas"]
    command = [str(COMPILER), *flags, *macros(simulation), "-o", str(library), str(text)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return ctypes.CDLL(str(library))


def pointer(array: Any) -> Any:
    return array.ctypes.data_as(ctypes.c_void_p)


def key_of(seed: int) -> tuple[Any, Any]:
    return ctypes.c_uint32(seed & 0xFFFFFFFF), ctypes.c_uint32(seed >> 32)


@needs_compiler
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_numbers(tmp_path: Path, precision: str) -> None:
    single = precision == "float32"
    library = compiled(tmp_path, Simulation(0, 8, precision=precision))
    seed, first = 2**40 + 17, 2**32 - 3
    for steps in (1, 2, 7, 8):
        for uniform in (1, 0):
            out = np.empty((6, steps), dtype=precision)
            library.draw(*key_of(seed), ctypes.c_uint64(first), 6, steps, uniform, pointer(out))
            if uniform:
                twin = philox.uniforms(np, seed, first, 6, steps, precision)
                np.testing.assert_array_equal(out, twin)
            else:
                twin = philox.normals(np, seed, first, 6, steps, precision)
                close = 2e-6 if single else 1e-14
                np.testing.assert_allclose(out, twin, rtol=close, atol=close)


SIX = (0.05, 0.1, 0.3, 0.35, 0.5, 0.8)
OWN: dict[str, dict[str, Any]] = {
    "equal": {"observations": 7},
    "own": {"observations": 7, "fixing_times": (*SIX, 0.9)},
    "later": {"observations": 6, "fixing_times": SIX, "strike_type": "floating"},
}


@needs_compiler
@pytest.mark.parametrize(
    ("precision", "antithetic", "control", "greeks", "dates"),
    [
        ("float64", False, False, False, "equal"),
        ("float64", True, True, True, "equal"),
        ("float64", False, True, True, "own"),
        ("float64", True, True, True, "later"),
        ("float32", True, True, False, "equal"),
        ("float32", False, True, False, "later"),
    ],
)
def test_sums(
    tmp_path: Path,
    option: Any,
    precision: str,
    antithetic: bool,
    control: bool,
    greeks: bool,
    dates: str,
) -> None:
    past = (90.0, 104.0)
    options = [
        option(**{**changes, **OWN[dates]})
        for changes in (
            {"dividend": 0.01},
            {"kind": "put", "includes_spot": True, "past_fixings": past},
            {"average": "geometric", "strike": 95.0, "past_fixings": past},
            {"average": "geometric", "strike_type": "floating"},
            {"strike_type": "floating", "includes_spot": True},
            {"strike_type": "floating", "kind": "put", "past_fixings": past},
            {"volatility": 0.0},
        )
    ]
    one = options[0]
    lengths = None if one.lengths is None else tuple(one.lengths)
    later = one.exercised_later
    simulation = Simulation(5, 7, antithetic, control, greeks, precision, 1, lengths, later)
    library = compiled(tmp_path, simulation)
    seed, first, blocks = 5, 3, 2
    table, moments = rows(options), count(greeks)
    partial = np.zeros((blocks * 64, len(options), moments))
    sums = np.zeros((blocks, len(options), moments))
    start = ctypes.c_uint64(first * BLOCK)
    library.run(
        pointer(table),
        len(options),
        *key_of(seed),
        start,
        blocks,
        7,
        pointer(cuda_source.dates(simulation)),
        pointer(partial),
        pointer(sums),
    )
    close = 1e-9 if precision == "float64" else 2e-5
    for i in range(blocks):
        z = philox.normals(np, seed, (first + i) * BLOCK, BLOCK, 7, precision).T.copy()
        twin = chunk_moments(np, z.astype(np.float64), table, simulation)
        scale = abs(twin).max(axis=0, keepdims=True) + 1
        np.testing.assert_allclose(sums[i] / scale, twin / scale, rtol=close, atol=close)


def test_constants_of_the_source_are_those_of_the_module() -> None:
    assert f"#define GROUP {cuda_source.GROUP}\n" in SOURCE
    assert f"#define GROUPS_PER_BLOCK {cuda_source.GROUPS_PER_BLOCK}\n" in SOURCE
    assert cuda_source.GROUP * cuda_source.GROUPS_PER_BLOCK == BLOCK
    for multiplier in (*philox.MULTIPLIERS, *philox.WEYL):
        assert f"0x{multiplier:08X}u" in SOURCE
    assert SOURCE.isascii()


def test_a_launch_holds_bounded_memory() -> None:
    for many in (1, 32, 4096):
        size = cuda.piece_blocks(many, 12)
        assert size * 64 * many * 12 * 8 <= cuda.PARTIAL_BYTES or size == 1


@pytest.mark.skipif(NO_GPU is not None, reason=str(NO_GPU))
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_uniforms_of_the_device_are_equal_to_the_bit(precision: str) -> None:
    found = cuda.numbers(9, 2**32 - 100, 1000, 9, precision)
    np.testing.assert_array_equal(found, philox.uniforms(np, 9, 2**32 - 100, 1000, 9, precision))
