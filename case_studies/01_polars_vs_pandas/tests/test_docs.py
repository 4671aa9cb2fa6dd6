"""The README's examples run, public names have examples, and the stub is the extension's."""

from pathlib import Path

import polars_vs_pandas
from qpp.testing import PackageTests


class TestPackage(PackageTests):
    package = polars_vs_pandas
    readme = Path(__file__).parents[1] / "README.md"
    data = ("skfolio",)
    detailed = (polars_vs_pandas.run_backtest,)
