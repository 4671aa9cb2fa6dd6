"""The README's examples run, public names have examples, and the stub is the extension's."""

from pathlib import Path

import fft_autocorrelation
from qpp.testing import PackageTests


class TestPackage(PackageTests):
    package = fft_autocorrelation
    readme = Path(__file__).parents[1] / "README.md"
    detailed = (
        fft_autocorrelation.acf,
        fft_autocorrelation.choose,
        fft_autocorrelation.cross_correlation,
    )
