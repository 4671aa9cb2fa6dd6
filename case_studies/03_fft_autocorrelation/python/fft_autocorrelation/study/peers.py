"""What a user would pick instead, each at its best setting.

All take a contiguous ``float64`` array and give the normalised lags 0 to ``max_lag``; all
transforms are real and of a fast length of at least ``n + max_lag``. Imports are inside:
a peer that is not installed is shown as such.
"""

from __future__ import annotations

import functools
import timeit
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.fft

Doubles = npt.NDArray[np.float64]


def _normalised(lags: Doubles) -> Doubles:
    return lags / lags[0]  # type: ignore[no-any-return]


def scipy_by_hand(x: Doubles, max_lag: int) -> Doubles:
    """``scipy.fft`` without ``correlate``: short padding, the power spectrum in place."""
    length = scipy.fft.next_fast_len(x.size + max_lag, real=True)
    spectrum = scipy.fft.rfft(x - x.mean(), length)
    power = spectrum.real**2 + spectrum.imag**2
    lags = scipy.fft.irfft(power, length, overwrite_x=True)[: max_lag + 1]
    return _normalised(lags)


def numpy_dots(x: Doubles, max_lag: int) -> Doubles:
    """One BLAS dot product per lag."""
    c = x - x.mean()
    n = c.size
    lags = np.empty(max_lag + 1)
    for k in range(max_lag + 1):
        lags[k] = c[: n - k] @ c[k:]
    return _normalised(lags)


def ducc(x: Doubles, max_lag: int) -> Doubles:
    """ducc0: pocketfft's successor, with explicit vectors."""
    ducc0: Any = import_module("ducc0")

    length = ducc0.fft.good_size(x.size + max_lag, True)
    padded = np.zeros(length)
    np.subtract(x, x.mean(), out=padded[: x.size])
    spectrum = ducc0.fft.r2c(padded)
    np.multiply(spectrum, spectrum.conj(), out=spectrum)
    lags = ducc0.fft.c2r(spectrum, lastsize=length, forward=False, out=padded)[: max_lag + 1]
    return _normalised(lags)


def mkl(x: Doubles, max_lag: int) -> Doubles:
    """Intel MKL through ``mkl_fft``."""
    mkl_fft: Any = import_module("mkl_fft")

    length = scipy.fft.next_fast_len(x.size + max_lag, real=True)
    spectrum = mkl_fft.rfft(x - x.mean(), length)
    np.multiply(spectrum, spectrum.conj(), out=spectrum)
    lags = mkl_fft.irfft(spectrum, length)[: max_lag + 1]
    return _normalised(lags)


def fftw(x: Doubles, max_lag: int) -> Doubles:
    """Planned FFTW: several lengths and plans measured, the fastest kept with its buffers."""
    values, spectrum, forward, back = _fftw_plan(x.size, max_lag)
    np.subtract(x, x.mean(), out=values[: x.size])
    values[x.size :] = 0.0
    forward.execute()
    np.multiply(spectrum, spectrum.conj(), out=spectrum)
    back.execute()
    return _normalised(values[: max_lag + 1])


@functools.lru_cache(maxsize=4)
def _fftw_plan(n: int, max_lag: int) -> Any:
    least = n + max_lag
    # Planning transforms of millions of points takes minutes: there, one length.
    lengths = _fftw_lengths(least, 3 if least < 500_000 else 1)
    return min((_fftw_measured(length) for length in lengths), key=lambda plan: plan[0])[1]


def _fftw_lengths(least: int, count: int) -> list[int]:
    """The next multiples of 32 whose other factors are 2, 3, 5 and 7: FFTW's own codelets.

    Its `next_fast_len` may return an odd length, which costs a real transform half its speed.
    """
    found: list[int] = []
    length = -(-least // 32) * 32
    while len(found) < count:
        rest = length
        for factor in (2, 3, 5, 7):
            while rest % factor == 0:
                rest //= factor
        if rest == 1:
            found.append(length)
        length += 32
    return found


def _fftw_measured(length: int) -> tuple[float, Any]:
    pyfftw: Any = import_module("pyfftw")

    values = pyfftw.zeros_aligned(length, dtype="float64")
    spectrum = pyfftw.zeros_aligned(length // 2 + 1, dtype="complex128")
    how = {
        "flags": ("FFTW_MEASURE", "FFTW_DESTROY_INPUT"),
        "planning_timelimit": 1.0 if length < 500_000 else 20.0,
    }
    forward = pyfftw.FFTW(values, spectrum, **how)
    back = pyfftw.FFTW(spectrum, values, direction="FFTW_BACKWARD", **how)
    values[:] = 0.0

    def both() -> None:
        forward.execute()
        back.execute()

    calls = max(1, 200_000 // length)
    seconds = min(timeit.repeat(both, repeat=5, number=calls)) / calls
    return seconds, (values, spectrum, forward, back)


def statsmodels_fft(x: Doubles, max_lag: int) -> Doubles:
    """``statsmodels.tsa.stattools.acf`` by FFT."""
    stattools: Any = import_module("statsmodels.tsa.stattools")
    lags: Doubles = stattools.acf(x, nlags=max_lag, fft=True)
    return lags


def numba_direct(x: Doubles, max_lag: int) -> Doubles:
    """A compiled loop, four lags at once, free to reorder sums."""
    lags: Doubles = _numba_kernel()(x, max_lag)
    return lags


@functools.cache
def _numba_kernel() -> Any:
    numba: Any = import_module("numba")

    @numba.njit(fastmath=True)  # type: ignore[untyped-decorator]
    def kernel(x: Any, max_lag: int) -> Any:
        n = x.size
        mean = 0.0
        for t in range(n):
            mean += x[t]
        mean /= n
        c = np.empty(n)
        for t in range(n):
            c[t] = x[t] - mean
        lags = np.empty(max_lag + 1)
        k = 0
        while k + 4 <= max_lag + 1:
            a = b = d = e = 0.0
            for t in range(n - k - 3):
                v = c[t]
                a += v * c[t + k]
                b += v * c[t + k + 1]
                d += v * c[t + k + 2]
                e += v * c[t + k + 3]
            for t in range(n - k - 3, n - k):
                a += c[t] * c[t + k]
                if t + k + 1 < n:
                    b += c[t] * c[t + k + 1]
                if t + k + 2 < n:
                    d += c[t] * c[t + k + 2]
            lags[k], lags[k + 1], lags[k + 2], lags[k + 3] = a, b, d, e
            k += 4
        while k <= max_lag:
            a = 0.0
            for t in range(n - k):
                a += c[t] * c[t + k]
            lags[k] = a
            k += 1
        return lags / lags[0]

    return kernel
