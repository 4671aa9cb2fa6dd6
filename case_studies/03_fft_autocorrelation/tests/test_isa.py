"""The environment variable QPP_ISA caps the instruction set that the kernels run on."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

UNKNOWN = 'ValueError: QPP_ISA="sse9", expected "portable", "avx2" or "avx512"'


@pytest.mark.parametrize(("cap", "last"), [("portable", "portable"), ("sse9", UNKNOWN)])
def test_cap(cap: str, last: str) -> None:
    command = [sys.executable, "-c", "from fft_autocorrelation import _rust; print(_rust.simd())"]
    done = subprocess.run(
        command, env={**os.environ, "QPP_ISA": cap}, capture_output=True, text=True, check=False
    )
    assert (done.stdout + done.stderr).splitlines()[-1] == last
