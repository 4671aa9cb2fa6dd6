"""Named parameters with their bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hft_py.spaces import ParameterSpace, Spaces


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((3, (0, 1)), {}, TypeError, "name=3: expected a string"),
        (("", (0, 1)), {}, ValueError, "name='': expected"),
        (("a", 3), {}, TypeError, "a: bounds=3, expected a pair"),
        (("a", (0, 1, 2)), {}, TypeError, "expected a pair"),
        (("a", {1, 2}), {}, TypeError, r"a: bounds=\{.*\}, expected a pair"),
        (("a", ("0", 1)), {}, TypeError, "a: bound '0', expected a number"),
        (("a", (True, 2)), {}, TypeError, "a: bound True, expected a number"),
        (("a", (np.inf, np.inf)), {}, ValueError, "expected a finite number"),
        (("a", (2, 1)), {}, ValueError, "expected lower <= upper"),
        (("a", (0, np.nan)), {}, ValueError, "expected lower <= upper"),
        (("a", (0, 1)), {"log": True}, ValueError, "expected lower > 0 with log=True"),
        (("a", (0.5, 3)), {"integer": True}, ValueError, "expected whole numbers"),
        (("a", (0, 1)), {"integer": 1}, TypeError, "a: integer=1, expected a bool"),
        (("a", (0, 1)), {"log": "no"}, TypeError, "a: log='no', expected a bool"),
    ],
)
def test_bad_spaces(
    arguments: tuple[Any, ...], options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        ParameterSpace(*arguments, **options)


def test_middles() -> None:
    assert ParameterSpace("a", (1, 4)).middle == 2.5
    assert ParameterSpace("a", (1, 4), integer=True).middle == 3
    assert ParameterSpace("a", (1e-4, 1.0), log=True).middle == pytest.approx(1e-2)
    assert ParameterSpace("a", (-np.inf, np.inf)).middle == 0
    assert ParameterSpace("a", (2, np.inf)).middle == 3
    assert ParameterSpace("a", (-1.7e308, 1.7e308)).middle == 0


def test_several() -> None:
    spaces = Spaces(
        [ParameterSpace("a", (1, 4), integer=True), ParameterSpace("b", (0.5, 2.0), log=True)]
    )
    assert len(spaces) == 2
    assert spaces[1].name == "b"
    np.testing.assert_array_equal(spaces.lower, [1.0, 0.5])
    np.testing.assert_array_equal(spaces.upper, [4.0, 2.0])
    np.testing.assert_array_equal(spaces.integrality, [True, False])
    np.testing.assert_array_equal(spaces.log_scale, [False, True])
    assert spaces.named([3.0, 1.0]) == {"a": 3, "b": 1.0}
    np.testing.assert_array_equal(spaces.point({"b": 1.0, "a": 2}), [2.0, 1.0])
    assert spaces == Spaces(list(spaces)) and hash(spaces) == hash(Spaces(list(spaces)))
    assert spaces != Spaces(spaces[:1]) and spaces != 3
    with pytest.raises(ValueError, match=r"shape \(1,\), expected 2 numbers: a, b"):
        spaces.point([1.0])
    with pytest.raises(TypeError, match="initial parameters are 'ab', expected numbers"):
        spaces.point("ab")


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ([], ValueError, "param_spaces is empty"),
        (3, TypeError, "param_spaces is a int"),
        ([3], TypeError, "param_spaces holds 3"),
        (ParameterSpace("a", (0, 1)), TypeError, "is one ParameterSpace"),
        ([ParameterSpace("a", (0, 1))] * 2, ValueError, "names 'a' twice"),
    ],
)
def test_bad_searches(given: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Spaces(given)
