"""The README's examples run, public names have examples, and the stub is the extension's."""

from pathlib import Path

import hft_orderbook
from qpp.testing import PackageTests


class TestPackage(PackageTests):
    package = hft_orderbook
    readme = Path(__file__).parents[1] / "README.md"
