"""The README's examples run, public names have examples, and the stub is the extension's."""

from pathlib import Path

import gpu_monte_carlo
from qpp.testing import PackageTests


class TestPackage(PackageTests):
    package = gpu_monte_carlo
    readme = Path(__file__).parents[1] / "README.md"
    detailed = (gpu_monte_carlo.price, gpu_monte_carlo.simulate_paths)
