"""Pictures are drawn without a display, and show the numbers of their model."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="matplotlib is not installed: the extra `plot`")

from hft_py.hmm import HMMRegimeDetector, filter_proba, fit_hmm
from hft_py.hmm.plotting import plot_likelihood, plot_regimes, plot_transitions, regime_colours


@pytest.mark.parametrize("k", [1, 7])
def test_every_number_of_regimes(k: int, regimes: Any, tmp_path: Path) -> None:
    x = regimes(400, 1)[0]
    params = fit_hmm(x, k, n_iterations=3)
    figure = plot_regimes(np.exp(np.cumsum(x)), filter_proba(x, params), title="t")
    figure.savefig(tmp_path / "regimes.png", dpi=40)
    for drawn in (params.plot(), plot_transitions(params), plot_likelihood(params)):
        drawn.savefig(tmp_path / "other.png", dpi=40)
    assert len(regime_colours(k)) == k


def test_the_line_shows_the_likelihood(regimes: Any) -> None:
    params = HMMRegimeDetector(2, n_init=1).fit(regimes(300, 1)[0]).params_
    axes = plot_likelihood(params).axes[0]
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), params.log_likelihoods)
    assert params.stop_reason in axes.get_title()


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="prices has shape"):
        plot_regimes([1.0, 2.0], np.full((3, 2), 0.5))


@pytest.mark.thorough
def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("qpp", reason="the harness is not installed")
    if importlib.util.find_spec("arch") is None:
        pytest.skip("arch, which carries the prices, is not installed")
    from hft_py.hmm.study import figures

    figures.main([str(tmp_path)])
    assert {path.name for path in tmp_path.iterdir()} == {"hmm_regimes.png", "hmm_model.png"}
    assert "wrote" in capsys.readouterr().out
