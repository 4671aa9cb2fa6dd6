"""The environment variable QPP_ISA caps the instruction set that the kernels run on."""

from __future__ import annotations

import os
import subprocess
import sys


def under(cap: str) -> subprocess.CompletedProcess[str]:
    code = "from polars_vs_pandas import _rust; print(_rust.simd())"
    environment = {**os.environ, "QPP_ISA": cap}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def test_no_set_above_the_cap() -> None:
    assert under("portable").stdout.strip() == "portable"


def test_an_unknown_cap_names_variable_value_and_choices() -> None:
    message = under("sse9").stderr.splitlines()[-1]
    assert message == 'ValueError: QPP_ISA="sse9", expected "portable", "avx2" or "avx512"'
