"""The command that compares published prices with ours."""

from __future__ import annotations

import pytest

from gpu_monte_carlo.study import references


@pytest.mark.thorough
def test_tables_on_few_paths(capsys: pytest.CaptureFixture[str]) -> None:
    assert references.prices(50_000, "auto")
    assert references.limits(50_000, "auto")
    out = capsys.readouterr().out
    assert out.count("n=252") == len(references.DISCRETE) + 1
    assert out.count("extrapolated") == len(references.CONTINUOUS)
    assert "MISSED" not in out


def test_a_wrong_price_is_seen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    option, value, rounding = references.DISCRETE[0]
    wrong = references.Reference(option, value + 0.02, rounding)
    monkeypatch.setattr(references, "DISCRETE", (wrong,))
    assert not references.prices(50_000, "auto")
    assert "MISSED" in capsys.readouterr().out


@pytest.mark.thorough
def test_the_command_says_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    code = references.main(["--paths", "16384", "--seeds", "20", "--backend", "auto"])
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert (code, last) in {(0, "all met"), (1, "not all met")}
