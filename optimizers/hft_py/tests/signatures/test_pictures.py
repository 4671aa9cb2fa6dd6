"""Pictures are drawn without a display; the README's table is what the portfolio earned."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="matplotlib is not installed: the extra `plot`")

from hft_py import signatures
from hft_py.signatures import SignaturePortfolio
from hft_py.signatures.plotting import plot_lead_lag

README = Path(signatures.__file__).with_name("README.md")


def test_the_lines_show_the_wealth(tmp_path: Path) -> None:
    steps = np.random.default_rng(0).normal(0.0, 0.01, (320, 3))
    run = SignaturePortfolio(min_decisions=20, depth=2).backtest(np.exp(steps.cumsum(axis=0)))
    figure = run.plot()
    figure.savefig(tmp_path / "run.png", dpi=40)
    np.testing.assert_allclose(figure.axes[0].lines[0].get_ydata(), run.wealth)
    with pytest.raises(ValueError, match="series has length 1, expected 2 or more"):
        plot_lead_lag([1.0])


def _needs_prices() -> None:
    pytest.importorskip("qpp", reason="the harness is not installed")
    if importlib.util.find_spec("skfolio") is None:
        pytest.skip("skfolio, which carries the prices, is not installed")


@pytest.mark.thorough
@pytest.mark.timeout(1200)
def test_the_table_of_the_readme() -> None:
    """Up to one unit of the last digit shown: a processor may round to the other side."""
    _needs_prices()
    from hft_py.signatures.study.walk_forward import table

    text = README.read_text(encoding="utf-8")
    shown = text.split("<!-- walk forward -->\n")[1].split("\n<!-- /walk forward -->")[0]
    made = table()
    number = re.compile(r"-?\d+(?:\.\d+)?")
    assert number.sub("#", shown) == number.sub("#", made)
    for a, b in zip(number.findall(shown), number.findall(made), strict=True):
        decimals = len(a.partition(".")[2])
        assert float(a) == pytest.approx(float(b), abs=1.01 * 10.0**-decimals)


@pytest.mark.thorough
def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _needs_prices()
    from hft_py.signatures.study import figures

    figures.main([str(tmp_path)])
    drawn = {path.name for path in tmp_path.iterdir()}
    assert drawn == {f"signatures_{name}.png" for name in ("errors", "lead_lag", "portfolio")}
    assert capsys.readouterr().out.count("wrote") == 3
