"""The READMEs: their examples run, what they link to is there, their table is that of the file."""

from __future__ import annotations

import importlib.util
import json
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hft_py.errors import InvalidValuesWarning

HERE = Path(__file__).parents[1]
MODULES = HERE / "python/hft_py"
_NAMES = (
    "hmm", "mcmc", "mle", "information_theory", "signatures", "risk", "portfolio", "execution",
    "venue", "broker",
)  # fmt: skip
READMES = [HERE / "README.md", *(MODULES / name / "README.md" for name in _NAMES)]
readmes = pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)


@readmes
def test_examples(readme: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("pandas", "qpp", *(["clarabel"] if readme.parent.name == "portfolio" else [])):
        pytest.importorskip(package, reason=f"{package} is not installed")
    if readme.parent.name == "broker":
        for package in ("hft_py._rust", "fastapi", "httpx", "alembic"):
            pytest.importorskip(package, reason=f"{package} is not installed")
    from qpp.testing import skip_without

    if "qpp.datasets" in readme.read_text(encoding="utf-8"):
        skip_without("arch", "skfolio")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    scope: dict[str, Any] = {"np": np, "__name__": "readme"}
    for block in blocks:
        if "@compiled_objective" in block and importlib.util.find_spec("numba") is None:
            continue
        with warnings.catch_warnings():
            # The corner of the box where GARCH is not defined.
            warnings.simplefilter("ignore", InvalidValuesWarning)
            exec(compile(block, str(readme), "exec"), scope)
    if readme.parent.name == "mcmc":
        assert scope["run"].param_names == ("mu", "omega", "alpha", "beta")
        assert scope["optimizer"].best_params_["window"] == 184
        assert scope["result"].warnings == ()
    if readme.parent.name == "risk":
        assert abs(scope["risk"].component.sum() - scope["risk"].total) < 1e-12
        assert scope["test"].exceedances > 0
    if readme.parent.name == "hmm":
        assert scope["params"].converged
        assert scope["detector"].labels_ == ("bear", "bull")


@readmes
def test_links(readme: Path) -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", readme.read_text(encoding="utf-8")):
        assert (readme.parent / target).exists(), target


def test_the_table_is_that_of_the_committed_counts() -> None:
    for module in ("qpp", "hft_py._rust"):
        pytest.importorskip(module, reason=f"{module} is not installed")
    from hft_py.mle.study import evaluations

    counted = json.loads((HERE / "pictures/evaluations.json").read_text(encoding="utf-8"))
    for methods in evaluations.TABLES:
        assert evaluations.table(counted, methods) in (MODULES / "mle/README.md").read_text(
            encoding="utf-8"
        )
