"""The README's examples run, public names have examples, and the stub is the extension's."""

from pathlib import Path

import pytest

pytest.importorskip("qpp", reason="the harness is not installed")

import allocation_o2
from qpp.testing import PackageTests


class TestPackage(PackageTests):
    package = allocation_o2
    readme = Path(__file__).parents[1] / "README.md"
    detailed = (allocation_o2.create_allocator_class,)
